/**
 * COLMAP's text files: cameras.txt, images.txt, points3D.txt. Lines that begin with # are remarks; one
 * of them says how many records follow, and is held to it.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import type { PointCloud } from "../../../../kinds/view/mod.ts";
import {
  type ModelCamera,
  modelCamera,
  type ModelImage,
  modelName,
  parametersOf,
} from "./model.ts";

/** A record: its words, and "FILE:LINE". */
interface Line {
  readonly words: readonly string[];
  readonly where: string;
}

/**
 * Records of a file.
 * @param options.lines a record; of two the second may be empty, and isn't read
 * @throws DataError where the file says that there are more, or fewer
 */
function recordsOf(
  text: string,
  { path, what, lines }: { readonly path: string; readonly what: string; readonly lines: 1 | 2 },
): Line[] {
  const all = text.split(/\r?\n/), found: Line[] = [];
  let promised: number | null = null;
  for (let i = 0; i < all.length; i++) {
    const line = all[i].trim();
    if (line.startsWith("#")) {
      const stated = /^# Number of \w+: (\d+)/.exec(line);
      if (stated !== null) promised = Number(stated[1]);
    } else if (line !== "") {
      found.push({ words: line.split(/\s+/), where: `${path}:${i + 1}` });
      i += lines - 1;
    }
  }
  if (promised !== null && promised !== found.length) {
    throw new DataError(
      `${path}: its remark promises ${promised} ${what}, ${found.length} follow; copy it again, or ` +
        "take the remark out",
    );
  }
  return found;
}

/** Words [from, to) of a line as numbers. @throws DataError where they aren't */
function numbersIn({ words, where }: Line, from: number, to: number): number[] {
  const own = words.slice(from, to), numbers = own.map(Number);
  const bad = own.findIndex((word, k) => Number.isNaN(numbers[k]) && !/^-?nan$/i.test(word));
  if (own.length < to - from || bad >= 0) {
    const found = bad < 0 ? `${words.length} words` : `"${own[bad]}" as word ${from + bad + 1}`;
    throw new DataError(`${where}: ${found}, where numbers were expected up to word ${to}`);
  }
  return numbers;
}

/** cameras.txt: id, model, width, height, the model's numbers. */
export function textCameras(text: string, path: string): Map<number, ModelCamera> {
  return new Map(
    recordsOf(text, { path, what: "cameras", lines: 1 }).map((line) => {
      const { words, where } = line, [id] = numbersIn(line, 0, 1);
      const model = modelName(words[1] ?? "", where);
      const [width, height] = numbersIn(line, 2, 4), count = parametersOf(model);
      const numbers = numbersIn(line, 4, 4 + count);
      if (words.length !== 4 + count) {
        throw new DataError(
          `${where}: ${words.length - 4} numbers for a camera of ${model}, which has ${count}`,
        );
      }
      return [id, modelCamera({ model, width, height, numbers, where })];
    }),
  );
}

/** images.txt: id, quaternion, translation, camera, name; in a second line the points, not read. */
export function textImages(text: string, path: string): ModelImage[] {
  return recordsOf(text, { path, what: "images", lines: 2 }).map((line) => {
    const numbers = numbersIn(line, 0, 9), name = line.words.slice(9).join(" ");
    if (name === "") throw new DataError(`${line.where}: a name was expected as word 10`);
    return {
      name,
      camera: numbers[8],
      quaternion: numbers.slice(1, 5),
      translation: numbers.slice(5, 8),
    };
  });
}

/** points3D.txt: id, place, colour, error, track. */
export function textPoints(text: string, path: string): PointCloud {
  const lines = recordsOf(text, { path, what: "points", lines: 1 });
  const positions = new Float32Array(3 * lines.length);
  const colours = new Uint8Array(3 * lines.length);
  lines.forEach((line, i) => {
    const numbers = numbersIn(line, 1, 7);
    positions.set(numbers.slice(0, 3), 3 * i);
    colours.set(numbers.slice(3), 3 * i);
  });
  return { positions, colours };
}
