/**
 * Points as pictures of their density.
 * @module
 */
import { concatImages, type ImageSet } from "../../kinds/image/mod.ts";
import type { PointSet } from "../../kinds/point/mod.ts";

/** Pixels a side of a panel: two values each. */
const SIDE = 128;

/** Pairs of numbers that are drawn against each other, one panel each. */
export function planes(dimensions: number): [x: number, y: number][] {
  if (dimensions === 1) return [[0, 0]];
  return dimensions === 2 ? [[0, 1]] : [[0, 1], [0, 2], [1, 2]];
}

/**
 * Densities of points as grey pictures of 128², black where many are, the first number to the right
 * and the second up: one panel for two numbers, three (of each pair) for three. Ink goes as the root
 * of the count, full at the count that one pixel of twenty with points exceeds.
 */
export function panels(points: PointSet): ImageSet {
  const { count, dimensions, data } = points;
  const drawn = planes(dimensions).map(([x, y]) => {
    const counts = new Float64Array(SIDE * SIDE);
    for (let i = 0; i < count; i++) {
      const column = data[i * dimensions + x] >> 1,
        row = SIDE - 1 - (data[i * dimensions + y] >> 1);
      counts[row * SIDE + column]++;
    }
    const met = counts.filter((n) => n > 0).sort();
    const full = met[Math.floor(0.95 * (met.length - 1))] ?? 1;
    return Uint8Array.from(
      counts,
      (n) => Math.floor(255 * (1 - Math.sqrt(Math.min(1, n / full))) + 0.5),
    );
  });
  const joined = new Uint8Array(drawn.length * SIDE * SIDE);
  drawn.forEach((panel, i) => joined.set(panel, i * SIDE * SIDE));
  return { count: drawn.length, height: SIDE, width: SIDE, channels: 1, data: joined };
}

/** Panels of some points with those of others under them: beside them where there is one panel each. */
export function compared(
  points: PointSet,
  others: PointSet,
): { readonly images: ImageSet; readonly columns: number } {
  const own = panels(points);
  return {
    images: concatImages([own, panels(others)]),
    columns: own.count === 1 ? 2 : own.count,
  };
}
