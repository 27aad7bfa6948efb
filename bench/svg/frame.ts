import { element, text } from "./element";

export const width = 760;
export const height = 400;
/** The part of the drawing that the data are in. */
export const area = { left: 70, right: width - 20, top: 76, bottom: height - 52 };

/** Of the legend's text, on average. */
const characterWidth = 6.8;

const colours = ["#1a5fb4", "#e66100", "#26a269", "#813d9c", "#77767b"];

export function colourOf(index: number): string {
  return colours[index % colours.length] ?? "black";
}

/** A whole drawing: ground, title, legend, and what is given. */
export function drawing(title: string, names: readonly string[], content: readonly string[]): string {
  let x = area.left;
  const legend = names.flatMap((name, index) => {
    const key = [element("rect", { x, y: 44, width: 12, height: 12, fill: colourOf(index) }), text(x + 18, 54, name)];
    x += 34 + Math.ceil(name.length * characterWidth);
    return key;
  });
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": "system-ui, sans-serif",
      "font-size": 12,
      fill: "#241f31",
      role: "img",
    },
    [
      element("title", {}, title),
      element("rect", { width, height, fill: "white" }),
      text(area.left, 28, title, { "font-size": 15, "font-weight": "bold" }),
      ...legend,
      ...content,
    ],
  )}\n`;
}

/** A line across the data with its label on the left. */
export function ruleAcross(y: number, label: string): string[] {
  return [
    element("line", { x1: area.left, x2: area.right, y1: y, y2: y, stroke: "#deddda" }),
    text(area.left - 8, y + 4, label, { "text-anchor": "end" }),
  ];
}

/** What the vertical axis shows, along it. */
export function alongTheAxis(label: string): string {
  const middle = (area.top + area.bottom) / 2;
  return text(18, middle, label, { "text-anchor": "middle", transform: `rotate(-90 18 ${middle})` });
}
