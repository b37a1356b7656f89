/**
 * Charts into SVG: Vega-Lite through Vega without a canvas. Text is measured with the committed
 * font's real advances, warnings are errors, and every SVG has a role, a title and a description.
 * @module
 */
import type { Chart } from "../model/chart_data.ts";
import { specOf } from "../chart/mod.ts";
import { config, FONT } from "../chart/spec.ts";
import { escapeHtml } from "../../base/text/mod.ts";
import { fontFace, readFont } from "./fonts.ts";
import { PAGE } from "./palette.ts";

/** A chart that can't be drawn as asked: what Vega said. */
export class ChartError extends Error {
  override readonly name = "ChartError";
}

/** A drawn chart. `svg` is for a page, `currentColor` being the page's. */
export interface Drawing {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

type Measure = (text: string, size: number, bold: boolean) => number;

let measure: Promise<Measure> | undefined;

/** Width of a line of text in pixels, by the committed font. Unknown characters count as its missing glyph. */
export function textWidth(): Promise<Measure> {
  return measure ??= (async () => {
    const fontkit = await import("fontkit");
    const [regular, semibold] = await Promise.all(
      (["regular", "semibold"] as const).map(async (w) => fontkit.create(await readFont(w, "ttf"))),
    );
    const known = new Map<string, number>();
    return (text, size, bold) => {
      const key = (bold ? "b" : "r") + text;
      let ems = known.get(key);
      if (ems === undefined) {
        const font = bold ? semibold : regular;
        ems = font.layout(text).advanceWidth / font.unitsPerEm;
        known.set(key, ems);
      }
      return ems * size;
    };
  })();
}

/** What Vega's metrics ask about; a text may be an array of lines. */
interface TextItem {
  readonly text?: unknown;
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly limit?: number;
}

/**
 * Draws a chart. The same chart gives the same text.
 * @throws ChartError for anything that Vega or Vega-Lite warns of
 */
export async function drawChart(chart: Chart): Promise<Drawing> {
  const [vega, vegaLite, width] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    textWidth(),
  ]);
  const problems: string[] = [];
  const logger = listener(problems);
  // deno-lint-ignore no-explicit-any -- textMetrics is no part of Vega's types
  const metrics = (vega as any).textMetrics as {
    width: (item: TextItem, text?: unknown) => number;
  };
  metrics.width = (item, text) => {
    const line = text ?? item.text;
    const value = Array.isArray(line) ? line.join(" ") : line;
    if (value === null || value === undefined || value === "") return 0;
    const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
    return width(String(value), item.fontSize ?? 11, bold);
  };
  const { spec } = vegaLite.compile(specOf(chart), { logger, config: config as never });
  const view = new vega.View(vega.parse(spec), { renderer: "none", logger });
  let drawn: string;
  try {
    await view.runAsync();
    vega.resetSVGDefIds();
    drawn = await view.toSVG();
  } finally {
    view.finalize();
  }
  if (problems.length > 0) throw new ChartError(`chart ${chart.id}: ${problems.join("; ")}`);
  return finish(drawn, chart);
}

/** A Vega logger that keeps warnings and errors. */
function listener(problems: string[]) {
  const note = (...words: readonly unknown[]) => {
    problems.push(words.map((w) => w instanceof Error ? w.message : String(w)).join(" "));
    return self;
  };
  const quiet = () => self;
  const self = { level: () => self, error: note, warn: note, info: quiet, debug: quiet };
  return self as never;
}

/** Names the drawing, keeps its ids apart from other charts' and drops Vega's own roles. */
function finish(drawn: string, chart: Chart): Drawing {
  const id = `chart-${chart.id}`;
  const open = /^<svg\b[^>]*>/.exec(drawn);
  const box = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(open?.[0] ?? "");
  if (!open || !box) throw new ChartError(`chart ${chart.id}: Vega drew no SVG`);
  const [width, height] = [Number(box[1]), Number(box[2])];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" ` +
    `aria-labelledby="${id}-title ${id}-desc" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><title id="${id}-title">${escapeHtml(chart.title)}</title>` +
    `<desc id="${id}-desc">${escapeHtml(chart.description)}</desc>`;
  const body = drawn.slice(open[0].length)
    .replace(/\b(id="|url\(#|href="#)((?:clip|gradient|pattern)[\w-]*)/g, `$1${id}-$2`)
    .replace(/ class="[^"]*"/g, "")
    .replace(/ role="[^"]*"| aria-[\w]+="[^"]*"/g, "");
  return {
    id: chart.id,
    title: chart.title,
    description: chart.description,
    svg: head + body,
    width,
    height,
  };
}

/** The drawing as a file of its own: with its font, and with the colours of the reader's theme. */
export async function standaloneSvg(drawing: Drawing): Promise<string> {
  const style = `<style>${await fontFace(["regular"])}
svg{color:#1c2127;background:${PAGE.light}}
text{font-family:"${FONT}",system-ui,sans-serif}
@media (prefers-color-scheme:dark){svg{color:#e3e7ec;background:${PAGE.dark}}}</style>`;
  const at = drawing.svg.indexOf("</desc>") + "</desc>".length;
  return drawing.svg.slice(0, at) + style + drawing.svg.slice(at) + "\n";
}
