import { number } from "../format";
import type { BarChart } from "../measurement";
import { element, text } from "./element";
import { alongTheAxis, area, colourOf, drawing, ruleAcross } from "./frame";
import { linear, roundSteps } from "./scale";

/** Groups of bars, each with its median above it and a line from the least to the most. */
export function drawBars({ title, unit, groups, series }: BarChart): string {
  const steps = roundSteps(Math.max(...series.flatMap(({ values }) => values.map(({ most }) => most))));
  const y = linear([0, steps.at(-1) ?? 1], [area.bottom, area.top + 16]);
  const room = (area.right - area.left) / groups.length;
  const breadth = Math.min(70, (room * 0.8) / series.length);
  const bars = series.flatMap(({ values }, index) =>
    values.flatMap(({ median, least, most }, group) => {
      const x = area.left + room * (group + 0.5) + (index - series.length / 2) * breadth;
      const middle = x + breadth / 2;
      return [
        element("rect", {
          x: x + 2,
          y: y(median),
          width: breadth - 4,
          height: area.bottom - y(median),
          fill: colourOf(index),
        }),
        element("line", { x1: middle, x2: middle, y1: y(least), y2: y(most), stroke: "#241f31" }),
        text(middle, y(most) - 5, number(median), { "text-anchor": "middle", "font-size": 11 }),
      ];
    }),
  );
  const labels = groups.map((group, index) =>
    text(area.left + room * (index + 0.5), area.bottom + 20, group, { "text-anchor": "middle" }),
  );
  return drawing(
    title,
    series.map(({ name }) => name),
    [...steps.flatMap((step) => ruleAcross(y(step), number(step))), ...bars, ...labels, alongTheAxis(unit)],
  );
}
