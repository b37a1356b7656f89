/**
 * Colours by the arithmetic of Pillow's `convert`, to the bit.
 * @module
 */

/** ITU-R 601-2 luma, rounded, of bytes [n, 3]: what `convert("L")` gives. */
export function luma(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = (rgb[at] * 19595 + rgb[at + 1] * 38470 + rgb[at + 2] * 7471 + 0x8000) >> 16;
  }
  return grey;
}

/** a·b / 255, rounded, of two bytes. */
function multiplied(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** RGB of CMYK bytes [n, 4] without a profile: each ink takes its share of what black leaves. */
export function withoutInk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(cmyk.length / 4 * 3);
  for (let at = 0, to = 0; at < cmyk.length; at += 4, to += 3) {
    const left = 255 - cmyk[at + 3];
    for (let c = 0; c < 3; c++) rgb[to + c] = left - multiplied(cmyk[at + c], left);
  }
  return rgb;
}

/** RGB of bytes of `bands` grey or RGB bands, with or without alpha, which is dropped. */
export function opaque(values: Uint8Array, bands: number): Uint8Array {
  if (bands === 3) return values;
  const pixels = values.length / bands, rgb = new Uint8Array(3 * pixels);
  const [green, blue] = bands > 2 ? [1, 2] : [0, 0];
  for (let i = 0, at = 0; i < rgb.length; i += 3, at += bands) {
    rgb[i] = values[at];
    rgb[i + 1] = values[at + green];
    rgb[i + 2] = values[at + blue];
  }
  return rgb;
}
