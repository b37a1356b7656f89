/** Parity with scikit-image, scipy and prdc on committed numbers (make_golden.py made them). */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { coverageOf } from "../../src/metrics/features/coverage.ts";
import { frechetDistance } from "../../src/metrics/features/frechet.ts";
import { psnr, ssim } from "../../src/metrics/image/pixel_distances.ts";
import { kernelDistance } from "../../src/metrics/features/kernel.ts";
import golden from "./golden.json" with { type: "json" };
import { features, noisy, picture } from "./golden_inputs.ts";
import type { PictureSpec } from "./golden_inputs.ts";

for (const image of golden.images) {
  const spec = image as PictureSpec & { psnr: number; ssim: number };
  const a = picture(spec), b = noisy(a, spec);
  const name = `${spec.height}×${spec.width}×${spec.channels}, noise ${spec.strength}`;
  Deno.test(`PSNR agrees with scikit-image: ${name}`, () => {
    assertAlmostEquals(psnr(a, b)[0], spec.psnr, 1e-10);
  });
  Deno.test(`SSIM agrees with scikit-image: ${name}`, () => {
    assertAlmostEquals(ssim(a, b)[0], spec.ssim, 1e-9);
  });
}

for (const set of golden.sets) {
  const a = features(7, { count: set.a, dimension: set.dimension, shift: 0 });
  const b = features(11, { count: set.b, dimension: set.dimension, shift: set.shift });
  const name = `${set.a} and ${set.b} rows of ${set.dimension}`;
  Deno.test(`Fréchet distance agrees with scipy's sqrtm: ${name}`, () => {
    assertAlmostEquals(frechetDistance(a, b), set.frechet, 1e-9);
  });
  Deno.test(`kernel distance agrees with numpy: ${name}`, () => {
    assertAlmostEquals(kernelDistance(a, b), set.kid, 1e-10);
  });
  Deno.test(`precision, recall, density, coverage agree with prdc: ${name}`, () => {
    const found = coverageOf({ real: a, samples: b }, 5);
    for (const part of ["precision", "recall", "density", "coverage"] as const) {
      assertAlmostEquals(found[part], set.prdc[part], 1e-12, part);
    }
    assertEquals(Object.keys(found).length, 4);
  });
}
