/**
 * LLFF's layout (Mildenhall et al. 2019, arXiv:1905.00889): poses_bounds.npy with a row of 17 numbers
 * a picture, in the order of the pictures' names: a matrix 3×5 by rows, whose columns are the camera's
 * axes down, right and back in the world, its place, and height, width and focal length in pixels; then
 * the distances before and behind which nothing stands.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../base/mod.ts";
import { namesIn } from "./names.ts";
import { decodeNpy } from "../../numpy/mod.ts";
import { checkedPose, type PosedPicture, type Scene } from "../posed.ts";

/** A folder with this file is laid out so. */
export const MARK = "poses_bounds.npy";

/** Numbers a picture. */
const ROW = 17;

/** NeRF's own loader begins a little before the nearest distance. */
const BEFORE = 0.9;

async function rowsOf(path: string): Promise<{ count: number; row: (i: number) => number[] }> {
  const bytes = await Deno.readFile(path).catch(() => {
    throw new DataError(`${path}: no such file; the layout asked for has it there`);
  });
  const array = decodeNpy(bytes, path);
  if ("text" in array || array.shape.length !== 2 || array.shape[1] !== ROW) {
    const found = "text" in array ? "a text" : `shape (${array.shape.join(", ")})`;
    throw new DataError(`${path}: ${found}, where N rows of ${ROW} numbers were expected`);
  }
  const { data, shape: [count] } = array;
  return { count, row: (i) => Array.from(data.subarray(i * ROW, (i + 1) * ROW), Number) };
}

/** Reads a folder of this layout. @throws DataError where it isn't one */
export async function readLlff(
  root: string,
  { images = "images" }: { readonly images?: string },
): Promise<Scene> {
  const path = join(root, MARK), { count, row } = await rowsOf(path);
  const folder = join(root, images);
  const names = await namesIn(folder);
  if (count === 0) throw new DataError(`${path}: it holds no poses`);
  if (names.length !== count) {
    throw new DataError(
      `${folder} holds ${names.length} pictures and ${path} ${count} poses, one a picture in the ` +
        "order of their names: bring back what is missing, or take out what is too many",
    );
  }
  let near = Infinity, far = -Infinity;
  const pictures = names.map((name, i): PosedPicture => {
    const numbers = row(i), where = `${path}: row ${i} (${name})`;
    const odd = numbers.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw new DataError(`${where} holds ${odd}; leave the picture out`);
    const at = (line: number, column: number) => numbers[5 * line + column];
    const [height, width, focal] = [at(0, 4), at(1, 4), at(2, 4)], [from, to] = numbers.slice(15);
    if (!(height > 0 && width > 0 && focal > 0)) {
      throw new DataError(`${where}: height ${height}, width ${width}, focal length ${focal}`);
    }
    if (!(0 < from && from < to)) throw new DataError(`${where}: bounds from ${from} to ${to}`);
    near = Math.min(near, from);
    far = Math.max(far, to);
    return {
      path: join(folder, name),
      name,
      ...checkedPose({
        rotation: [0, 1, 2].flatMap((line) => [at(line, 0), at(line, 1), at(line, 2)]),
        position: [at(0, 3), at(1, 3), at(2, 3)],
      }, where),
      optics: () => ({ width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 }),
      lens: null,
    };
  });
  return {
    pictures,
    held: null,
    axes: "llff",
    points: null,
    bounds: { near: BEFORE * near, far, from: `${MARK}, from ${BEFORE} of the nearest on` },
    files: [path],
    notes: [],
  };
}
