import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import {
  causalConv,
  initKernel,
} from "../../../src/families/autoregressive/networks/causal_conv.ts";
import {
  initPatchModel,
  patchMixtures,
  type PatchModelOptions,
} from "../../../src/families/autoregressive/networks/patch_model.ts";
import { mixtures, type Setting } from "../../../src/families/autoregressive/model.ts";
import { noLabels } from "../../../src/families/common/conditioning.ts";
import { normal } from "../../../src/random/key.ts";
import { law } from "../../law.ts";
import {
  awake,
  orderOf,
  parameters,
  picture,
  said,
  settingOf,
  settings,
} from "../../families/autoregressive/small.ts";
import { values } from "../../families/on_engine.ts";
import { key } from "../../families/small.ts";

for (const [name, setting] of Object.entries(settings)) {
  law(`${name}: what is said of a pixel depends on every pixel before it and on no other`, {
    source: "van den Oord et al. 2016 (arXiv:1606.05328), section 2.2: no blind spot",
    given: { seed: fc.nat(1000) },
    cases: 1,
    kills: [
      "vertical-stack-sees-its-row",
      "horizontal-stem-sees-itself",
      "stacks-not-linked",
      "mask-lets-itself-through",
      "transformer-not-given-the-last-patch",
      "neighbour-of-the-row-below",
    ],
    holds: async ({ seed }) => {
      const order = orderOf(setting);
      if (order.some((number) => number < 0)) throw new Error("a pixel is never told");
      const pixels = order.length;
      // A dozen of them at unlike places: each costs a backward pass.
      const apart = Math.max(1, Math.floor(pixels / 12)) | 1;
      for (let target = 0; target < pixels; target += apart) {
        // |∂| of a random direction of what is said of the pixel, by each pixel: [H·W].
        const slopes = await values(() => {
          const params = parameters(setting, seed);
          const f = (x: tf.Tensor) => {
            const out = said(mixtures(params, { x_BHWC: x as tf.Tensor4D }, setting));
            const row = tf.slice(out, [order[target], 0], [1, -1]);
            return tf.sum(tf.mul(row, normal(key("direction", seed), row.shape)));
          };
          return tf.sum(tf.abs(tf.grad(f)(picture(setting, seed))), [0, 3]);
        });
        slopes.forEach((slope, source) => {
          const before = order[source] < order[target];
          if (before ? slope === 0 : slope !== 0) {
            throw new Error(`∂ said of ${target} / ∂ pixel ${source} is ${slope}`);
          }
        });
      }
    },
  });
}

law("a shifted convolution of type A keeps a place from itself, one of type B doesn't", {
  source: "van den Oord et al. 2016 (arXiv:1601.06759), section 3.4",
  given: {
    seed: fc.nat(1000),
    stack: fc.constantFrom("down" as const, "right" as const),
    mask: fc.constantFrom("A" as const, "B" as const),
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 4 }),
  },
  cases: 40,
  kills: ["mask-a-in-every-layer"],
  holds: async ({ seed, stack, mask, height, width }) => {
    const kernel = stack === "down" ? [2, 3] as const : [1, 3] as const;
    const at = [Math.floor(height / 2), Math.floor(width / 2)];
    const slopes = await values(() => {
      const p = initKernel(key("kernel", seed), kernel, { in: 2, out: 3, scale: 1 });
      const f = (x: tf.Tensor) => {
        const y = causalConv(p, x as tf.Tensor4D, { stack, mask });
        assertEquals(y.shape, [1, height, width, 3]);
        const place = tf.slice(y, [0, at[0], at[1], 0], [1, 1, 1, 3]);
        const told = tf.sum(tf.mul(place, normal(key("direction", seed), place.shape)));
        // tfjs wants a path from x even where there is none.
        return tf.add(told, tf.mul(tf.sum(x), 0));
      };
      return tf.sum(tf.abs(tf.grad(f)(tf.ones([1, height, width, 2]))), [0, 3]);
    });
    slopes.forEach((slope, i) => {
      const [row, column] = [Math.floor(i / width) - at[0], i % width - at[1]];
      const seen = stack === "down"
        ? Math.abs(column) <= 1 &&
          (mask === "A" ? row === -1 || row === -2 : row === 0 || row === -1)
        : row === 0 && (mask === "A" ? column < 0 && column >= -3 : column <= 0 && column >= -2);
      if (seen ? slope === 0 : slope !== 0) {
        throw new Error(`place (${row}, ${column}) from here has the slope ${slope}`);
      }
    });
  },
});

