/**
 * Whatever is computed of pictures, on colour with unequal sides, several at once, against plain
 * references in float64: a channel or a side taken for another shows.
 */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import type { ImageSet } from "../../../src/kinds/image/image_set.ts";
import { imageSet, resizeArea } from "../../../src/kinds/image/images.ts";
import { pixelCodes } from "../../../src/metrics/latents/codes.ts";
import { coarsePixels } from "../../../src/metrics/features/coarse_pixels.ts";
import { withBlur, withNoise, withShuffledBlocks } from "../../../src/proof/sanity/degrade.ts";
import { psnr, ssim } from "../../../src/metrics/image/pixel_distances.ts";
import { msSsim, scaleWeights } from "../../../src/metrics/image/multiscale.ts";
import { hostFold, hostIntegers, hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

const seed = fc.integer({ min: 1, max: 60000 });
/** Unequal sides, either the longer. */
const sides = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 1, max: 5 }), fc.boolean())
    .map(([short, more, tall]) =>
      tall
        ? { height: short + more, width: short, channels: 3 as const }
        : { height: short, width: short + more, channels: 3 as const }
    );
type Shape = { readonly height: number; readonly width: number; readonly channels: 3 };

/** Two pictures whose channels have levels and slopes of their own, and noise. */
function pictures(seed: number, { height, width, channels }: Shape, noise = 40): ImageSet {
  const size = height * width * channels;
  const draws = hostIntegers(hostKey(seed, "pictures"), 2 * size, noise);
  const data = Uint8Array.from(draws, (e, i) => {
    const [c, pixel] = [i % channels, Math.floor(i / channels) % (height * width)];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return Math.min(255, 20 + 50 * c + Math.floor((5 - c) * x + (1 + 2 * c) * y) + e);
  });
  return imageSet(data, { height, width, channels });
}

/** A value, by picture, row, column and channel. */
const at =
  ({ height, width, channels, data }: ImageSet) => (n: number, y: number, x: number, c: number) =>
    data[((n * height + y) * width + x) * channels + c];

/** A plane of numbers. */
type Plane = readonly (readonly number[])[];
const plane = (images: ImageSet, n: number, c: number): Plane =>
  Array.from(
    { length: images.height },
    (_, y) => Array.from({ length: images.width }, (_, x) => at(images)(n, y, x, c)),
  );
const mean = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;

/** SSIM and its contrast term in every 11×11 Gaussian window that lies inside, not separated. */
function similarities(p: Plane, q: Plane): { similarity: number; contrast: number } {
  const taps = Array.from({ length: 121 }, (_, i) => {
    const [dy, dx] = [Math.floor(i / 11) - 5, i % 11 - 5];
    return Math.exp(-(dy * dy + dx * dx) / (2 * 1.5 ** 2));
  });
  const total = taps.reduce((a, b) => a + b);
  const [all, contrasts]: number[][] = [[], []];
  for (let y = 0; y + 11 <= p.length; y++) {
    for (let x = 0; x + 11 <= p[0].length; x++) {
      const moment = (of: (a: number, b: number) => number) =>
        taps.reduce((sum, w, i) => {
          const [row, column] = [y + Math.floor(i / 11), x + i % 11];
          return sum + w / total * of(p[row][column], q[row][column]);
        }, 0);
      const [mp, mq] = [moment((a) => a), moment((_, b) => b)];
      const vp = moment((a) => (a - mp) ** 2), vq = moment((_, b) => (b - mq) ** 2);
      const cov = moment((a, b) => (a - mp) * (b - mq));
      const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
      const contrast = (2 * cov + c2) / (vp + vq + c2);
      contrasts.push(contrast);
      all.push((2 * mp * mq + c1) / (mp * mp + mq * mq + c1) * contrast);
    }
  }
  return { similarity: mean(all), contrast: mean(contrasts) };
}

law("PSNR of colour is of the mean over rows, columns and channels, a picture each", {
  source: "definition",
  given: { seed, shape: sides(3, 9) },
  kills: ["psnr-over-one-plane"],
  cases: 40,
  holds: ({ seed, shape }) => {
    const [a, b] = [pictures(seed, shape), pictures(seed + 1, shape)];
    const size = a.data.length / 2;
    psnr(a, b).forEach((found, n) => {
      const square = mean(
        Array.from(
          { length: size },
          (_, i) => (a.data[n * size + i] - b.data[n * size + i]) ** 2,
        ),
      );
      close(found, 10 * Math.log10(255 ** 2 / square), 1e-9);
    });
  },
});

law("SSIM of colour with unequal sides is the mean over channels of the whole window's", {
  source: "Wang et al. 2004, eq. 13",
  given: { seed, shape: sides(12, 13) },
  kills: ["ssim-of-one-channel"],
  cases: 6,
  holds: ({ seed, shape }) => {
    const [a, b] = [pictures(seed, shape), pictures(seed + 1, shape)];
    ssim(a, b).forEach((found, n) => {
      const channels = [0, 1, 2].map((c) =>
        similarities(plane(a, n, c), plane(b, n, c)).similarity
      );
      close(found, mean(channels), 1e-9);
    });
  },
});

