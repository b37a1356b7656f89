/** Drawings as PNG, for places that show no SVG: black on white, at twice the size. @module */
import type { Drawing } from "./svg.ts";
import { useCommittedFont } from "./fonts.ts";
import { PAGE } from "./palette.ts";

/** Rasterises a drawing with the committed font. */
export async function drawingPng(drawing: Drawing, scale = 2): Promise<Uint8Array> {
  useCommittedFont();
  const { default: sharp } = await import("sharp");
  const svg = drawing.svg.replace(/^<svg /, `<svg color="#1c2127" `);
  const png = await sharp(new TextEncoder().encode(svg), { density: 72 * scale })
    .flatten({ background: PAGE.light }).png({ compressionLevel: 9, palette: true }).toBuffer();
  return new Uint8Array(png);
}
