import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { conditionsOf } from "../../../src/families/common/conditioning.ts";
import { initGroups } from "../../../src/families/common/stages/parameter_groups.ts";
import { toCodes } from "../../../src/families/vqvae/codes.ts";
import { config } from "../../../src/families/vqvae/config.ts";
import { codePlaces } from "../../../src/families/vqvae/code_order.ts";
import {
  decodeGrids,
  encodeGrids,
  gridsOf,
  initNetworks,
  type Networks,
} from "../../../src/families/vqvae/model.ts";
import { initPrior } from "../../../src/families/vqvae/prior.ts";
import { lookUp, quantisers } from "../../../src/families/vqvae/quantisers/quantiser.ts";
import { coderOf, type Setting, type State, trainStep } from "../../../src/families/vqvae/train.ts";
import { normal } from "../../../src/random/key.ts";
import { close, float32, law } from "../../law.ts";
import { key, sample16, squares } from "../../families/small.ts";
import { value, values } from "../../families/on_engine.ts";

const form = fc.record({
  quantiser: fc.constantFrom("vector" as const, "residual" as const),
  grids: fc.constantFrom(1, 2),
});
const seed = fc.integer({ min: 1, max: 1e6 });

function settingOf(form: Record<string, unknown>, more: Record<string, unknown> = {}): Setting {
  const c = config.parse({
    width: 8,
    codes: 6,
    dimensions: 3,
    stages: 2,
    priorLayers: 1,
    priorWidth: 8,
    priorHeads: 2,
    ema: 0,
    fade: 0,
    ...form,
    ...more,
  });
  const quantiser = quantisers[c.quantiser](c);
  const networks = { config: c, sample: sample16, dimensions: quantiser.dimensions };
  const grids = gridsOf(networks);
  return {
    ...networks,
    quantiser,
    grids,
    places: codePlaces(grids, quantiser.stages),
    conditions: conditionsOf([], []),
    steps: { networks: 10, prior: 10 },
  };
}

/** A state whose weights, averages alike, are moved so that what starts at zero takes part. */
function stateOf(seed: number, setting: Setting): State {
  const move = (tree: TensorTree) =>
    mapTree(
      tree,
      (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.1)),
    );
  return {
    ...initGroups({
      networks: move(initNetworks(key("networks", seed), setting)) as Networks,
      prior: initPrior(key("prior", seed), setting),
    }),
    books: setting.grids.map((_, grid) => setting.quantiser.init(key("books", seed, grid))),
  };
}

law(
  "a step's output is of the old codebooks, which then follow; what is evaluated changes nothing",
  {
    source: "van den Oord et al. 2017, appendix A.1",
    given: { seed, form },
    kills: ["ema-codebook-updated-before-quantising", "codebooks-never-follow"],
    cases: 8,
    holds: async ({ seed, form }) => {
      const setting = settingOf(form);
      const { commitment } = setting.config;
      const x = () => squares(4, sample16, seed % 50);
      // The loss in plain terms: pictures out of looked-up vectors, and distances to these.
      const expected = (books: State["books"], networks: Networks) => {
        const costs: tf.Tensor[] = [];
        const { q } = encodeGrids(networks, x(), (z_ND, grid) => {
          const tables = setting.quantiser.tables(books![grid]);
          const q_ND = lookUp(tables, setting.quantiser.codes(books![grid], z_ND));
          costs.push(tf.mean(tf.square(tf.sub(z_ND, q_ND))));
          return q_ND;
        });
        const error = tf.mean(tf.square(tf.mul(tf.sub(x(), decodeGrids(networks, q, setting)), 4)));
        return tf.add(error, tf.mul(tf.addN(costs), commitment));
      };
      const step = (state: State) =>
        trainStep(state, { x_BHWC: x(), key: key("step", seed) }, setting);
      const loss = await value(() => step(stateOf(seed, setting))[1].loss as tf.Tensor);
      const old = await value(() => {
        const { books, params } = stateOf(seed, setting);
        return expected(books, params.networks);
      });
      const followed = await value(() => {
        const state = stateOf(seed, setting);
        return expected(step(state)[0].books, state.params.networks);
      });
      close(loss, old, float32(4 * 768, Math.max(1, old)), "loss");
      assertNotEquals(followed, old);
      // Evaluation: the same codes before and after, from a state that holds the same vectors.
      const vectors = await values(() => stateOf(seed, setting).books![0][0].vectors_KD);
      const untouched = await values(() => {
        const state = stateOf(seed, setting);
        toCodes(coderOf(state, setting), x(), setting);
        return state.books![0][0].vectors_KD;
      });
      assertEquals(untouched, vectors);
    },
  },
);

