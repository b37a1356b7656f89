/** The committed font: for measuring, for pages, for pictures. @module */
import { fromFileUrl } from "@std/path";
import { FONT } from "../chart/spec.ts";

/** Weights that are committed. */
export type Weight = "regular" | "semibold";

const folder = new URL("./fonts/", import.meta.url);
const css: Readonly<Record<Weight, number>> = { regular: 400, semibold: 600 };

/** Bytes of a font file. */
export async function readFont(weight: Weight, format: "ttf" | "woff2"): Promise<Uint8Array> {
  return await Deno.readFile(new URL(`likeness-sans-${weight}.${format}`, folder));
}

/** `@font-face` rules that hold the fonts themselves. */
export async function fontFace(weights: readonly Weight[]): Promise<string> {
  const rules = weights.map(async (weight) => {
    const data = (await readFont(weight, "woff2")).toBase64();
    return `@font-face{font-family:"${FONT}";font-weight:${css[weight]};font-display:block;` +
      `src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  });
  return (await Promise.all(rules)).join("\n");
}

/**
 * Points fontconfig, which sharp draws text with, at the committed font. fontconfig reads the
 * environment once a process, so this must run before sharp first draws text.
 */
export function useCommittedFont(): void {
  Deno.env.set("FONTCONFIG_FILE", fromFileUrl(new URL("fonts.conf", folder)));
}
