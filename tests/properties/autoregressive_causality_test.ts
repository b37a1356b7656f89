import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../src/engine/tree.ts";
import { neighboursAt } from "../../src/families/autoregressive/around.ts";
import { causalConv, initKernel } from "../../src/families/autoregressive/causal_conv.ts";
import { config } from "../../src/families/autoregressive/config.ts";
import {
  emptyPatch,
  type HeadOptions,
  headOutputs,
  headStep,
  initHead,
  pixelHead,
} from "../../src/families/autoregressive/head.ts";
import {
  levelsOf,
  pyramid,
  toldMask,
  toldPixels,
} from "../../src/families/autoregressive/levels.ts";
import {
  given,
  initParameters,
  type LevelParameters,
  mixtures,
  type Parameters,
  type Parts,
  partsOf,
  type Setting,
  toldBeside,
} from "../../src/families/autoregressive/model.ts";
import {
  centred,
  countsOf,
  fromPatches,
  insidePicture,
  patchesOf,
  toPatches,
} from "../../src/families/autoregressive/patches.ts";
import { noLabels } from "../../src/families/conditioning.ts";
import type { MixtureNumbers } from "../../src/nn/logistic_mixture.ts";
import { normal, uniform } from "../../src/random/key.ts";
import { close, float32, law } from "../law.ts";
import { key } from "../families/small.ts";
import { values } from "../families/on_engine.ts";

const small = {
  width: 8,
  heads: 2,
  units: 4,
  components: 2,
  headLayers: 2,
  knownBlocks: 1,
  levels: 1,
};

/** Settings whose every pixel can be looked at; sides that the patch doesn't divide among them. */
function settingOf(c: Record<string, unknown>, size: [number, number, 1 | 3]): Setting {
  const [height, width, channels] = size;
  return {
    config: config.parse({ ...small, ...c }),
    sample: { kind: "image", height, width, channels },
    conditions: [],
    values: 256,
  };
}

const settings: Record<string, Setting> = {
  "pixelcnn, pixel by pixel": settingOf({ form: "pixelcnn", patch: 1, layers: 4 }, [4, 5, 3]),
  "pixelcnn, patches of 2²": settingOf({ form: "pixelcnn", patch: 2, layers: 3 }, [5, 6, 1]),
  "pixelcnn, one row": settingOf({ form: "pixelcnn", patch: 1, layers: 2 }, [1, 3, 1]),
  "transformer, pixel by pixel": settingOf({ form: "transformer", patch: 1, layers: 1 }, [4, 3, 3]),
  "transformer, patches of 2²": settingOf({ form: "transformer", patch: 2, layers: 2 }, [5, 7, 3]),
  "transformer, one patch": settingOf({ form: "transformer", patch: 4, layers: 1 }, [1, 2, 1]),
  "pixelcnn, two levels": settingOf({ form: "pixelcnn", levels: 2, layers: 2 }, [8, 7, 1]),
  "transformer, two levels": settingOf(
    { form: "transformer", levels: 2, patch: 2, layers: 1 },
    [7, 7, 1],
  ),
};

/** Every leaf moved a little, so that what starts at zero takes part. */
function awake<T extends TensorTree>(tree: T, seed: number): T {
  return mapTree(
    tree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.3)),
  ) as unknown as T;
}

function parameters(setting: Setting, seed = 1): Parameters {
  return awake(initParameters(key("model", seed), setting), seed);
}

function picture({ sample }: Setting, seed = 1, batch = 1): tf.Tensor4D {
  const { height, width, channels } = sample;
  const u = uniform(key("picture", seed), [batch, height, width, channels]);
  return tf.div(tf.round(tf.mul(u, 255)), 255) as tf.Tensor4D;
}

/** All that is said of the pixels of all levels, in the order in which they are told: [N, Q + C]. */
function said(levels: MixtureNumbers | readonly MixtureNumbers[]): tf.Tensor2D {
  const all = Array.isArray(levels) ? levels : [levels];
  const rows = all.map(({ raw_NQ, guess_NC }) => tf.concat([raw_NQ, guess_NC!], 1));
  return (rows.length === 1 ? rows[0] : tf.concat(rows, 0)) as tf.Tensor2D;
}

/**
 * For each of the picture's pixels, by row and column: its row of `said`. Known ones of an upper level
 * and those beyond the edge are told elsewhere or nowhere.
 */