law("the first batch starts every code anew, from vectors of its own", {
  source: "Dhariwal et al. 2020 (arXiv:2005.00341), B.1",
  given: { seed, form },
  kills: ["first-batch-leaves-the-codes"],
  cases: 6,
  holds: async ({ seed, form }) => {
    // No code is ever called dead: what happens is the first step's doing.
    const setting = settingOf(form, { dead: 0 });
    const x = () => squares(4, sample16, seed % 50);
    const vectors = await values(() => {
      const [next] = trainStep(stateOf(seed, setting), { x_BHWC: x(), key: key("a") }, setting);
      return next.books![0][0].vectors_KD;
    });
    const z = await values(() => {
      const { books, params } = stateOf(seed, setting);
      return encodeGrids(
        params.networks,
        x(),
        (z_ND, grid) => setting.quantiser.pass(books![grid], z_ND, tf.scalar(1)).q_ND,
      ).z[0];
    });
    const rows = (flat: number[]) =>
      Array.from({ length: flat.length / 3 }, (_, i) => flat.slice(3 * i, 3 * i + 3).join());
    const own = new Set(rows(z));
    for (const vector of rows(vectors)) assertEquals(own.has(vector), true);
    // The second step moves the vectors; it doesn't start them anew.
    const counts = await values(() => {
      const [one] = trainStep(stateOf(seed, setting), { x_BHWC: x(), key: key("a") }, setting);
      const [two] = trainStep(one, { x_BHWC: x(), key: key("b") }, setting);
      return two.books![0][0].counts_K;
    });
    assertNotEquals(new Set(counts).size, 1);
  },
});

law(
  "two grids: the fine vectors are told of the coarse codes, the coarse ones know nothing of the fine",
  {
    source: "Razavi et al. 2019 (arXiv:1906.00446), algorithm 1",
    given: { seed },
    kills: ["fine-grid-not-told"],
    cases: 8,
    holds: async ({ seed }) => {
      const setting = settingOf({ grids: 2 });
      const run = (shift: [number, number], of: number) =>
        values(() => {
          const { params } = stateOf(seed, setting);
          return encodeGrids(
            params.networks,
            squares(2, sample16),
            (z_ND, grid) => tf.add(z_ND, shift[grid]),
          ).z[of];
        });
      assertEquals(await run([0, 0], 0), await run([1, 1], 0));
      assertEquals(await run([0, 0], 1), await run([0, 1], 1));
      assertNotEquals(await run([0, 0], 1), await run([1, 0], 1));
    },
  },
);

law("the decoder hears every grid", {
  source: "Razavi et al. 2019, algorithm 1",
  given: { seed, grid: fc.constantFrom(0, 1) },
  kills: ["decoder-hears-one-grid"],
  cases: 8,
  holds: async ({ seed, grid }) => {
    const setting = settingOf({ grids: 2 });
    const picture = (shift: number) =>
      values(() => {
        const { params } = stateOf(seed, setting);
        const q = setting.grids.map(({ height, width }, i) =>
          tf.fill([1, height, width, 3], i === grid ? shift : 0) as tf.Tensor4D
        );
        return decodeGrids(params.networks, q, setting);
      });
    assertNotEquals(await picture(0), await picture(1));
  },
});

law("quantisation fades in over its share of the steps: from nothing to all of it", {
  source: "definition",
  given: { seed, at: fc.constantFrom(0, 2, 4, 9) },
  kills: ["fade-never-ends"],
  cases: 8,
  holds: async ({ seed, at }) => {
    // Four of ten steps.
    const setting = settingOf({}, { fade: 0.4 });
    const x = () => squares(4, sample16, seed % 50);
    const share = Math.min(1, at / 4);
    const loss = await value(() => {
      const state = stateOf(seed, setting);
      const at_ = tf.scalar(at, "int32");
      const later = { ...state, steps: { ...state.steps, networks: at_ } };
      return trainStep(later, { x_BHWC: x(), key: key("a") }, setting)[1].loss as tf.Tensor;
    });
    const expected = await value(() => {
      const { books, params } = stateOf(seed, setting);
      let cost: tf.Tensor = tf.scalar(0);
      const { q } = encodeGrids(params.networks, x(), (z_ND) => {
        const tables = setting.quantiser.tables(books![0]);
        const q_ND = lookUp(tables, setting.quantiser.codes(books![0], z_ND));
        cost = tf.mean(tf.square(tf.sub(z_ND, q_ND)));
        return tf.add(z_ND, tf.mul(tf.sub(q_ND, z_ND), share));
      });
      const picture = decodeGrids(params.networks, q, setting);
      const error = tf.mean(tf.square(tf.mul(tf.sub(x(), picture), 4)));
      return tf.add(error, tf.mul(cost, setting.config.commitment));
    });
    close(loss, expected, float32(4 * 768, Math.max(1, expected)), "loss");
  },
});
