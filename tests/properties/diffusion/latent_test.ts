import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import { gridDecode, gridEncode } from "../../../src/backbones/grid.ts";
import { config } from "../../../src/families/diffusion/mod.ts";
import { type CoderState, latentSpace } from "../../../src/families/diffusion/latent.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { normal } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { key, rows, sample16, squares } from "../../families/small.ts";
import { values } from "../../families/on_engine.ts";

const scale = 0.5;
const channels = 3;

function spaceOf(latent: "autoencoder" | "vq") {
  const settings = config.parse({
    latent,
    latentWidth: 8,
    latentChannels: channels,
    ...(latent === "vq" ? { latentCodes: 8 } : {}),
    optimiser: "adam",
  });
  return latentSpace(settings, { sample: sample16, scale });
}

/** A state whose weights all say something, with moments as given. */
function awake(space: ReturnType<typeof spaceOf>, moments: Partial<CoderState> = {}): CoderState {
  const fresh = space.init(key("coder"));
  const wake = <P>(tree: P) =>
    mapTree(
      tree as TensorTree,
      (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", path), leaf.shape), 0.1)),
    ) as P;
  return { ...fresh, coder: { ...fresh.coder, ema: wake(fresh.coder.ema) }, ...moments };
}

law("latents have the moments that the state knows taken out, and put back by the decoder", {
  source: "Rombach et al. 2022, appendix G: latents rescaled to unit deviation",
  given: {
    mean: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
      minLength: channels,
      maxLength: channels,
    }),
    deviation: fc.array(fc.double({ min: 0.2, max: 3, noNaN: true }), {
      minLength: channels,
      maxLength: channels,
    }),
  },
  kills: ["latent-not-normalised", "latent-not-put-back", "latent-variance-of-raw-square"],
  cases: 4,
  holds: async ({ mean, deviation }) => {
    const space = spaceOf("autoencoder");
    const options = { sample: sample16, width: 8 };
    const moments = () => ({
      mean_C: tf.tensor1d(mean),
      square_C: tf.tensor1d(mean.map((m, c) => m * m + deviation[c] ** 2)),
    });
    const own = await values(() => gridEncode(awake(space).coder.ema.encoder, squares(2)));
    const latents = await values(() => space.encode(awake(space, moments()), squares(2)));
    latents.forEach((z, i) => {
      const c = i % channels;
      const size = 1 + (Math.abs(own[i]) + Math.abs(mean[c]) + mean[c] ** 2) / deviation[c] ** 2;
      close(z, (own[i] - mean[c]) / deviation[c] * scale, 256 * 2 ** -24 * size, `latent ${i}`);
    });
    const back = await values(() => {
      const state = awake(space, moments());
      return space.decode(state, space.encode(state, squares(2)));
    });
    const plain = await values(() => {
      const { encoder, decoder } = awake(space).coder.ema;
      const output = gridDecode(decoder, gridEncode(encoder, squares(2)), options);
      return tf.clipByValue(tf.add(output, 0.5), 0, 1);
    });
    back.forEach((v, i) => close(v, plain[i], 1e-3, `pixel ${i}`));
  },
});

Deno.test("a step of the autoencoder moves the channels' moments towards its batch's", async () => {
  const space = spaceOf("autoencoder");
  const batch = () => ({ x_BHWC: squares(4), rows_B: rows(4), key: key("step") });
  const z = await values(() =>
    gridEncode(space.init(key("coder")).coder.params.encoder, squares(4))
  );
  const [mean, square] = [z, z.map((v) => v * v)].map((v) =>
    Array.from({ length: channels }, (_, c) => {
      const own = v.filter((_, i) => i % channels === c);
      return own.reduce((a, b) => a + b, 0) / own.length;
    })
  );
  const found = await values(() => {
    const [{ mean_C, square_C }] = space.train(space.init(key("coder")), batch(), 10);
    return tf.concat([mean_C, square_C]);
  });
  // The first step's decay is 1/10: moments start at 0 and 1.
  mean.forEach((m, c) => close(found[c], 0.9 * m, 1e-4 * (1 + Math.abs(m)), `mean ${c}`));
  square.forEach((s, c) =>
    close(found[channels + c], 0.1 + 0.9 * s, 1e-4 * (1 + s), `square ${c}`)
  );
});

Deno.test("vq: the decoder gets code vectors alone, whatever map it is given", async () => {
  const space = spaceOf("vq");
  const pictures = (shift: number) =>
    values(() => {
      const state = awake(space);
      const z = space.encode(state, squares(1));
      // Less than half the distance of two codes: the same ones are chosen.
      return space.decode(state, tf.add(z, shift) as tf.Tensor4D);
    });
  const own = await pictures(0);
  assertEquals(await pictures(1e-4), own);
  const far = await pictures(2);
  assertEquals(far.some((v, i) => v !== own[i]), true);
});
