/**
 * Pictures of points: where samples are numbers and not pictures, a grid of them shows nothing, so
 * their density is drawn.
 * @module
 */
import { concatImages, type ImageSet } from "../kinds/image/mod.ts";
import type { Samples } from "../kinds/mod.ts";
import { type PointSet, pointsOf } from "../kinds/point/mod.ts";
import { interpolation } from "../families/common/latents/mod.ts";
import type { Features } from "../algebra/mod.ts";
import type { Shows } from "../record/mod.ts";
import { sheets } from "./sheet/grid.ts";
import type { Shower } from "./shower.ts";

/** Points drawn. */
const POINTS = 4096;
/** Pixels a side of a panel: two values each. */
const SIDE = 128;
/** Straight lines between codes, and points on each. */
const LINES = 24, STEPS = 64;

/** Pairs of numbers that are drawn against each other, one panel each. */
function planes(dimensions: number): [x: number, y: number][] {
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

/** Straight lines between the codes of pairs of points. */
function lines(codes: Features): Features {
  const rows = Array.from({ length: Math.min(LINES, codes.count >> 1) }, (_, i) => i);
  const walks = rows.map((from) =>
    interpolation(codes, { from, to: codes.count - 1 - from, steps: STEPS })
  );
  const data = Float64Array.from(walks.flatMap((walk) => [...walk.data]));
  return { count: rows.length * STEPS, dimension: codes.dimension, data };
}

/** What of a run on points can be drawn as densities: samples, reconstructions, walks; data beside. */
export const showPoints: Shower = async ({ subject, dataset, samples }, keep) => {
  const sheet = sheets(keep);
  const held = Math.min(dataset.size("test"), POINTS);
  const first = Uint32Array.from({ length: held }, (_, i) => i);
  const data = (await dataset.read("test", first)).samples;
  const beside = async (what: Shows["what"], about: string, points: Samples) => {
    const own = panels(pointsOf(points));
    const columns = own.count === 1 ? 2 : own.count;
    await sheet(what, about, { images: concatImages([own, panels(pointsOf(data))]), columns });
  };
  const across = planes(pointsOf(data).dimensions).length > 1
    ? "above; numbers 1 and 2, 1 and 3, 2 and 3 against each other; held-out data below"
    : "left; held-out data right";
  if (samples !== null) {
    const drawn = await samples(POINTS);
    await beside("samples", `Density of ${drawn.count} samples, none picked out, ${across}`, drawn);
  }
  if (held < 8) return;
  if (subject.reconstruct) {
    const rebuilt = await subject.reconstruct(data);
    await beside("reconstructions", `Reconstructions of held-out points, ${across}`, rebuilt);
  }
  if (subject.encode && subject.decode && subject.capabilities.latent === "continuous") {
    const walks = await subject.decode(lines(await subject.encode(data)));
    await beside(
      "interpolation",
      `Straight lines between the codes of ${LINES} pairs of held-out points, ${across}`,
      walks,
    );
  }
};
