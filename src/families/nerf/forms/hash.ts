/**
 * A radiance field on a hash grid, sampled where the scene is occupied: Müller et al. 2022
 * (arXiv:2201.05989), section 5.4.
 *
 * A fixed number of samples a ray: what of a ray is occupied is cut into equal parts, however many pieces
 * it is in, and one point is taken in each. So a part is as long as it is everywhere on a ray, and none
 * is spent on what is empty.
 *
 * Shapes: R rays, M pieces and S samples a ray.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { HashGrid } from "../../../nn/mod.ts";
import type { Settings } from "../config.ts";
import { harmonics } from "../fields/harmonics.ts";
import { hashDensity, type HashField, hashField, initHashField } from "../fields/hash_field.ts";
import { cellsOf, type Occupancy } from "../occupancy.ts";
import { composite, type Seen, weightsOf } from "../rays/composite.ts";
import { hitsOf, raysOfHits, rowsOfHits, seenByAll } from "../rays/hits.ts";
import { pointsAt, type Rays, repeated, withinBox } from "../rays/rays.ts";
import { between, drawAlong, middles } from "../rays/resample.ts";
import { type Form, partsOf } from "./form.ts";

/** Pieces of a ray's way through the box, for each cell along the grid: a diagonal meets √3 times as many. */
const PIECES = 2;

/** The grid of features that settings ask for. */
export function gridOfSettings(
  { levels, features, rowBits, base, finest }: Settings,
): HashGrid {
  return { levels, features, rowBits, base, finest };
}

/** Samples in what of rays is occupied. */
export interface Placed {
  /** Depths. [R, S] */
  readonly t_RS: tf.Tensor2D;
  /** How much depth of its ray each stands for: a part of what is occupied. [R, 1] */
  readonly part_R1: tf.Tensor2D;
}

/**
 * Places samples: a ray's way through the box is cut into M pieces, each occupied where the cell at its
 * middle is, and u ∈ [0, 1) runs through those.
 * @param u_RS rising
 */
export function placeSamples(
  rays: Rays,
  u_RS: tf.Tensor2D,
  { occupied_G, cells, near, far }: {
    readonly occupied_G: tf.Tensor1D;
    readonly cells: number;
    readonly near: number;
    readonly far: number;
  },
): Placed {
  const [R, S] = u_RS.shape, M = PIECES * cells;
  const range = withinBox(rays, { near, far });
  const middle_RM = between(range, middles(R, M));
  const here = cellsOf(pointsAt(rays, middle_RM), cells);
  const held_RM = tf.reshape(tf.gather(occupied_G, here), [R, M]) as tf.Tensor2D;
  const edge_1E = tf.div(tf.reshape(tf.range(0, M + 1, 1, "float32"), [1, M + 1]), M);
  const edges_RE = between(range, edge_1E as tf.Tensor2D);
  const piece_R1 = tf.div(tf.sub(range.to_R1, range.from_R1), M);
  const held_R1 = tf.mul(tf.sum(held_RM, 1, true), piece_R1);
  return {
    t_RS: drawAlong(edges_RE, held_RM, u_RS),
    part_R1: tf.div(held_R1, S) as tf.Tensor2D,
  };
}

/** What rays show, by the network at the samples. */
function seenAlong(
  params: HashField,
  rays: Rays,
  { placed: { t_RS, part_R1 }, settings, background }: {
    readonly placed: Placed;
    readonly settings: Settings;
    readonly background: readonly number[];
  },
): Seen {
  const [R, S] = t_RS.shape;
  const field = hashField(params, {
    place_N3: pointsAt(rays, t_RS),
    harmonics_NH: repeated(harmonics(rays.unit_R3), S),
  }, gridOfSettings(settings));
  const density_RS = tf.reshape(field.density_N, [R, S]);
  const weights = weightsOf(tf.mul(density_RS, tf.mul(part_R1, rays.speed_R1)) as tf.Tensor2D);
  const colour_RS3 = tf.reshape<tf.Rank.R3>(field.colour_N3, [R, S, 3]);
  return composite(weights, { colour_RS3, t_RS, background });
}

/** See the module. */
export const hash: Form<HashField> = {
  init: (key, { settings }) =>
    initHashField(key, { grid: gridOfSettings(settings), width: settings.width }),
  samples: ({ samples }) => samples,
  render(params, rays, { setting: { settings, scene }, occupancy, drawing }) {
    const { near, far, background } = scene, R = rays.unit_R3.shape[0];
    const u_RS = partsOf(drawing, { rays: R, samples: settings.samples, purpose: "samples" });
    const placed = placeSamples(rays, u_RS, {
      occupied_G: (occupancy as Occupancy).occupied_G,
      cells: settings.occupancy,
      near,
      far,
    });
    const see = (rays: Rays, placed: Placed) =>
      seenAlong(params, rays, { placed, settings, background });
    if (settings.skipEmpty !== true) return { ...see(rays, placed), beside: [] };
    const hits = hitsOf(placed.part_R1);
    const seen = see(raysOfHits(rays, hits), {
      t_RS: rowsOfHits(placed.t_RS, hits),
      part_R1: rowsOfHits(placed.part_R1, hits),
    });
    return { ...seenByAll(seen, hits, background), beside: [] };
  },
  density: (params, place_N3, { settings }) =>
    hashDensity(params, place_N3, gridOfSettings(settings)),
};
