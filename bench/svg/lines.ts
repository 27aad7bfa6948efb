import { number } from "../format";
import type { LineChart } from "../measurement";
import { element, text } from "./element";
import { alongTheAxis, area, colourOf, drawing, ruleAcross } from "./frame";
import { decades, logarithmic } from "./scale";

/** A line for each series; both axes by factors, for what goes over several powers of ten. */
export function drawLines({ title, x: xLabel, y: yLabel, series }: LineChart): string {
  const all = series.flatMap(({ points }) => points);
  const across = decades(all.map(([x]) => x));
  const up = decades(all.map(([, y]) => y));
  const x = logarithmic([across[0] ?? 1, across.at(-1) ?? 10], [area.left, area.right]);
  const y = logarithmic([up[0] ?? 1, up.at(-1) ?? 10], [area.bottom, area.top]);
  const lines = series.map(({ points }, index) =>
    element("polyline", {
      points: points.map((point) => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`).join(" "),
      fill: "none",
      stroke: colourOf(index),
      "stroke-width": index === 0 ? 3 : 1.5,
    }),
  );
  const columns = across.flatMap((value) => [
    element("line", { x1: x(value), x2: x(value), y1: area.top, y2: area.bottom, stroke: "#deddda" }),
    text(x(value), area.bottom + 18, number(value), { "text-anchor": "middle" }),
  ]);
  return drawing(
    title,
    series.map(({ name }) => name),
    [
      ...up.flatMap((value) => ruleAcross(y(value), number(value))),
      ...columns,
      ...lines,
      text((area.left + area.right) / 2, area.bottom + 40, xLabel, { "text-anchor": "middle" }),
      alongTheAxis(yLabel),
    ],
  );
}