function orderOf({ sample, config }: Setting): number[] {
  const order = new Array<number>(sample.height * sample.width).fill(-1);
  const levels = levelsOf(sample, config);
  let from = 0;
  levels.forEach((level, l) => {
    const stride = 2 ** (levels.length - 1 - l);
    const { height, width, columns } = level.patches;
    toldPixels(level).forEach((pixels, t) =>
      pixels.forEach((fresh, i) => {
        const y = stride * (Math.floor(t / columns) * height + Math.floor(i / width));
        const x = stride * ((t % columns) * width + i % width);
        const number = from++;
        if (fresh === 1) order[y * sample.width + x] = number;
      })
    );
  });
  return order;
}

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

  law(`${name}: decoding with a cache is the full pass, at every pixel`, {
    source: "definition; Ramachandran et al. 2017 (arXiv:1704.06001)",
    given: { seed: fc.nat(1000) },
    cases: 2,
    kills: [
      "decoding-cache-off-by-one",
      "vertical-cache-of-the-wrong-row",
      "left-cache-not-emptied",
      "pixel-weights-not-masked",
      "stem-sees-across-the-edge",
      "neighbour-of-the-row-below",
    ],
    holds: async ({ seed }) => {
      const batch = 2;
      const full = await values(() =>
        said(
          mixtures(parameters(setting, seed), { x_BHWC: picture(setting, seed, batch) }, setting),
        )
      );
      const stepwise = await values(() => decoded(setting, seed, batch));
      assertEquals(stepwise.length, full.length);
      const size = Math.max(...full.map(Math.abs));
      full.forEach((v, i) => close(stepwise[i], v, float32(400, size), `number ${i}`));
    },
  });
}

/** What decoding says of all pixels, level by level, where a picture is drawn: as `said`. */
function decoded(setting: Setting, seed: number, batch: number): tf.Tensor2D {
  const all = partsOf(setting);
  const params = parameters(setting, seed);
  const pictures = pyramid(
    centred(picture(setting, seed, batch)),
    all.map(({ level }) => level),
  );
  const levels = all.map((parts, l) =>
    decodedLevel(params.levels[l], {
      x_BHWC: pictures[l],
      known_BhwC: pictures[l - 1],
      parts,
      setting,
    })
  );
  return tf.concat(levels, 0) as tf.Tensor2D;
}

