import type { Chart } from "../measurement";
import { drawBars } from "./bars";
import { drawLines } from "./lines";

/** A chart as an SVG document. */
export function drawChart(chart: Chart): string {
  return chart.kind === "bars" ? drawBars(chart) : drawLines(chart);
}
