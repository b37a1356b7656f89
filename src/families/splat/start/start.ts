/**
 * Splats before the first update.
 * @module
 */
import { type Degree, splatRows } from "../../../kernels/mod.ts";
import type { PointCloud, Vector } from "../../../kinds/view/mod.ts";
import { log } from "../../../numeric/mod.ts";
import { hostFold, type HostKey, hostPermutation, hostUniform } from "../../../random/host/mod.ts";
import { Y00 } from "../formats/splat.ts";
import { spacing } from "./spacing.ts";

/** Where splats begin. */
export interface Begins {
  readonly count: number;
  readonly degree: Degree;
  /** Opacity of each. */
  readonly opacity: number;
  /** Size of each, as a share of its distance from its neighbours. */
  readonly size: number;
  /** The cube of the random ones. */
  readonly centre: Vector;
  readonly half: number;
  /** In place of those: as many of them as there are splats. */
  readonly points?: PointCloud;
}

/** Sizes at least: points may lie on one another. */
const LEAST = 1e-4;

/** Places and colours, x, y, z and red, green, blue of each in turn. */
function placed({ count, centre, half, points }: Begins, key: HostKey) {
  if (points !== undefined) {
    const all = points.positions.length / 3;
    const order = hostPermutation(hostFold(key, "points"), all).subarray(0, count).sort();
    const taken = (from: ArrayLike<number>, scale: number) =>
      Float32Array.from(
        { length: 3 * count },
        (_, i) => from[3 * order[Math.floor(i / 3)] + i % 3] * scale,
      );
    return { places: taken(points.positions, 1), colours: taken(points.colours, 1 / 255) };
  }
  const uniform = hostUniform(hostFold(key, "places"), 3 * count);
  const places = uniform.map((u, i) => centre[i % 3] + half * (2 * u - 1));
  // Around grey: what they are is soon seen.
  const colours = hostUniform(hostFold(key, "colours"), 3 * count)
    .map((u) => 0.5 + Y00 * (u - 0.5));
  return { places, colours };
}

/**
 * Balls by how far they are from their neighbours, of the same colour from all sides.
 * @returns rows of numbers: see `kernels`
 */
export function startSplats(key: HostKey, begins: Begins): Float32Array<ArrayBuffer> {
  const { count, degree, opacity } = begins, { places, colours } = placed(begins, key);
  const sizes = spacing(places), parameters = new Float32Array(splatRows(degree) * count);
  const row = (r: number) => parameters.subarray(r * count, (r + 1) * count);
  for (let k = 0; k < 3; k++) {
    row(k).forEach((_, i, own) => own[i] = places[3 * i + k]);
    row(3 + k).forEach((_, i, own) =>
      own[i] = log(Math.max(LEAST * begins.half, begins.size * sizes[i]))
    );
    row(11 + k).forEach((_, i, own) => own[i] = (colours[3 * i + k] - 0.5) / Y00);
  }
  row(6).fill(1);
  row(10).fill(log(opacity / (1 - opacity)));
  return parameters;
}
