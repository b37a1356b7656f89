/** A channel or a side of pictures taken for another, or left out. @module */
import type { Mutant } from "../run.ts";

const compute = "tests/metrics/compute_test.ts";
const colour = "tests/properties/colour/pictures_test.ts";
const subject = "tests/run/subject_test.ts";
const bound = "tests/properties/diffusion/bound_test.ts";
const augment = "tests/properties/gan/augment_test.ts";
const guidance = "tests/properties/diffusion/guidance_test.ts";

/** See tests/mutations/run.ts. */
export const mutants: readonly Mutant[] = [
  {
    id: "bits-over-one-plane",
    file: "src/kinds/image/kind.ts",
    find: "numbers: ({ height, width, channels }) => height * width * channels,",
    replace: "numbers: ({ height, width }) => height * width,",
    law: compute,
    filter: "likelihood",
  },
  {
    id: "psnr-over-one-plane",
    file: "src/metrics/image/pixel_distances.ts",
    find: "255 * 255 * size / square",
    replace: "255 * 255 * a.height * a.width / square",
    law: colour,
  },
  {
    id: "ssim-of-one-channel",
    file: "src/metrics/image/pixel_distances.ts",
    find: "for (let c = 0; c < channels; c++) {",
    replace: "for (let c = 0; c < 1; c++) {",
    law: colour,
  },
  {
    id: "ms-ssim-of-one-channel",
    file: "src/metrics/image/multiscale.ts",
    find: "let p = planeOf(a, n, c), q = planeOf(b, n, c);",
    replace: "let p = planeOf(a, n, 0), q = planeOf(b, n, 0);",
    law: colour,
  },
  {
    id: "ms-ssim-rows-of-height",
    file: "src/metrics/image/multiscale.ts",
    find: "2 * Math.floor(i / w) * width + 2 * (i % w)",
    replace: "2 * Math.floor(i / w) * height + 2 * (i % w)",
    law: colour,
  },
  {
    id: "coarse-channels-together",
    file: "src/metrics/features/coarse_pixels.ts",
    find: "sums[cell * channels + c] += data[at];",
    replace: "sums[cell * channels] += data[at];",
    law: colour,
  },
  {
    id: "coarse-rows-of-width",
    file: "src/metrics/features/coarse_pixels.ts",
    find: "Math.floor(y * rows / height) * columns",
    replace: "Math.floor(y * rows / width) * columns",
    law: colour,
  },
  {
    id: "resize-axes-exchanged",
    file: "src/kinds/image/images.ts",
    find: "const across = taps(images.width, width), down = taps(images.height, height);",
    replace: "const across = taps(images.height, width), down = taps(images.width, height);",
    law: colour,
  },
  {
    id: "blur-across-by-height",
    file: "src/proof/sanity/degrade.ts",
    find:
      "const vertical = gaussianMatrix(height, sigma), horizontal = gaussianMatrix(width, sigma);",
    replace:
      "const vertical = gaussianMatrix(height, sigma), horizontal = gaussianMatrix(height, sigma);",
    law: colour,
  },
  {
    id: "blur-of-one-channel",
    file: "src/proof/sanity/degrade.ts",
    find: "((n * height + y) * width + x) * channels + c;",
    replace: "((n * height + y) * width + x) * channels;",
    law: colour,
  },
  {
    id: "shuffled-blocks-are-square",
    file: "src/proof/sanity/degrade.ts",
    find: "const h = Math.floor(height / grid), w = Math.floor(width / grid);",
    replace: "const h = Math.floor(height / grid), w = Math.floor(height / grid);",
    law: colour,
  },
  {
    id: "noise-the-same-in-all-channels",
    file: "src/proof/sanity/degrade.ts",
    find: "toByte(images.data[n * size + i] + sigma * noise[i])",
    replace: "toByte(images.data[n * size + i] + sigma * noise[i - i % images.channels])",
    law: colour,
  },
  {
    id: "subject-turns-pictures",
    file: "src/kinds/image/kind.ts",
    find: "toImageSet(x_BHWC, { height, width, channels }),",
    replace: "toImageSet(x_BHWC, { height: width, width: height, channels }),",
    law: subject,
    filter: "decoded codes",
  },
  {
    id: "bound-constant-of-a-plane",
    file: "src/families/diffusion/variational_bound.ts",
    find: "const values = x_BHWC.size / x_BHWC.shape[0];",
    replace: "const values = x_BHWC.shape[1] * x_BHWC.shape[2];",
    law: bound,
  },
  {
    id: "bound-of-the-first-channel",
    file: "src/families/diffusion/variational_bound.ts",
    find: "return tf.sum(x, [1, 2, 3]) as tf.Tensor1D;",
    replace:
      "return tf.reshape(tf.slice(tf.sum(x, [1, 2]), [0, 0], [-1, 1]), [-1]) as tf.Tensor1D;",
    law: bound,
  },
  {
    id: "augmentation-greys-to-red",
    file: "src/families/gan/augment.ts",
    find: "const grey = tf.mean(y, 3, true);",
    replace: "const grey = tf.slice(y, [0, 0, 0, 0], [-1, -1, -1, 1]);",
    law: augment,
  },
  {
    id: "decoded-noise-transposed",
    file: "src/families/common/denoising/sample.ts",
    find: "tf.reshape(z_BZ, [B, height, width, channels])) as tf.Tensor4D;",
    replace:
      "tf.transpose(tf.reshape(z_BZ, [B, width, height, channels]), [0, 2, 1, 3])) as tf.Tensor4D;",
    law: guidance,
    filter: "real samplers",
  },
  {
    id: "dit-places-transposed",
    file: "src/backbones/dit.ts",
    find: "const at = [Math.floor(place / columns), place % columns];",
    replace: "const at = [place % rows, Math.floor(place / rows)];",
    law: "tests/backbones/denoiser_test.ts",
    filter: "first half of the stream",
  },
];
