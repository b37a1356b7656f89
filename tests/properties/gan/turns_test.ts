/** One pass of the discriminator serves both players: against each player's own gradient. */
import { losses, presetNames } from "../../../src/families/gan/presets.ts";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import type { Factor } from "../../../src/data/dataset.ts";
import { leaves, type TensorTree } from "../../../src/engine/tree.ts";
import { applyPlan, drawPlan } from "../../../src/families/gan/augment.ts";
import { config, gan, settingsOf } from "../../../src/families/gan/mod.ts";
import { discriminate } from "../../../src/families/gan/networks/discriminator.ts";
import { generate, type Generator } from "../../../src/families/gan/networks/generator.ts";
import { adversarialLosses } from "../../../src/families/gan/objective.ts";
import {
  drawInputs,
  generatorOptions,
  layersOf,
  pairsOf,
  type Setting,
  type State,
} from "../../../src/families/gan/model.ts";
import { centred } from "../../../src/families/common/pixels.ts";
import { atHeScale } from "../../../src/families/gan/networks/equalised_rate.ts";
import { conditionsOf } from "../../../src/families/common/conditioning.ts";
import { valueAndGrad } from "../../../src/nn/mod.ts";
import { fold } from "../../../src/random/key.ts";
import { built, key, rows, sample16, squares } from "../../families/small.ts";
import { values } from "../../families/on_engine.ts";
import { close, law } from "../../law.ts";

const B = 4;
const kind: Factor = { name: "kind", kind: "class", classes: ["dark", "light"] };

function flat(tree: TensorTree): tf.Tensor1D {
  return tf.concat(leaves(tree).map(([, leaf]) => tf.reshape(leaf, [-1]) as tf.Tensor1D));
}

law(
  "the generator's gradient is that of its own loss through the discriminator, whatever the form",
  {
    source: "Goodfellow et al. 2014, algorithm 1",
    given: {
      form: fc.constantFrom(...presetNames),
      loss: fc.constantFrom(...losses),
      augment: fc.constantFrom("none" as const, 0.5),
      seed: fc.integer({ min: 1, max: 1000 }),
    },
    kills: [
      "gan-generator-slopes-not-exchanged",
      "gan-slopes-exchanged-across-the-batch",
      "gan-generator-climbs",
    ],
    // Of twenty-five pairs of form and loss, two ask for slopes through a batch that would not exchange.
    cases: 60,
    holds: async ({ form, loss, augment, seed }) => {
      const written = {
        ...{
          form,
          loss,
          augment,
          beta1: 0,
          latent: 4,
          width: 8,
          labelDrop: 0,
          condition: ["kind"],
        },
      };
      const model = built(gan, written, { factors: [kind], steps: 10 });
      const inputs = () => ({
        x_BHWC: squares(B, sample16, seed),
        rows_B: rows(B),
        labels: { kind: tf.tensor1d([0, 1, -1, 1], "int32") },
      });
      const moved = await values(() => {
        const [next] = model.programs.train(model.init(key("init", seed)), inputs(), key("step"));
        return flat((next as unknown as State).generator.slots.first);
      });
      const own = await values(() => {
        const state = model.init(key("init", seed)) as unknown as State;
        const setting: Setting = {
          config: settingsOf(config.parse(written)),
          sample: sample16,
          conditions: conditionsOf(["kind"], [kind]),
          steps: 10,
        };
        const { x_BHWC, rows_B, labels } = inputs();
        const seen = (x_BHWC: tf.Tensor4D, purpose: string) =>
          augment === "none" ? x_BHWC : applyPlan(
            drawPlan(fold(fold(key("step"), "augment"), purpose), {
              p: state.augmentation.p,
              rows_B,
              height: 16,
              width: 16,
            }),
            x_BHWC,
          );
        const { discriminator } = state;
        const layers = layersOf(discriminator.params, setting, pairsOf(discriminator));
        const critic = (x_BHWC: tf.Tensor4D) =>
          discriminate(layers, { x_BHWC, labels }, setting.conditions);
        const real_B = critic(seen(centred(x_BHWC), "real"));
        const { grads } = valueAndGrad((params: Generator) => {
          const drawn = drawInputs(fold(key("step"), "generate"), rows_B, setting);
          const options = generatorOptions(setting);
          const fake_BHWC = generate(atHeScale(params), { ...drawn, labels }, options);
          const scores = { real_B, fake_B: critic(seen(fake_BHWC, "fake")) };
          return { loss: tf.mean(adversarialLosses[loss].generator(scores)) as tf.Scalar };
        }, state.generator.params);
        return flat(grads);
      });
      // The two differ by rounding along a pass of some ten layers.
      const size = Math.max(...own.map(Math.abs));
      own.forEach((g, i) => close(moved[i], g, 1e-4 * size, `gradient ${i}`));
    },
  },
);
