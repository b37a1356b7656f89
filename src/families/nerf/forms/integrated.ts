/**
 * A radiance field over the cones that pixels see, asked where a small network proposes: the integrated
 * encoding of Barron et al. 2021 (arXiv:2103.13415), and the proposals of Barron et al. 2022
 * (arXiv:2111.12077), section 4. Their bent space for scenes without bounds, their distortion loss and their
 * annealing are left out: scenes here lie in a box.
 *
 * Shapes: R rays, S intervals a ray.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold } from "../../../random/mod.ts";
import { integratedOctavesOf, octavesOf } from "../fields/encoding.ts";
import {
  initPerceptron,
  initTrunk,
  type Perceptron,
  perceptron,
  type Trunk,
  trunkDensity,
} from "../fields/perceptron.ts";
import { composite, type Weights, weightsOf } from "../rays/composite.ts";
import { endsOf, frustums } from "../rays/frustums.ts";
import { type Histogram, nextIntervals, proposalLoss } from "../rays/histograms.ts";
import { type Rays, repeated } from "../rays/rays.ts";
import { between } from "../rays/resample.ts";
import { type Form, partsOf } from "./form.ts";

/** Both networks. */
export type Integrated = { readonly proposal: Trunk; readonly field: Perceptron };

/** Optical thicknesses of intervals: density times length. */
function thickness(
  density_N: tf.Tensor1D,
  { rays, edges_RE }: { readonly rays: Rays; readonly edges_RE: tf.Tensor2D },
): Weights {
  const { from_RS, to_RS } = endsOf(edges_RE);
  const length_RS = tf.mul(tf.sub(to_RS, from_RS), rays.speed_R1);
  const tau = tf.mul(tf.reshape(density_N, length_RS.shape as [number, number]), length_RS);
  return weightsOf(tau as tf.Tensor2D);
}

/** See the module. */
export const integrated: Form<Integrated> = {
  init(key, { settings: { octaves, directionOctaves, width, depth, proposal } }) {
    const place = 6 * octaves;
    return {
      proposal: initTrunk(fold(key, "proposal"), { ...proposal, place }),
      field: initPerceptron(fold(key, "field"), {
        place,
        direction: 6 * directionOctaves,
        width,
        depth,
      }),
    };
  },
  samples: ({ proposal: { rounds, samples: each }, samples }) => rounds * each + samples,
  render(params, rays, { setting: { settings, scene }, drawing }) {
    const { octaves, directionOctaves, samples, proposal } = settings;
    const { near, far, background } = scene, R = rays.unit_R3.shape[0];
    const u = (purpose: string, samples: number) => partsOf(drawing, { rays: R, samples, purpose });
    const placesOf = (edges_RE: tf.Tensor2D) =>
      integratedOctavesOf(frustums(rays, edges_RE), octaves);
    // At first equal intervals, whose inner edges are drawn.
    const inner = between(
      { from_R1: tf.scalar(near), to_R1: tf.scalar(far) },
      u("even", proposal.samples - 1),
    );
    const ends = [near, far].map((depth) => tf.fill([R, 1], depth));
    let edges_RE = tf.concat([ends[0], inner, ends[1]], 1) as tf.Tensor2D;
    const proposed: Histogram[] = [];
    for (let round = 0; round < proposal.rounds; round++) {
      const density_N = trunkDensity(params.proposal, placesOf(edges_RE));
      const { weight_RS: weight_RK } = thickness(density_N, { rays, edges_RE });
      proposed.push({ edges_RE, weight_RK });
      const count = round === proposal.rounds - 1 ? samples : proposal.samples;
      edges_RE = nextIntervals(proposed[round], { u_RS: u(`round ${round}`, count), near, far });
    }
    const field = perceptron(params.field, {
      place: placesOf(edges_RE),
      direction: repeated(octavesOf(rays.unit_R3, directionOctaves), samples),
    });
    const weights = thickness(field.density_N, { rays, edges_RE });
    const { from_RS, to_RS } = endsOf(edges_RE), { weight_RS: weight_RK } = weights;
    const losses = drawing === undefined
      ? []
      : proposed.map((histogram) => proposalLoss(histogram, { edges_RE, weight_RK }));
    return {
      ...composite(weights, {
        colour_RS3: tf.reshape<tf.Rank.R3>(field.colour_N3, [R, samples, 3]),
        t_RS: tf.mul(tf.add(from_RS, to_RS), 0.5) as tf.Tensor2D,
        background,
      }),
      beside: [],
      ...(losses.length > 0 && {
        proposed: losses.reduce((sum, loss) => tf.add(sum, loss)),
      }),
    };
  },
};
