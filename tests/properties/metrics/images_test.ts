/** Laws of distances between pictures. */
import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import type { ImageSet } from "../../../src/kinds/image/image_set.ts";
import { psnr, ssim } from "../../../src/metrics/image/pixel_distances.ts";
import { noisy, picture } from "../../metrics/golden_inputs.ts";
import { close, law } from "../../law.ts";

const seed = fc.integer({ min: 1, max: 60000 });
const side = fc.integer({ min: 11, max: 20 });
const channels = fc.constantFrom(1 as const, 3 as const);

law("a picture against itself: SSIM 1, PSNR infinite", {
  source: "Wang et al. 2004, §III-B",
  given: { seed, height: side, width: side, channels },
  holds: (spec) => {
    const a = picture(spec);
    return close(ssim(a, a)[0], 1, 1e-12) && psnr(a, a)[0] === Infinity;
  },
});

law("SSIM and PSNR are symmetric; SSIM lies in [−1, 1]", {
  source: "Wang et al. 2004, §III-B",
  given: { seed, height: side, width: side, channels, strength: fc.integer({ min: 4, max: 250 }) },
  holds: (spec) => {
    const a = picture(spec), b = noisy(a, spec);
    close(ssim(a, b)[0], ssim(b, a)[0], 1e-12);
    return psnr(a, b)[0] === psnr(b, a)[0] && Math.abs(ssim(a, b)[0]) <= 1;
  },
});

law("PSNR of a constant error e is 20 log₁₀(255/e), the same at any size", {
  source: "definition",
  given: { height: side, width: side, channels, e: fc.integer({ min: 1, max: 100 }) },
  holds: ({ height, width, channels, e }) => {
    const flat = (value: number): ImageSet => ({
      count: 1,
      height,
      width,
      channels,
      data: new Uint8Array(height * width * channels).fill(value),
    });
    return close(psnr(flat(90), flat(90 + e))[0], 20 * Math.log10(255 / e), 1e-10);
  },
  kills: ["psnr-of-summed-error"],
});

law("SSIM of two flat pictures is its luminance term alone", {
  source: "Wang et al. 2004, eq. 6: both variances are 0",
  given: { p: fc.integer({ min: 0, max: 255 }), q: fc.integer({ min: 0, max: 255 }) },
  holds: ({ p, q }) => {
    const flat = (value: number): ImageSet => ({
      count: 1,
      height: 12,
      width: 12,
      channels: 1,
      data: new Uint8Array(144).fill(value),
    });
    const c1 = (0.01 * 255) ** 2;
    // Variances cancel to some 1e−11 of 255², which C₂ = 58.5 divides.
    return close(ssim(flat(p), flat(q))[0], (2 * p * q + c1) / (p * p + q * q + c1), 1e-10);
  },
});

law("a picture's scores don't depend on the pictures beside it", {
  source: "definition: picture by picture",
  given: { seed, strength: fc.integer({ min: 4, max: 250 }) },
  holds: ({ seed, strength }) => {
    const spec = { height: 14, width: 12, channels: 3 as const, strength };
    const pairs = [seed, seed + 1, seed + 2].map((s) => {
      const a = picture({ ...spec, seed: s });
      return [a, noisy(a, { ...spec, seed: s })];
    });
    const join = (k: 0 | 1): ImageSet => ({
      ...pairs[0][k],
      count: 3,
      data: Uint8Array.from(pairs.flatMap((pair) => [...pair[k].data])),
    });
    assertEquals([...psnr(join(0), join(1))], pairs.map(([a, b]) => psnr(a, b)[0]));
    assertEquals([...ssim(join(0), join(1))], pairs.map(([a, b]) => ssim(a, b)[0]));
  },
  cases: 20,
});

law("pictures that were not rounded to 8 bits are refused on either side", {
  source: "definition: both sides as a viewer sees them",
  given: { seed },
  holds: ({ seed }) => {
    const a = picture({ seed, height: 12, width: 12, channels: 3 });
    const unrounded = {
      ...a,
      data: Float32Array.from(a.data, (v) => v + 0.3) as unknown as Uint8Array,
    };
    for (const compare of [psnr, ssim]) {
      assertThrows(() => compare(unrounded, a), TypeError, "8-bit");
      assertThrows(() => compare(a, unrounded), TypeError, "8-bit");
    }
  },
  kills: ["ssim-unquantised"],
  cases: 5,
});

Deno.test("pictures of different shapes, or smaller than SSIM's window, are refused", () => {
  const a = picture({ seed: 1, height: 12, width: 12, channels: 3 });
  const b = picture({ seed: 1, height: 12, width: 13, channels: 3 });
  assertThrows(() => psnr(a, b), RangeError, "1×12×12×3 and 1×12×13×3");
  const small = picture({ seed: 1, height: 10, width: 12, channels: 1 });
  assertThrows(() => ssim(small, small), RangeError, "11 pixels");
});