law("inside a patch the first maps are of type A, all later ones of type B", {
  source: "Germain et al. 2015 (arXiv:1502.03509), section 4.1",
  given: { seed: fc.nat(1000), pixel: fc.integer({ min: 0, max: 3 }) },
  cases: 12,
  kills: ["mask-a-in-every-layer-of-the-head", "mask-lets-itself-through"],
  holds: async ({ seed, pixel }) => {
    const options: PatchModelOptions = {
      mixture: { components: 1, channels: 3 },
      patch: { height: 2, width: 2 },
      upper: false,
      width: 3,
      units: 2,
      layers: 2,
    };
    const [P, C, V] = [4, 3, 2];
    // |∂ said of the pixel / ∂ weight| of each map, summed over the blocks from group to group.
    const maps = { first: C, guess: C, "0": V, "1": V } as const;
    for (const [map, from] of Object.entries(maps)) {
      const to = map === "guess" ? C : V;
      const blocks = await values(() => {
        const head = awake(initPatchModel(key("head", seed), options), seed);
        const weightOf = (h: typeof head) =>
          map === "first" ? h.first : map === "guess" ? h.guess : h.layers[Number(map)];
        const f = (weight: tf.Tensor) => {
          const put = { ...weightOf(head), weight: weight as tf.Tensor2D };
          const changed = map === "first"
            ? { ...head, first: put }
            : map === "guess"
            ? { ...head, guess: put }
            : { ...head, layers: head.layers.map((l, i) => i === Number(map) ? put : l) };
          const out = said(patchMixtures(changed, {
            x_NPC: normal(key("x", seed), [1, P, C]),
            given_NG: normal(key("around", seed), [1, 4 * P * C]),
            state_NW: normal(key("state", seed), [1, 3]),
          }));
          const row = tf.slice(out, [pixel, 0], [1, -1]);
          return tf.sum(tf.mul(row, normal(key("direction", seed), row.shape)));
        };
        const slope = tf.abs(tf.grad(f)(weightOf(head).weight)) as tf.Tensor2D;
        const own = tf.slice(slope, [slope.shape[0] - P * from, 0], [P * from, P * to]);
        // The last layer's blocks to this pixel; earlier layers reach it through the later ones too.
        return tf.sum(tf.reshape(own, [P, from, P, to]), [1, 3]);
      });
      blocks.forEach((slope, i) => {
        const [j, k] = [Math.floor(i / P), i % P];
        // The guess goes straight to its pixel, the others through masked maps.
        const reaches = map === "guess" || map === "1" ? k === pixel : k <= pixel;
        const seen = reaches && (map === "first" || map === "guess" ? j < k : j <= k);
        if (seen ? slope === 0 : slope !== 0) {
          throw new Error(`map ${map}: block from ${j} to ${k} has the slope ${slope}`);
        }
      });
    }
  },
});

Deno.test("labels reach what is said of every pixel, in the full pass and while decoding", async () => {
  for (const form of ["pixelcnn", "transformer"]) {
    const setting: Setting = {
      ...settingOf({ form, patch: 1, layers: 1, condition: ["kind"] }, [2, 2, 1]),
      conditions: [{ name: "kind", classes: 3 }],
    };
    const run = (label: number) =>
      values(() => {
        const labels = label < 0
          ? noLabels(setting.conditions, 1)
          : { kind: tf.tensor1d([label], "int32") };
        return said(mixtures(parameters(setting), { x_BHWC: picture(setting), labels }, setting));
      });
    const [none, one, two] = [await run(-1), await run(0), await run(2)];
    const perPixel = none.length / 4;
    for (let i = 0; i < 4; i++) {
      const of = (all: number[]) => all.slice(i * perPixel, (i + 1) * perPixel).join();
      if (new Set([of(none), of(one), of(two)]).size < 3) throw new Error(`pixel ${i} is deaf`);
    }
  }
});
