/**
 * A Sankey chart of what stages keep and drop: what is left flows down, and what a stage drops flows out
 * to the right, as wide as it is much. Stages are rows, so that names have room however many there are.
 * @module
 */
import { fixed } from "../../base/text/mod.ts";
import { styleOf } from "../draw/palette.ts";
import type { Chart } from "../model/chart_data.ts";
import { filled, type Spec } from "./spec.ts";

/** Pixels of a row, of a bar, of all documents, and of the gap to what is dropped. */
const ROW = 62, BAR = 6, WIDTH = 250, GAP = 26;
/** Room for the names of checks, and the characters that it holds. */
const TEXT = 300, CHARACTERS = 46;
/** Places at which a band is drawn. */
const STEPS = 12;
/** What is there at all is this wide at least. */
const LEAST = 1;

interface Rect {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
  readonly kind: "kept" | "dropped";
}

/** A place of a band: from x to x2 at y. */
interface Edge {
  readonly band: string;
  readonly x: number;
  readonly x2: number;
  readonly y: number;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** 3t² − 2t³: from 0 to 1, level at both ends. */
const smooth = (t: number) => t * t * (3 - 2 * t);

/** A band from one stretch of x to another further down. */
function band(
  name: string,
  from: { x: number; x2: number; y: number },
  to: { x: number; x2: number; y: number },
): Edge[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const t = i / STEPS, share = smooth(t);
    const between = (a: number, b: number) => a + share * (b - a);
    return {
      band: name,
      x: between(from.x, to.x),
      x2: between(from.x2, to.x2),
      y: from.y + t * (to.y - from.y),
    };
  });
}

/** "mean_word_length 1,204 · words 6 · 2 more checks". */
function checksText(dropped: readonly { readonly check: string; readonly count: number }[]) {
  const told = dropped.map(({ check, count }) => `${check} ${fixed(count, 0)}`);
  for (let shown = told.length; shown > 0; shown--) {
    const rest = told.length - shown;
    const text = [...told.slice(0, shown), ...rest === 0 ? [] : [`${rest} more`]].join(" · ");
    if (text.length <= CHARACTERS || shown === 1) return text;
  }
  return "";
}

/** Vega-Lite specification of a flow. */
export function flow(chart: Chart & { kind: "flow" }): Spec {
  const { stages } = chart, all = Math.max(1, stages[0]?.read ?? 1);
  const wide = (count: number) => count === 0 ? 0 : Math.max(LEAST, count / all * WIDTH);
  const rects: Rect[] = [], kept: Edge[] = [], gone: Edge[] = [];
  const names: Label[] = [], counts: Label[] = [], checks: Label[] = [];
  const most = Math.max(0, ...stages.map(({ read, kept }) => wide(read - kept)));
  stages.forEach(({ name, read, kept: left, dropped }, i) => {
    const y = i * ROW, end = y + ROW, out = wide(read - left);
    const comes = wide(read), stays = Math.max(comes - out, wide(left));
    rects.push({ x: 0, x2: comes, y, y2: y + BAR, kind: "kept" });
    names.push({ x: -10, y: y + BAR / 2, text: name });
    counts.push({ x: -10, y: y + BAR / 2 + 15, text: fixed(read, 0) });
    if (left > 0) {
      const bottom = { x: 0, x2: wide(left), y: end };
      kept.push(...band(`kept ${i}`, { x: 0, x2: stays, y: y + BAR }, bottom));
    }
    if (read > left) {
      const x = WIDTH + GAP, at = end - 22;
      const top = { x: comes - out, x2: comes, y: y + BAR };
      gone.push(...band(`dropped ${i}`, top, { x, x2: x + out, y: at }));
      rects.push({ x, x2: x + out, y: at, y2: at + BAR, kind: "dropped" });
      const text = `−${fixed(read - left, 0)}: ${checksText(dropped)}`;
      checks.push({ x: WIDTH + GAP + most + 10, y: at + BAR / 2, text });
    }
  });
  const left = stages[stages.length - 1]?.kept ?? 0, y = stages.length * ROW;
  if (left > 0) rects.push({ x: 0, x2: wide(left), y, y2: y + BAR, kind: "kept" });
  names.push({ x: -10, y: y + BAR / 2, text: "left" });
  counts.push({ x: -10, y: y + BAR / 2 + 15, text: `${fixed(left, 0)} ${chart.unit}` });
  const width = WIDTH + GAP + most + TEXT, height = y + 28;
  const place = (field: "x" | "y", size: number) => ({
    field,
    type: "quantitative" as const,
    axis: null,
    scale: {
      domain: [0, size],
      nice: false,
      zero: false,
      ...(field === "y" && { reverse: true }),
    },
  });
  const x = place("x", width), down = place("y", height);
  const second = { x2: { field: "x2" } };
  const bands = (values: Edge[], index: number) => ({
    data: { values },
    mark: {
      type: "area" as const,
      orient: "horizontal" as const,
      color: styleOf(index).colour,
      opacity: 0.35,
    },
    encoding: { x, ...second, y: down, detail: { field: "band", type: "nominal" as const } },
  });
  const bars = (kind: Rect["kind"], index: number) => ({
    data: { values: rects.filter((rect) => rect.kind === kind) },
    mark: { type: "rect" as const, color: styleOf(index).colour },
    encoding: { x, ...second, y: down, y2: { field: "y2" } },
  });
  const texts = (values: Label[], mark: { align: "left" | "right"; opacity: number }) => ({
    data: { values },
    mark: { type: "text" as const, baseline: "middle" as const, ...mark },
    encoding: { x, y: down, text: { field: "text" } },
  });
  return {
    width,
    height,
    layer: filled([
      bands(kept, 0),
      bands(gone, 1),
      bars("kept", 0),
      bars("dropped", 1),
      texts(names, { align: "right", opacity: 1 }),
      texts(counts, { align: "right", opacity: 0.7 }),
      texts(checks, { align: "left", opacity: 0.85 }),
    ]),
  };
}
