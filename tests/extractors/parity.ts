/**
 * How far our numbers are from other programs', relative, on the inputs of tests/golden/metrics: read by
 * the figures `evaluation/parity-…`. `deno run -A tests/extractors/parity.ts` prints JSON.
 */
import { coverageOf } from "../../src/metrics/features/coverage.ts";
import { frechetDistance } from "../../src/metrics/features/frechet.ts";
import { psnr, ssim } from "../../src/metrics/image/pixel_distances.ts";
import { subsetKernelDistance } from "../../src/metrics/features/kernel.ts";
import { msSsim } from "../../src/metrics/image/multiscale.ts";
import golden from "../golden/metrics/golden.json" with { type: "json" };
import { features, grid, noisy, picture, type PictureSpec } from "../metrics/golden_inputs.ts";

type Errors = { [comparison: string]: number };

/** Relative differences by kind of metric and comparison. */
export interface Parity {
  readonly made: string;
  readonly frechet: Errors;
  readonly kernel: Errors;
  readonly neighbours: Errors;
  readonly images: Errors;
}

const off = (ours: number, theirs: number) =>
  ours === theirs ? 0 : Math.abs(ours - theirs) / Math.max(Math.abs(theirs), Number.MIN_VALUE);

function setErrors(): Pick<Parity, "frechet" | "kernel" | "neighbours"> {
  const frechet: Errors = {}, kernel: Errors = {}, neighbours: Errors = {};
  for (const set of golden.sets) {
    const { dimension, shift } = set;
    const a = features(7, { count: set.a, dimension, shift: 0 });
    const b = features(11, { count: set.b, dimension, shift });
    const of = `${set.a}+${set.b} rows of ${dimension}`;
    for (const [peer, theirs] of Object.entries(set.frechet)) {
      // With fewer rows than dimensions the peers warn of their own root.
      if (Math.min(set.a, set.b) > dimension) {
        frechet[`${peer}, ${of}`] = off(frechetDistance(a, b), theirs);
      }
    }
    const { mean } = subsetKernelDistance({ a, b, subsets: set.kid.subsets });
    kernel[of] = off(mean, set.kid.mean);
    const found = coverageOf({ real: a, samples: b }, 5);
    for (const part of ["precision", "recall", "density", "coverage"] as const) {
      neighbours[`${part}, ${of}`] = off(found[part], set.neighbours[part]);
    }
  }
  for (const set of golden.ties) {
    const { dimension, levels } = set;
    const a = grid(3, { count: set.a, dimension, levels });
    const b = grid(5, { count: set.b, dimension, levels });
    const found = coverageOf({ real: a, samples: b }, set.k);
    for (const part of ["precision", "recall", "density", "coverage"] as const) {
      neighbours[`${part}, ${set.a}+${set.b} rows with ties`] = off(
        found[part],
        set.neighbours[part],
      );
    }
  }
  return { frechet, kernel, neighbours };
}

function imageErrors(): Errors {
  const images: Errors = {};
  for (const image of golden.images) {
    const spec = image as PictureSpec & typeof image;
    const a = picture(spec), b = noisy(a, spec);
    const of = `${spec.height}×${spec.width}×${spec.channels}`;
    images[`PSNR, ${of}`] = off(psnr(a, b)[0], spec.psnr);
    images[`SSIM, ${of}`] = off(ssim(a, b)[0], spec.ssim);
    images[`MS-SSIM, ${of}`] = off(msSsim(a, b, spec.scales)[0], spec.msSsim);
  }
  return images;
}

/** All of them. */
export function parity(): Parity {
  return { made: golden.made, ...setErrors(), images: imageErrors() };
}

if (import.meta.main) console.log(JSON.stringify(parity()));
