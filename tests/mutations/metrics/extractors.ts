/** Bugs of extractors that their laws and their parity with other tools must notice. */
import type { Mutant } from "../run.ts";

const resize = "tests/extractors/resize_test.ts";
const inception = "tests/extractors/inception_test.ts";
const vit = "tests/extractors/vit_test.ts";
const lpips = "tests/extractors/lpips_test.ts";
const torch = "tests/nn/torch_file_test.ts";

/** Mutants of src/extractors and of the reader of PyTorch's files. */
export const mutants: readonly Mutant[] = [
  {
    id: "clean-resize-overshoots",
    file: "src/extractors/prepare/resize.ts",
    find: "values[i] = Math.min(255, Math.max(0, values[i]));",
    replace: "values[i] = Math.max(-255, values[i]);",
    law: resize,
  },
  {
    id: "resize-without-antialiasing",
    file: "src/extractors/prepare/resize.ts",
    find: "const step = size / target, width = Math.max(1, step), reach = 2 * width;",
    replace: "const step = size / target, width = 1, reach = 2 * width;",
    law: resize,
  },
  {
    id: "tf1-resize-with-aligned-centres",
    file: "src/extractors/prepare/resize.ts",
    find: "taps: bilinear((y, step) => Math.fround(y * step)),",
    replace: "taps: bilinear((y, step) => Math.max(0, Math.fround((y + 0.5) * step - 0.5))),",
    law: resize,
  },
  {
    id: "fid-last-pool-averages",
    file: "src/extractors/inception/inception_net.ts",
    find: `["Mixed_7c", "E", blockE(largest)],`,
    replace: `["Mixed_7c", "E", blockE(averaged)],`,
    law: inception,
  },
  {
    id: "inception-norm-epsilon",
    file: "src/extractors/inception/inception_net.ts",
    find: "const EPSILON = 1e-3;",
    replace: "const EPSILON = 1e-5;",
    law: inception,
  },
  {
    id: "dino-positions-without-offset",
    file: "src/extractors/vit/positions.ts",
    find: "plain(n, grid, n / (grid + offset))",
    replace: "plain(n, grid, n / grid)",
    law: vit,
  },
  {
    id: "layer-scale-forgotten",
    file: "src/extractors/vit/vit_weights.ts",
    find: "host(prefix + out, [width, width]), scale(0))",
    replace: "host(prefix + out, [width, width]))",
    law: vit,
  },
  {
    id: "clip-with-exact-gelu",
    file: "src/extractors/vit/vit.ts",
    find: `activation: "quick",`,
    replace: `activation: "gelu",`,
    law: vit,
  },
  {
    id: "lpips-not-normalised",
    file: "src/extractors/lpips/lpips_net.ts",
    find: "tf.split(unit(h), 2, 0)",
    replace: "tf.split(h, 2, 0)",
    law: lpips,
  },
  {
    id: "torch-strides-ignored",
    file: "src/nn/files/torch_file.ts",
    find: "if (shape[d] !== 1 && stride[d] !== run) return false;",
    replace: "if (shape[d] < 0) return false;",
    law: torch,
  },
];
