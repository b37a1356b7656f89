import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { config } from "../../../src/families/autoregressive/config.ts";
import { pixelModel } from "../../../src/families/autoregressive/family.ts";
import { initParameters, type Setting } from "../../../src/families/autoregressive/model.ts";
import { logProbability } from "../../../src/families/autoregressive/objective.ts";
import { compilePrograms, sampleContext } from "../../../src/run/model/programs.ts";
import { normal } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { key, rows } from "../../families/small.ts";
import { engine, values } from "../../families/on_engine.ts";

const small = {
  width: 8,
  heads: 2,
  units: 4,
  components: 2,
  headLayers: 1,
  layers: 2,
  levels: 1,
};

/** A grid of few levels, all of whose pictures can be looked at. */
interface Grid {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly levels: number;
}

const grids: Grid[] = [
  { height: 2, width: 2, channels: 1, levels: 2 },
  { height: 2, width: 2, channels: 1, levels: 4 },
  { height: 1, width: 2, channels: 3, levels: 2 },
  { height: 3, width: 1, channels: 1, levels: 5 },
];

function settingOf({ height, width, channels, levels }: Grid, c: Record<string, unknown>): Setting {
  return {
    config: config.parse({ ...small, ...c }),
    sample: { height, width, channels },
    conditions: [],
    values: levels,
  };
}

/** All pictures of a grid, row-major: [L^D, D] values k/(L − 1). */
function allPictures({ height, width, channels, levels }: Grid): number[][] {
  let pictures: number[][] = [[]];
  for (let d = 0; d < height * width * channels; d++) {
    pictures = pictures.flatMap((p) => Array.from({ length: levels }, (_, k) => [...p, k]));
  }
  return pictures.map((p) => p.map((k) => k / (levels - 1)));
}

function awake<T extends TensorTree>(tree: T, seed: number): T {
  return mapTree(
    tree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.4)),
  ) as unknown as T;
}

const forms = fc.constantFrom(
  { form: "pixelcnn", patch: 1 },
  { form: "pixelcnn", patch: 2 },
  { form: "transformer", patch: 1 },
  { form: "transformer", patch: 2 },
);

/** p of all pictures of a grid. */
async function probabilities(grid: Grid, setting: Setting, seed: number): Promise<number[]> {
  const pictures = allPictures(grid);
  const { height, width, channels } = grid;
  const logP = await values(() => {
    const params = awake(initParameters(key("model", seed), setting), seed);
    const x_BHWC = tf.tensor4d(pictures.flat(), [pictures.length, height, width, channels]);
    return logProbability(params, { x_BHWC }, setting);
  });
  return logP.map(Math.exp);
}

law("the probabilities of all pictures of a small grid sum to one", {
  source: "definition",
  given: { grid: fc.constantFrom(...grids), form: forms, seed: fc.nat(1000) },
  cases: 24,
  kills: [
    "mixture-edge-bins-like-the-others",
    "mask-lets-itself-through",
    "horizontal-stem-sees-itself",
    "sub-pixel-sees-itself",
    "beyond-the-picture-counted",
  ],
  holds: async ({ grid, form, seed }) => {
    const p = await probabilities(grid, settingOf(grid, form), seed);
    assertEquals(p.length, grid.levels ** (grid.height * grid.width * grid.channels));
    // Each log p is a sum of some tens of float32 terms of size up to 20.
    close(p.reduce((a, b) => a + b, 0), 1, 2 ** -24 * 64 * 20, "sum");
  },
});

law("pictures are drawn with the probabilities that the model says (χ²)", {
  source: "definition",
  given: { grid: fc.constantFrom(grids[0], grids[2]), form: forms, seed: fc.nat(1000) },
  cases: 6,
  kills: [
    "every-pixel-drawn-alike",
    "left-cache-not-emptied",
    "drawn-sub-pixel-is-deaf",
    "decoding-cache-off-by-one",
    "canvas-not-centred",
  ],
  holds: async ({ grid, form, seed }) => {
    const N = 3000;
    const setting = settingOf(grid, form);
    const p = await probabilities(grid, setting, seed);
    const model = pixelModel(setting, { steps: 10 });
    const fresh = tf.tidy(() => {
      const params = awake(initParameters(key("model", seed), setting), seed);
      return { ema: params } as unknown as tf.TensorContainer;
    }) as unknown as { readonly ema: TensorTree };
    const programs = compilePrograms(engine, model, { label: "grid" });
    const request = { rows_B: rows(N), key: key("draw", seed), labels: {} };
    const x = model.driver.sample!(fresh, request, sampleContext(engine, programs)) as tf.Tensor;
    const drawn = await engine.read(x);
    tf.dispose([x, request.rows_B, request.key, fresh as unknown as tf.TensorContainer]);
    const D = grid.height * grid.width * grid.channels;
    const seen = new Array<number>(p.length).fill(0);
    for (let n = 0; n < N; n++) {
      let at = 0;
      for (let d = 0; d < D; d++) {
        at = at * grid.levels + Math.round(drawn[n * D + d] * (grid.levels - 1));
      }
      seen[at] += 1;
    }
    // Pearson's statistic over pictures that are not too rare, the others as one.
    let [statistic, cells, restSeen, rest] = [0, 0, 0, 0];
    p.forEach((q, i) => {
      if (N * q < 6) {
        rest += N * q;
        restSeen += seen[i];
      } else {
        statistic += (seen[i] - N * q) ** 2 / (N * q);
        cells += 1;
      }
    });
    if (rest > 0) {
      statistic += (restSeen - rest) ** 2 / Math.max(rest, 1);
      cells += 1;
    }
    const df = cells - 1;
    // Its mean is df and its variance 2·df; 5 standard deviations, and some for a small df.
    if (!(statistic < df + 5 * Math.sqrt(2 * df) + 6)) {
      throw new Error(`χ² of ${statistic} with ${df} degrees of freedom`);
    }
  },
});

Deno.test("bits a value are nats/(D ln 2), and the loss is the mean of −log p", async () => {
  const grid = grids[2];
  const setting = settingOf(grid, { form: "transformer", patch: 1 });
  const model = pixelModel(setting, { steps: 10 });
  const numbers = await values(() => {
    const state = model.init(key("init"));
    const x_BHWC = tf.tensor4d(allPictures(grid).slice(10, 14).flat(), [4, 1, 2, 3]);
    const inputs = { x_BHWC, rows_B: rows(4), labels: {} };
    const [, { loss, bits_per_dimension }] = model.programs.train(state, inputs, key("train"));
    // At the start the average of the weights is the weights.
    const [, { logWeight_B }] = model.programs.log_weight(state, inputs, key("weigh"));
    return tf.stack([loss, bits_per_dimension, tf.mean(logWeight_B as tf.Tensor)] as tf.Tensor[]);
  });
  const [loss, bits, logP] = numbers;
  close(bits, loss / (6 * Math.LN2), 1e-5, "bits");
  close(loss, -logP, 1e-4, "loss");
});