law("MS-SSIM of colour with unequal sides: halved by 2×2 means, mirrored at the coarsest", {
  source: "Wang, Simoncelli & Bovik 2003, eq. 7; torchmetrics' borders",
  given: { seed, shape: sides(13, 15) },
  kills: ["ms-ssim-of-one-channel", "ms-ssim-rows-of-height"],
  cases: 5,
  holds: ({ seed, shape }) => {
    const [a, b] = [pictures(seed, shape, 90), pictures(seed + 1, shape, 90)];
    const halved = (p: Plane): Plane =>
      Array.from(
        { length: p.length >> 1 },
        (_, y) =>
          Array.from({ length: p[0].length >> 1 }, (_, x) =>
            (p[2 * y][2 * x] + p[2 * y][2 * x + 1] + p[2 * y + 1][2 * x] +
              p[2 * y + 1][2 * x + 1]) /
            4),
      );
    const reflected = <T>(row: readonly T[]): T[] => {
      const inside = (i: number) => i < 0 ? -i : i >= row.length ? 2 * row.length - 2 - i : i;
      return Array.from({ length: row.length + 10 }, (_, i) => row[inside(i - 5)]);
    };
    const mirrored = (p: Plane) => reflected(p.map((row) => reflected(row)));
    const [fine, coarse] = scaleWeights(2);
    msSsim(a, b, 2).forEach((found, n) => {
      const [contrasts, similar]: number[][] = [[], []];
      for (const c of [0, 1, 2]) {
        const [p, q] = [plane(a, n, c), plane(b, n, c)];
        contrasts.push(similarities(p, q).contrast);
        similar.push(similarities(mirrored(halved(p)), mirrored(halved(q))).similarity);
      }
      close(
        found,
        Math.max(0, mean(contrasts)) ** fine * Math.max(0, mean(similar)) ** coarse,
        1e-9,
      );
    });
  },
});

law(
  "coarse pixels are each cell's mean of each channel, rows by the height, columns by the width",
  {
    source: "definition",
    given: { seed, shape: sides(5, 19) },
    kills: ["coarse-rows-of-width", "coarse-channels-together"],
    cases: 30,
    holds: ({ seed, shape }) => {
      const images = pictures(seed, shape), { height, width } = shape;
      const [rows, columns] = [Math.min(8, height), Math.min(8, width)];
      const { count, dimension, data } = coarsePixels(images);
      assertEquals([count, dimension], [2, rows * columns * 3]);
      for (let n = 0; n < 2; n++) {
        for (let j = 0; j < dimension; j++) {
          const [c, cell] = [j % 3, Math.floor(j / 3)];
          const own: number[] = [];
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const [row, column] = [
                Math.floor(y * rows / height),
                Math.floor(x * columns / width),
              ];
              if (row * columns + column === cell) own.push(at(images)(n, y, x, c));
            }
          }
          close(data[n * dimension + j], mean(own), 1e-9, `cell ${cell}, channel ${c}`);
        }
      }
    },
  },
);

/** Weights of source pixels for a target pixel: overlaps where it shrinks, Keys' cubic where it grows. */
function weightsOf(
  target: number,
  { from, to }: { from: number; to: number },
): Map<number, number> {
  const ratio = from / to, found = new Map<number, number>();
  const add = (place: number, weight: number) => {
    const inside = Math.min(from - 1, Math.max(0, place));
    found.set(inside, (found.get(inside) ?? 0) + weight);
  };
  if (ratio >= 1) {
    for (let place = 0; place < from; place++) {
      const overlap = Math.min(place + 1, (target + 1) * ratio) - Math.max(place, target * ratio);
      if (overlap > 0) add(place, overlap / ratio);
    }
    return found;
  }
  const centre = (target + 0.5) * ratio - 0.5;
  for (let place = Math.floor(centre) - 1; place <= Math.floor(centre) + 2; place++) {
    const d = Math.abs(centre - place);
    add(
      place,
      d < 1 ? 1 - 2.5 * d ** 2 + 1.5 * d ** 3 : d < 2 ? 2 - 4 * d + 2.5 * d ** 2 - 0.5 * d ** 3 : 0,
    );
  }
  return found;
}

