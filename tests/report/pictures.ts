/** Pictures for made records: simple faces, so that pages can be looked at. @module */
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { sheetPng } from "../../src/show/picture/grid.ts";
import { wobble } from "./fixture.ts";

/** `count` faces of `size` pixels, a function of `seed`. */
export function faces(count: number, { size = 32, seed = 1 } = {}): ImageSet {
  const data = new Uint8Array(count * size * size * 3);
  for (let i = 0; i < count; i++) {
    const tone = [0, 1, 2].map((c) => 150 + 70 * wobble(seed, i, c));
    const back = [3, 4, 5].map((c) => 120 + 90 * wobble(seed, i, c));
    const smile = wobble(seed, i, 9);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const [u, v] = [(x + 0.5) / size * 2 - 1, (y + 0.5) / size * 2 - 1];
        const face = (u / 0.62) ** 2 + (v / 0.8) ** 2 < 1;
        const eye = (Math.abs(u) - 0.26) ** 2 + (v + 0.18) ** 2 < 0.012;
        const mouth = Math.abs(u) < 0.3 && Math.abs(v - 0.4 + smile * (u * u - 0.04)) < 0.06;
        for (let c = 0; c < 3; c++) {
          const base = face ? tone[c] * (1 - 0.3 * u) : back[c] * (1 - 0.25 * v);
          const value = face && (eye || mouth) ? 40 : base;
          data[((i * size + y) * size + x) * 3 + c] = Math.max(
            0,
            Math.min(255, value + 3 * wobble(i, x, y, c)),
          );
        }
      }
    }
  }
  return { count, height: size, width: size, channels: 3, data };
}

/** A sheet of 64 faces. */
export async function facesPng(seed: number): Promise<Uint8Array> {
  return (await sheetPng(faces(64, { seed }), { columns: 8 })).bytes;
}