function decodedLevel(
  params: LevelParameters,
  { x_BHWC, known_BhwC, parts, setting }: {
    x_BHWC: tf.Tensor4D;
    known_BhwC?: tf.Tensor4D;
    parts: Parts;
    setting: Setting;
  },
): tf.Tensor2D {
  const { level: { patches }, trunk, head } = parts;
  const { T, P } = countsOf(patches);
  const [batch, , , C] = x_BHWC.shape;
  const weights = pixelHead(params.head, { pixels: P, channels: C });
  const beside = { known_BhwC, batch };
  const { told_BTW, near_BTN } = toldBeside(params, beside, { parts, setting });
  const whole = tf.reshape(toPatches(x_BHWC, patches), [batch, T * P, C]) as tf.Tensor3D;
  const scalar = (n: number) => tf.scalar(n, "int32");
  /** The picture as far as it is drawn, and nonsense behind. */
  const drawn = (count: number, behind: number) =>
    (count === 0 ? tf.fill([batch, T * P, C], behind) : tf.concat([
      tf.slice(whole, [0, 0, 0], [batch, count, C]),
      tf.fill([batch, T * P - count, C], behind),
    ], 1)) as tf.Tensor3D;
  let cache = trunk.empty(batch);
  let patch = emptyPatch(batch, head);
  const found: tf.Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const [row, column] = [Math.floor(t / patches.columns), t % patches.columns];
    const place = { patch: scalar(t), row: scalar(row), column: scalar(column) };
    const x_BTF = tf.reshape(drawn(t * P, 0.7), [batch, T, P * C]) as tf.Tensor3D;
    const input = { x_BTF, told_BTW, place };
    if (column === 0 && trunk.row) cache = trunk.row(params.trunk, cache, input);
    const around_BG = neighboursAt(x_BTF, place, patches);
    const step = trunk.step(params.trunk, cache, { ...input, around_BG });
    cache = step.cache;
    const near_BN = near_BTN === undefined
      ? undefined
      : tf.reshape(tf.slice(near_BTN, [0, t, 0], [batch, 1, -1]), [batch, -1]) as tf.Tensor2D;
    for (let pixel = 0; pixel < P; pixel++) {
      const next = headStep(weights, patch, {
        x_NPC: tf.slice(drawn(t * P + pixel, -0.3), [0, t * P, 0], [batch, P, C]),
        given_NG: given(around_BG, near_BN),
        state_NW: step.state_BW,
        pixel: scalar(pixel),
      });
      patch = next.cache;
      found.push(said(next.numbers));
    }
  }
  return tf.reshape(tf.stack(found, 1), [batch * T * P, -1]);
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
    const options: HeadOptions = {
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
        const head = awake(initHead(key("head", seed), options), seed);
        const weightOf = (h: typeof head) =>
          map === "first" ? h.first : map === "guess" ? h.guess : h.layers[Number(map)];
        const f = (weight: tf.Tensor) => {
          const put = { ...weightOf(head), weight: weight as tf.Tensor2D };
          const changed = map === "first"
            ? { ...head, first: put }
            : map === "guess"
            ? { ...head, guess: put }
            : { ...head, layers: head.layers.map((l, i) => i === Number(map) ? put : l) };
          const out = said(headOutputs(changed, {
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

law("patches and back is the picture, and pixels beyond it are marked", {
  source: "definition",
  given: {
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1 as const, 3 as const),
    side: fc.integer({ min: 1, max: 4 }),
  },
  cases: 40,
  kills: ["patches-mix-rows"],
  holds: async ({ height, width, channels, side }) => {
    const patches = patchesOf({ kind: "image", height, width, channels }, side);
    const { T, P } = countsOf(patches);
    const x = Array.from({ length: 2 * height * width * channels }, (_, i) => i + 1);
    const shape: [number, number, number, number] = [2, height, width, channels];
    const back = await values(() =>
      fromPatches(toPatches(tf.tensor4d(x, shape), patches), patches)
    );
    assertEquals(back, x);
    const told = await values(() => toPatches(tf.tensor4d(x, shape), patches));
    const inside = await values(() => insidePicture(patches) ?? tf.ones([T, P]));
    assertEquals(toldPixels({ patches, upper: false, width: 1 }).flat(), inside);
    told.forEach((v, i) => assertEquals(v !== 0, inside[Math.floor(i / channels) % (T * P)] === 1));
    // The second pixel of the first patch is the first one's right neighbour, where there is one.
    if (patches.width > 1) assertEquals(told[channels], 1 + channels);
  },
});

law("levels tell every pixel once, each upper one what lies between the known", {
  source: "definition",
  given: {
    height: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 20 }),
    levels: fc.integer({ min: 1, max: 4 }),
    patch: fc.integer({ min: 1, max: 4 }),
  },
  cases: 40,
  kills: ["known-pixels-told-again"],
  holds: async ({ height, width, levels, patch }) => {
    const setting = settingOf({ levels, patch }, [height, width, 1]);
    const order = orderOf(setting);
    assertEquals(order.some((number) => number < 0), false);
    assertEquals(new Set(order).size, order.length);
    const all = levelsOf(setting.sample, setting.config);
    const least = Math.min(all[0].patches.sample.height, all[0].patches.sample.width);
    if (all.length > 1 && least < 4) throw new Error(`a level with a side of ${least}`);
    for (const level of all) {
      const { T, P } = countsOf(level.patches);
      const mask = await values(() => tf.mul(toldMask(level) ?? tf.ones([T, P]), tf.ones([T, P])));
      assertEquals(mask, toldPixels(level).flat());
    }
    // The pixels of a level are those of the next one's even rows and columns.
    const seen = await values(() => {
      const x = tf.reshape(tf.range(0, height * width), [1, height, width, 1]) as tf.Tensor4D;
      return pyramid(x, all)[0];
    });
    const stride = 2 ** (all.length - 1);
    const columns = Math.ceil(width / stride);
    seen.forEach((v, i) =>
      assertEquals(v, stride * Math.floor(i / columns) * width + stride * (i % columns))
    );
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

law("a fresh model guesses a pixel by the mean of the nearest pixels that it knows", {
  source: "definition",
  given: {
    grey: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
    slopes: fc.tuple(fc.constantFrom(-0.02, 0.013), fc.constantFrom(0, 0.01)),
    channels: fc.constantFrom(1 as const, 3 as const),
    patch: fc.constantFrom(1, 2),
  },
  cases: 8,
  kills: ["guess-of-the-wrong-pixel", "known-pixels-out-of-place"],
  holds: async ({ grey, slopes: [down, right], channels, patch }) => {
    const [height, width] = [10, 8];
    const setting = settingOf({ levels: 2, patch, layers: 1 }, [height, width, channels]);
    const order = orderOf(setting);
    const at = (i: number) => grey + down * Math.floor(i / width) + right * (i % width);
    const x = Array.from(
      { length: height * width * channels },
      (_, i) => at(Math.floor(i / channels)),
    );
    const guesses = await values(() => {
      const x_BHWC = tf.tensor4d(x, [1, height, width, channels]);
      const params = initParameters(key("fresh"), setting);
      return tf.concat(mixtures(params, { x_BHWC }, setting).map(({ guess_NC }) => guess_NC!));
    });
    for (let i = 0; i < height * width; i++) {
      const [row, column] = [Math.floor(i / width), i % width];
      const upper = row % 2 === 1 || column % 2 === 1;
      // Between known pixels the mean is exact on a ramp, but beyond the last ones there is no other
      // side; at the first level the pixels to the left and above are two of the picture away.
      if (upper ? row === height - 1 || column === width - 1 : row === 0 || column === 0) continue;
      const expected = upper ? at(i) : (at(i - 2) + at(i - 2 * width)) / 2;
      close(guesses[order[i] * channels], expected, float32(16, 2), `pixel ${row}, ${column}`);
    }
  },
});
