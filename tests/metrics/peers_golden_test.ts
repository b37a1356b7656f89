/**
 * Parity with pytorch-fid, clean-fid, torch-fidelity, prdc, torchmetrics, scikit-image, vendi-score, POT
 * and the code of two papers, on committed numbers (tests/golden/metrics/make.py made them). With
 * OpenBLAS the same comparisons are made of it.
 */
import { assert, assertEquals } from "@std/assert";
import { hostAlgebra } from "../../src/algebra/host.ts";
import { authenticityOf } from "../../src/metrics/copies/authenticity.ts";
import { classScores } from "../../src/metrics/features/class_score.ts";
import { clippedOf } from "../../src/metrics/features/clipped.ts";
import { coverageOf } from "../../src/metrics/features/coverage.ts";
import { fitMixture, mixtureLoss } from "../../src/algebra/mixture.ts";
import { standardiser } from "../../src/metrics/features/feature_likelihood.ts";
import { fitLine } from "../../src/metrics/features/frechet_infinity.ts";
import {
  frechetDistance,
  gaussianDistance,
  gaussianOf,
  gaussianOfMoments,
} from "../../src/metrics/features/frechet.ts";
import { psnr, ssim } from "../../src/metrics/image/pixel_distances.ts";
import { subsetKernelDistance } from "../../src/metrics/features/kernel.ts";
import { covariance } from "../../src/algebra/linear.ts";
import type { Features } from "../../src/algebra/features.ts";
import { msSsim } from "../../src/metrics/image/multiscale.ts";
import { lineTransport } from "../../src/metrics/features/sliced.ts";
import { vendiScore } from "../../src/metrics/features/vendi.ts";
import golden from "../golden/metrics/golden.json" with { type: "json" };
import { computers } from "../algebra/algebras.ts";
import { features, grid, noisy, picture, type PictureSpec, uniforms } from "./golden_inputs.ts";

function near(ours: number, theirs: number, relative: number, what: string) {
  const off = Math.abs(ours - theirs) / Math.max(Math.abs(theirs), Number.MIN_VALUE);
  assert(off <= relative, `${what}: ${ours} here, ${theirs} there, ${off} apart`);
}

for (const set of golden.sets) {
  const { dimension, shift } = set;
  const a = features(7, { count: set.a, dimension, shift: 0 });
  const b = features(11, { count: set.b, dimension, shift });
  const name = `${set.a} and ${set.b} rows of ${dimension}`;
  for (const { name: computer, algebra, test } of computers) {
    const by = `${name} (${computer})`;
    const exact = algebra === hostAlgebra ? null : algebra;
    test(`FD agrees with pytorch-fid, clean-fid and torch-fidelity to 1e-6: ${by}`, () => {
      const ours = frechetDistance(a, b, algebra);
      // Singular covariances: the peers' root of a product is off by what their own note warns of.
      const singular = Math.min(set.a, set.b) <= dimension;
      for (const [peer, theirs] of Object.entries(set.frechet)) {
        near(ours, theirs, singular ? 1e-4 : 1e-6, peer);
      }
    });
    test(`FD of given moments is that of the features to 1e-6: ${by}`, () => {
      const given = ({ mean }: { mean: Float64Array }, set: Features) =>
        gaussianOfMoments({ mean, covariance: covariance(set) }, algebra);
      const [p, q] = [gaussianOf(a, algebra), gaussianOf(b, algebra)];
      const ours = gaussianDistance(given(p, a), given(q, b), algebra);
      near(ours, frechetDistance(a, b, algebra), 1e-6, "from moments");
    });
    test(`KID over given subsets agrees with torch-fidelity to 1e-6: ${by}`, () => {
      const ours = subsetKernelDistance({ a, b, subsets: set.kid.subsets }, algebra);
      near(ours.mean, set.kid.mean, 1e-6, "mean");
      near(ours.deviation, set.kid.deviation, 1e-6, "deviation");
    });
    test(`the Vendi score agrees with vendi-score: ${by}`, () => {
      near(vendiScore(b, algebra), set.vendi, 1e-9, "from similarities");
      near(vendiScore(b, algebra), set.vendiDual, 1e-9, "from the dual");
    });
    test(`neighbour metrics agree with prdc and their authors' code exactly: ${by}`, () => {
      sameNeighbours({ a, b, k: 5, theirs: set.neighbours }, exact);
      const ours = authenticityOf({ samples: b, train: a });
      near(ours, set.authenticity, 1e-15, "authenticity");
    });
  }
  Deno.test(`transport on a line agrees with POT: ${name}`, () => {
    const column = (x: Features, j: number) =>
      Float64Array.from({ length: x.count }, (_, i) => x.data[i * dimension + j]);
    set.transport.forEach((theirs, j) =>
      near(lineTransport(column(a, j), column(b, j)), theirs, 1e-9, `column ${j}`)
    );
  });
  Deno.test(`the line of FD∞ agrees with scipy's linregress: ${name}`, () => {
    const y = Array.from({ length: 20 }, (_, i) => a.data[i * dimension]);
    const ours = fitLine(y.map((_, i) => 1 / (2 + i)), y);
    near(ours.intercept, set.line.intercept, 1e-9, "intercept");
    near(ours.slope, set.line.slope, 1e-9, "slope");
    near(ours.standardError, set.line.error, 1e-9, "standard error");
  });
}

