import type { TopLevelSpec } from "vega-lite" with { "resolution-mode": "import" };
import { number } from "../format";
import type { BarChart, Chart, LineChart } from "../measurement";

/** Colors that stay apart for readers with a color vision deficiency, in the order of the series. */
const colors = ["#1a5fb4", "#e66100", "#26a269", "#813d9c", "#77767b"];

/** The ticks of a logarithmic axis. Vega leaves out the ones outside of the data's range. */
const powersOfTen = [0.001, 0.01, 0.1, 1, 10, 100, 1_000, 10_000];

/** Draws a chart as an SVG document. */
export async function renderChart(chart: Chart): Promise<string> {
  // Both packages are ES modules, and the bench runs as CommonJS.
  const [{ compile }, { parse, View }] = await Promise.all([import("vega-lite"), import("vega")]);
  const specification = compile(chart.kind === "bars" ? barSpecification(chart) : lineSpecification(chart)).spec;
  const view = new View(parse(specification), { renderer: "none" });
  try {
    // One element a line keeps the differences between two renderings readable.
    return `${(await view.toSVG()).replaceAll("><", ">\n<")}\n`;
  } finally {
    view.finalize();
  }
}

/** Bars of the medians in groups, each with a line from the minimum to the maximum. */
function barSpecification({ title, unit, groups, series }: BarChart): TopLevelSpec {
  const rows = series.flatMap(({ name, values }) =>
    values.map((spread, index) => ({ series: name, group: groups[index], ...spread, label: number(spread.median) })),
  );
  return {
    ...frame(title),
    data: { values: rows },
    encoding: {
      x: {
        field: "group",
        type: "nominal",
        sort: null,
        title: null,
        axis: { labelAngle: 0, ticks: false, grid: false },
      },
      xOffset: { field: "series", type: "nominal", sort: null },
    },
    layer: [
      {
        mark: "bar",
        encoding: {
          y: { field: "median", type: "quantitative", title: unit, scale: { nice: 5 }, axis: { tickCount: 5 } },
          color: seriesColor(series),
        },
      },
      { mark: "rule", encoding: { y: { field: "least", type: "quantitative" }, y2: { field: "most" } } },
      {
        mark: { type: "text", baseline: "bottom", dy: -3 },
        encoding: { y: { field: "most", type: "quantitative" }, text: { field: "label" } },
      },
    ],
  };
}

/** A line for each series. Both axes are logarithmic because the data spans several powers of ten. */
function lineSpecification({ title, x, y, series }: LineChart): TopLevelSpec {
  const rows = series.flatMap(({ name, points }) => points.map(([x, y]) => ({ series: name, x, y })));
  const axis = { values: powersOfTen, format: ",~g", labelFlush: false };
  return {
    ...frame(title),
    data: { values: rows },
    mark: "line",
    encoding: {
      x: { field: "x", type: "quantitative", title: x, scale: { type: "log", nice: true }, axis },
      y: { field: "y", type: "quantitative", title: y, scale: { type: "log", nice: true }, axis },
      color: seriesColor(series),
      // The first series is this package.
      strokeWidth: { condition: { test: { field: "series", equal: series[0]?.name ?? "" }, value: 3 }, value: 1.5 },
    },
  };
}

function frame(title: string) {
  return {
    title: { text: title, anchor: "start", fontSize: 15, offset: 12, frame: "group" },
    width: 660,
    height: 270,
    // Without a canvas Vega estimates the width of texts, so a size that follows from the texts is too large.
    autosize: "none",
    padding: { left: 80, right: 20, top: 96, bottom: 54 },
    background: "white",
    config: {
      font: "system-ui, sans-serif",
      // Readers see the chart as an image, and its alternative text is in the document.
      aria: false,
      view: { stroke: null },
      axis: {
        domain: false,
        gridColor: "#deddda",
        labelFontSize: 12,
        labelPadding: 6,
        titleFontSize: 12,
        titleFontWeight: "normal",
      },
      axisY: { titleX: -58 },
      legend: { labelFontSize: 12, labelLimit: 0 },
    },
  } as const;
}

function seriesColor(series: Chart["series"]) {
  return {
    field: "series",
    type: "nominal",
    scale: { domain: series.map(({ name }) => name), range: colors },
    // Four names don't fit into one row.
    legend: { orient: "top", title: null, columns: series.length > 3 ? 2 : 3 },
  } as const;
}
