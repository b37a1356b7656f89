/**
 * Many small pictures, for figures of evaluation.
 * @module
 */
import { join } from "@std/path";
import { hostKey, hostUniform } from "../../../random/host/mod.ts";

/** Side of a picture. */
export const SIDE = 32;
/** Pictures a folder, as large collections are laid out. */
const FOLDER = 10_000;

/** One picture: a colour that runs from corner to corner with a ring on it. [SIDE, SIDE, 3] */
export function ringPicture(index: number): Uint8Array {
  const [r, g, b, x, y, radius, tone] = hostUniform(hostKey(1, "rings", index), 7);
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
    const place = Math.floor(at / 3), row = Math.floor(place / SIDE), column = place % SIDE;
    const [u, v] = [column / SIDE - x, row / SIDE - y];
    const off = Math.abs(Math.sqrt(u * u + v * v) - 0.1 - 0.4 * radius);
    const ground = [r, g, b][at % 3] * (0.4 + 0.6 * (row + column) / (2 * SIDE));
    return Math.round(255 * (off < 0.06 ? tone : ground));
  });
}

/** Writes pictures 0 … count − 1 as PNGs below `root`. */
export async function writePictures(root: string, count: number): Promise<void> {
  const { default: sharp } = await import("sharp");
  let next = 0;
  async function work(): Promise<void> {
    while (next < count) {
      const i = next++;
      const folder = join(root, String(Math.floor(i / FOLDER)));
      if (i % FOLDER < 8) await Deno.mkdir(folder, { recursive: true });
      const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
      const bytes = await sharp(ringPicture(i), { raw }).png().toBuffer();
      await Deno.writeFile(join(folder, `${String(i).padStart(7, "0")}.png`), bytes);
    }
  }
  await Promise.all(Array.from({ length: 8 }, work));
}