type Neighbours = typeof golden.sets[number]["neighbours"];

/** Counts are whole, so shares of one count are equal but for the last rounding. */
function sameNeighbours(
  { a, b, k, theirs, ties = false }: {
    a: Features;
    b: Features;
    k: number;
    theirs: Neighbours;
    ties?: boolean;
  },
  algebra: typeof hostAlgebra | null,
) {
  const ours = coverageOf({ real: a, samples: b }, k, algebra);
  for (const part of ["precision", "recall", "density", "coverage"] as const) {
    near(ours[part], theirs[part], 4 * 2 ** -53, part);
  }
  const clipped = clippedOf({ real: a, samples: b }, k, algebra);
  // Where more than k rows tie for the k-th place the authors' own density takes whichever k the search
  // tree gives, and we take all in the closed ball.
  if (!ties) near(clipped.density, theirs.clippedDensity, 1e-12, "clipped density");
  near(clipped.coverage, theirs.clippedCoverage, 1e-12, "clipped coverage");
}

for (const set of golden.ties) {
  const { dimension, levels } = set;
  const a = grid(3, { count: set.a, dimension, levels });
  const b = grid(5, { count: set.b, dimension, levels });
  for (const { name: computer, algebra, test } of computers) {
    const name = `${set.a} and ${set.b} rows on a grid of ${set.levels} (${computer})`;
    test(`ties fall as in prdc and in the authors' code: ${name}`, () => {
      const exact = algebra === hostAlgebra ? null : algebra;
      sameNeighbours({ a, b, k: set.k, theirs: set.neighbours, ties: true }, exact);
    });
  }
}

for (const spec of golden.likelihood) {
  Deno.test(`the feature mixture's losses agree with its authors' code: ${spec.samples} samples`, () => {
    const { dimension, shift } = spec;
    const of = (seed: number, count: number, by = 0) =>
      features(seed, { count, dimension, shift: by });
    const heldOut = of(29, spec.heldOut), to = standardiser(heldOut);
    const train = to(of(23, spec.train));
    const mixture = fitMixture(to(of(21, spec.samples, shift)), train);
    near(mixtureLoss(mixture, train), spec.loss.train, 1e-6, "training loss");
    near(mixtureLoss(mixture, to(heldOut)), spec.loss.heldOut, 1e-6, "held-out loss");
  });
}

for (const spec of golden.classScores) {
  const { count, classes, splits } = spec;
  Deno.test(`class scores agree with torch-fidelity's IS: ${count} rows, ${splits} splits`, () => {
    const logits = uniforms(31, count * classes).map((u) => 6 * u);
    const p = logits.map((_, i) => {
      const row = logits.subarray(i - i % classes, i - i % classes + classes);
      return Math.exp(logits[i]) / row.reduce((s, v) => s + Math.exp(v), 0);
    });
    const scores = classScores(p, { count, splits });
    const mean = scores.reduce((s, v) => s + v, 0) / splits;
    near(mean, spec.mean, 1e-12, "mean");
    const deviation = Math.sqrt(scores.reduce((s, v) => s + (v - mean) ** 2, 0) / splits);
    if (splits > 1) near(deviation, spec.deviation, 1e-9, "deviation");
  });
}

for (const image of golden.images) {
  const spec = image as PictureSpec & typeof image;
  const name = `${spec.height}×${spec.width}×${spec.channels}, ${spec.scales} scales`;
  Deno.test(`MS-SSIM agrees with torchmetrics, SSIM and PSNR with scikit-image: ${name}`, () => {
    const a = picture(spec), b = noisy(a, spec);
    near(msSsim(a, b, spec.scales)[0], spec.msSsim, 1e-9, "MS-SSIM");
    near(ssim(a, b)[0], spec.ssim, 1e-9, "SSIM");
    near(psnr(a, b)[0], spec.psnr, 1e-12, "PSNR");
  });
}

Deno.test("every peer has been asked", () => {
  assertEquals(golden.made.split(", ").length, 12);
  assertEquals(Object.keys(golden.commits), ["clipped", "fld"]);
});