law(
  "resizing weighs every channel by its own rows and columns, to unequal sides from unequal sides",
  {
    source: "definition; Keys 1981, a = −½",
    given: {
      seed,
      shape: sides(4, 12),
      height: fc.integer({ min: 2, max: 20 }),
      width: fc.integer({ min: 2, max: 20 }),
    },
    kills: ["resize-axes-exchanged"],
    cases: 40,
    holds: ({ seed, shape, height, width }) => {
      const images = pictures(seed, shape), resized = resizeArea(images, { height, width });
      assertEquals([resized.count, resized.height, resized.width, resized.channels], [
        2,
        height,
        width,
        3,
      ]);
      for (let n = 0; n < 2; n++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const down = weightsOf(y, { from: shape.height, to: height });
            const across = weightsOf(x, { from: shape.width, to: width });
            for (let c = 0; c < 3; c++) {
              let sum = 0;
              for (const [row, v] of down) {
                for (const [column, w] of across) sum += v * w * at(images)(n, row, column, c);
              }
              const wanted = Math.min(255, Math.max(0, sum));
              // Rounded to a whole number.
              close(at(resized)(n, y, x, c), wanted, 0.5 + 1e-9, `${n}, ${y}, ${x}, ${c}`);
            }
          }
        }
      }
    },
  },
);

law("a blur is of each channel, down by the height and across by the width", {
  source: "definition",
  given: { seed, shape: sides(4, 9), sigma: fc.constantFrom(0.6, 1.5) },
  kills: ["blur-across-by-height", "blur-of-one-channel"],
  cases: 15,
  holds: ({ seed, shape, sigma }) => {
    const images = pictures(seed, shape), blurred = withBlur(images, sigma);
    const radius = Math.ceil(3.5 * sigma);
    const taps = Array.from(
      { length: 2 * radius + 1 },
      (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
    );
    const total = taps.reduce((a, b) => a + b);
    // Mirrored about the edge, the outermost pixel repeated.
    const inside = (i: number, n: number) => {
      const turn = ((i % (2 * n)) + 2 * n) % (2 * n);
      return turn < n ? turn : 2 * n - 1 - turn;
    };
    const { height, width } = shape;
    for (let n = 0; n < 2; n++) {
      for (const [y, x] of [[0, 0], [0, width - 1], [height - 1, 1], [1, width >> 1]]) {
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          taps.forEach((v, i) =>
            taps.forEach((w, j) => {
              const row = inside(y + i - radius, height), column = inside(x + j - radius, width);
              sum += v * w / total ** 2 * at(images)(n, row, column, c);
            })
          );
          close(at(blurred)(n, y, x, c), sum, 0.5 + 1e-9, `${n}, ${y}, ${x}, ${c}`);
        }
      }
    }
  },
});

law("shuffled blocks are sixteen blocks of a quarter of each side in other places", {
  source: "definition",
  given: { seed, shape: sides(8, 17) },
  kills: ["shuffled-blocks-are-square"],
  cases: 20,
  holds: ({ seed, shape }) => {
    const images = pictures(seed, shape);
    const shuffled = withShuffledBlocks(images, { key: hostKey(seed) });
    const [h, w] = [shape.height >> 2, shape.width >> 2];
    const blocks = (of: ImageSet, n: number) =>
      Array.from({ length: 16 }, (_, b) =>
        Array.from({ length: h * w * 3 }, (_, i) => {
          const [c, x, y] = [i % 3, Math.floor(i / 3) % w, Math.floor(i / 3 / w)];
          return at(of)(n, (b >> 2) * h + y, (b % 4) * w + x, c);
        }).join()).sort();
    for (let n = 0; n < 2; n++) assertEquals(blocks(shuffled, n), blocks(images, n));
    // What the blocks don't cover stays.
    for (let n = 0; n < 2; n++) {
      for (let y = 0; y < shape.height; y++) {
        for (let x = 0; x < shape.width; x++) {
          if (y < 4 * h && x < 4 * w) continue;
          for (let c = 0; c < 3; c++) {
            assertEquals(at(shuffled)(n, y, x, c), at(images)(n, y, x, c));
          }
        }
      }
    }
  },
});

law("noise is drawn anew for every value of every picture", {
  source: "definition",
  given: { seed, shape: sides(3, 6) },
  kills: ["noise-the-same-in-all-channels"],
  cases: 20,
  holds: ({ seed, shape }) => {
    const images = pictures(seed, shape), key = hostKey(seed), size = images.data.length / 2;
    const noised = withNoise(images, 5, { key });
    for (let n = 0; n < 2; n++) {
      const draws = hostNormal(hostFold(key, n), size);
      draws.forEach((e, i) => {
        const wanted = Math.min(255, Math.max(0, images.data[n * size + i] + 5 * e));
        close(noised.data[n * size + i], wanted, 0.5 + 1e-9);
      });
    }
  },
});

Deno.test("pixels as codes: one a row, column and channel", () => {
  const images = pictures(3, { height: 3, width: 5, channels: 3 });
  const { count, perPicture, size, data } = pixelCodes(images, 32);
  assertEquals([count, perPicture, size], [2, 45, 32]);
  assertEquals([...data], Array.from(images.data, (v) => v >> 3));
});
