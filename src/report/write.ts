/** A report model into files: page, charts, Markdown, JSON. @module */
import { join } from "@std/path";
import { writeAtomic } from "../base/mod.ts";
import { webp } from "../show/picture/mod.ts";
import { allCharts, bodiesOf, type PictureRef, type ReportModel } from "./model/model.ts";
import { pictureKey } from "./page/gallery_html.ts";
import { renderPage } from "./page/page.ts";
import { pageScenes } from "./page/scene_html.ts";
import { embedScenes, viewerScripts } from "./viewer/embed.ts";
import { fontFace } from "./draw/fonts.ts";
import { formatBytes } from "../base/text/mod.ts";
import { renderMarkdown } from "./markdown.ts";
import { readTexts } from "./texts.ts";
import type { Drawing } from "./draw/svg.ts";

/** What a report can be written as. */
export const FORMATS = ["html", "svg", "png", "md", "json"] as const;
/** One of `FORMATS`. */
export type Format = typeof FORMATS[number];

/** Bytes that the pictures of one page may take together, so that a page stays under 5 MB. */
export const PICTURE_BUDGET = 3_000_000;

/** Options of `writeReport`. */
export interface WriteOptions {
  /** Bytes of a picture or of texts, or null where the file is gone. Without it they are left out. */
  readonly picture?: (picture: PictureRef) => Promise<Uint8Array | null>;
  /** Default: all. */
  readonly formats?: readonly Format[];
}

/** What was written. */
export interface WrittenReport {
  /** The page, or the first file where no page was asked for. */
  readonly index: string;
  readonly files: readonly string[];
  /** Bytes of the page; 0 without one. */
  readonly pageBytes: number;
}

/** Writes a report into folder `dir`, each file whole. Files of an older report are written over. */
export async function writeReport(
  model: ReportModel,
  dir: string,
  options: WriteOptions = {},
): Promise<WrittenReport> {
  const formats = new Set(options.formats ?? FORMATS);
  const files: string[] = [];
  const write = async (name: string, content: string | Uint8Array) => {
    await writeAtomic(join(dir, name), content, { sync: false });
    files.push(join(dir, name));
  };
  const drawn = formats.has("html") || formats.has("svg") || formats.has("png")
    ? await drawAll(model)
    : new Map<string, Drawing>();
  const texts = await readTexts(model, options.picture);
  let pageBytes = 0;
  if (formats.has("html")) {
    const { scenes, bytes } = await embedScenes(model, { read: options.picture, key: pictureKey });
    const room = PICTURE_BUDGET - bytes;
    const { uris, note } = await embedPictures(model, options.picture, room);
    const some = scenes.size > 0;
    const page = renderPage(model, {
      drawings: drawn,
      pictures: uris,
      pictureNote: note,
      ...texts,
      ...(some && { scenes: await pageScenes(scenes, await viewerScripts()) }),
      style: await pageStyle(texts.texts.size > 0) + (some ? await styleOf("scene") : "") +
        (model.also === undefined ? "" : await styleOf("parts")),
    });
    pageBytes = new TextEncoder().encode(page).length;
    await write("index.html", page);
  }
  for (const [id, drawing] of drawn) {
    if (formats.has("svg")) {
      const { standaloneSvg } = await import("./draw/svg.ts");
      await write(`charts/${id}.svg`, await standaloneSvg(drawing));
    }
    if (formats.has("png")) {
      const { drawingPng } = await import("./draw/png.ts");
      await write(`charts/${id}.png`, await drawingPng(drawing));
    }
  }
  if (formats.has("md")) {
    const charts = formats.has("svg") ? "svg" : formats.has("png") ? "png" : null;
    await write("report.md", renderMarkdown(model, { charts, texts: texts.texts }));
  }
  if (formats.has("json")) {
    const all = texts.texts.size === 0
      ? model
      : { ...model, texts: Object.fromEntries(texts.texts) };
    await write("report.json", JSON.stringify(all, null, 1) + "\n");
  }
  return { index: files[0] ?? dir, files, pageBytes };
}

async function drawAll(model: ReportModel): Promise<Map<string, Drawing>> {
  const { drawChart } = await import("./draw/svg.ts");
  const drawn = new Map<string, Drawing>();
  for (const chart of allCharts(model)) drawn.set(chart.id, await drawChart(chart));
  return drawn;
}

/** The style of a page: the committed fonts and `style.css`; with texts, `text.css` too. */
export async function pageStyle(texts = false): Promise<string> {
  const css = await styleOf("style") + (texts ? await styleOf("text") : "");
  return `${await fontFace(["regular", "semibold"])}\n${css}`;
}

/** What a page needs beyond that: `parts` where a suite has several data, `scene` where it has scenes. */
async function styleOf(name: "style" | "text" | "parts" | "scene"): Promise<string> {
  return await Deno.readTextFile(new URL(`./page/${name}.css`, import.meta.url));
}

/** Encodings from the best down; the first that keeps all pictures within the budget is taken. */
const ENCODINGS = ["lossless", { quality: 90 }, { quality: 75 }, { quality: 50 }] as const;

/**
 * Pictures as WebP in data URIs. All are encoded alike, so that none looks worse than its neighbour
 * for being later on the page.
 */
export async function embedPictures(
  model: ReportModel,
  picture: WriteOptions["picture"],
  budget = PICTURE_BUDGET,
): Promise<{ uris: Map<string, string>; note: string }> {
  const wanted = bodiesOf(model).flatMap(({ galleries }) => galleries)
    .filter(({ medium }) => medium === undefined)
    .flatMap((g) => g.rows.flatMap((row) => row.pictures));
  const found: (readonly [key: string, bytes: Uint8Array])[] = [];
  if (picture) {
    for (const ref of wanted) {
      const bytes = await picture(ref);
      if (bytes) found.push([pictureKey(ref), bytes]);
    }
  }
  // Lossless WebP of small noisy pictures saves a third of their PNG at best.
  const raw = found.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  const encodings = ENCODINGS.filter((e) => e !== "lossless" || raw < 1.5 * budget);
  for (const encoding of encodings) {
    const encoded = await Promise.all(
      found.map(async ([key, bytes]) => [key, await webp(bytes, encoding)] as const),
    );
    const total = encoded.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    if (total > budget && encoding !== encodings.at(-1)) continue;
    const uris = new Map(
      encoded.map(([key, bytes]) => [key, `data:image/webp;base64,${bytes.toBase64()}`]),
    );
    const note = encoding === "lossless"
      ? ""
      : ` Compressed with loss (WebP, quality ${encoding.quality}) to keep this page small: ` +
        `${formatBytes(total)} in all. The originals are in the runs' folders.`;
    return { uris, note };
  }
  return { uris: new Map(), note: "" };
}
