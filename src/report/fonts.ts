/** The committed font: for measuring, for pages, for pictures. @module */
import { FONT } from "./chart/spec.ts";

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
 * Points fontconfig, which sharp draws text with, at the committed font; the machine's own fonts
 * stand behind it for characters that it lacks. Must run before sharp is first used for text.
 */
export async function useCommittedFont(): Promise<void> {
  if (configured) return;
  configured = true;
  const made = await Deno.makeTempDir({ prefix: "likeness-fonts-" });
  for (const weight of ["regular", "semibold"] as const) {
    await Deno.writeFile(`${made}/${weight}.ttf`, await readFont(weight, "ttf"));
  }
  const path = `${made}/fonts.conf`;
  await Deno.writeTextFile(
    path,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>${made}</dir><cachedir>${made}/cache</cachedir>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>`,
  );
  Deno.env.set("FONTCONFIG_FILE", path);
  globalThis.addEventListener("unload", () => {
    try {
      Deno.removeSync(made, { recursive: true });
    } catch { /* a temporary folder: the system clears it */ }
  });
}

let configured = false;
