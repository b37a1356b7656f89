/**
 * The latent space of a finished run: what its autoencoder makes of pictures, brought to mean 0 and
 * one deviation, is diffused, and its decoder turns that into pictures. Its weights stay as they are.
 *
 * Of a latent diffusion it is the map; of an autoencoder or a VAE the code (the posterior's mean), a
 * map of one place whose channels are the code's numbers.
 *
 * Shapes: B batch, h and w the map's sides, C its channels.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import * as tf from "@tensorflow/tfjs";
import type { Grid } from "../../backbones/mod.ts";
import { type Key, keyTensor } from "../../random/mod.ts";
import { disposeTree } from "../../engine/mod.ts";
import { autoencoder } from "../autoencoder/mod.ts";
import type { BuildContext, HostContext, Model, TensorRecord } from "../family.ts";
import type { GivenRun } from "../needs.ts";
import { vae } from "../vae/mod.ts";
import { withGiven } from "../common/stages/given.ts";
import type { State } from "../common/denoising/model.ts";
import { type CoderState, latentSpace } from "./latent.ts";
import { config as diffusionConfig } from "./config.ts";

/** Families whose final states can be taken. */
export const givenFamilies: readonly string[] = ["diffusion", "autoencoder", "vae"];

/** What a checkpoint holds of the other run. */
export type First = {
  /** Its state, but for what only training needs. */
  readonly model: TensorRecord;
  /** Mean and mean square of the map's channels over training pictures: [C]. */
  readonly mean_C: tf.Tensor1D;
  readonly square_C: tf.Tensor1D;
};

/** A checkpoint of a diffusion of it. */
export type GivenState = State & { readonly first: First };

/** See the module. */
export interface GivenSpace {
  readonly grid: Grid;
  /** A state of its shapes, as if nothing had been trained. */
  init(key: Key): First;
  /** Of the other run's final state what is kept. */
  kept(given: TensorRecord): TensorRecord;
  /** Pictures in [0, 1] to maps as the other run has them. */
  code(first: First, x_BHWC: tf.Tensor4D): tf.Tensor4D;
  /** The same, of mean 0 and the deviation that is asked for. */
  encode(first: First, x_BHWC: tf.Tensor4D): tf.Tensor4D;
  /** And back, clipped. */
  decode(first: First, z_BhwC: tf.Tensor4D): tf.Tensor4D;
}

/** Why a run's state has no space to diffuse; null where it has. */
export function unfitSpace({ family, config }: GivenRun): string | null {
  if (family !== "diffusion") return null;
  const { latent } = config;
  return latent === "autoencoder" || latent === "vq"
    ? null
    : `its own \`latent\` is ${latent}: it has trained no autoencoder`;
}

/** Maps between pictures and codes, whatever their scale. */
interface Coder extends Pick<GivenSpace, "grid" | "kept"> {
  init(key: Key): TensorRecord;
  code(model: TensorRecord, x_BHWC: tf.Tensor4D): tf.Tensor4D;
  picture(model: TensorRecord, z_BhwC: tf.Tensor4D): tf.Tensor4D;
}

/** A state without optimiser and step counter. */
function evaluated({ params: _, slots: _s, step: _t, ...rest }: TensorRecord): TensorRecord {
  return rest;
}

/** The map of a latent diffusion. */
function mapCoder({ config }: GivenRun, { sample }: BuildContext<"image" | "point">): Coder {
  const latent = latentSpace(diffusionConfig.parse(config), { sample: gridOf(sample), scale: 1 });
  const coderOf = (state: TensorRecord) => {
    const { coder, books } = state as unknown as CoderState;
    const averaged = { ema: coder.ema };
    return { coder: averaged, ...(books === undefined ? {} : { books }) } as TensorRecord;
  };
  return {
    grid: latent.grid,
    init: (key) => coderOf(latent.init(key) as unknown as TensorRecord),
    kept: coderOf,
    code: (model, x_BHWC) => latent.raw(model as unknown as CoderState, x_BHWC),
    picture: (model, z_BhwC) => latent.picture(model as unknown as CoderState, z_BhwC),
  };
}

/** The code of an autoencoder or a VAE, by its own programs. */
function vectorCoder(
  { family, config }: GivenRun,
  context: BuildContext<"image" | "point">,
): Coder {
  const { needed: _, ...own } = context;
  const model: Model = family === "vae"
    ? vae.build(vae.config.parse(config), own)
    : autoencoder.build(autoencoder.config.parse(config), own);
  const { latent: channels } = config as { latent: number };
  // Neither program draws anything.
  const noKey = () => keyTensor([0, 0]);
  return {
    grid: { height: 1, width: 1, channels },
    init: (key) => evaluated(model.init(key)),
    kept: evaluated,
    code(state, x_BHWC) {
      const [, { mean_BZ }] = model.programs.encode(state, { x_BHWC }, noKey());
      return tf.reshape(mean_BZ as tf.Tensor2D, [-1, 1, 1, channels]);
    },
    picture(state, z_BhwC) {
      const z_BZ = tf.reshape(z_BhwC, [-1, channels]);
      return model.programs.decode(state, { z_BZ }, noKey())[1].x_BHWC as tf.Tensor4D;
    },
  };
}

/** Standard deviations of the channels: [C]. */
function deviation({ mean_C, square_C }: First): tf.Tensor1D {
  return tf.sqrt(tf.maximum(tf.sub(square_C, tf.square(mean_C)), 1e-8));
}

/** The space of a run, its maps of standard deviation `scale`. */
export function givenSpace(
  given: GivenRun,
  { context, scale }: { readonly context: BuildContext<"image" | "point">; readonly scale: number },
): GivenSpace {
  const coder = given.family === "diffusion"
    ? mapCoder(given, context)
    : vectorCoder(given, context);
  const { grid, kept } = coder;
  const code = ({ model }: First, x_BHWC: tf.Tensor4D) => coder.code(model, x_BHWC);
  return {
    grid,
    kept,
    code,
    init: (key) => ({
      model: coder.init(key),
      mean_C: tf.zeros([grid.channels]),
      square_C: tf.ones([grid.channels]),
    }),
    encode: (first, x_BHWC) =>
      tf.div(
        tf.mul(tf.sub(code(first, x_BHWC), first.mean_C), scale),
        deviation(first),
      ) as tf.Tensor4D,
    decode(first, z_BhwC) {
      const own = tf.add(tf.div(tf.mul(z_BhwC, deviation(first)), scale), first.mean_C);
      return coder.picture(first.model, own as tf.Tensor4D);
    },
  };
}

/** Training pictures that moments are taken over, at most, and at a time. */
const MOST = 2048;
const AT_ONCE = 64;

/** Before the first step: the other run's weights, and the moments of its codes of training pictures. */
export function takeFirst(
  state: TensorRecord,
  { host, space }: { readonly host: HostContext; readonly space: GivenSpace },
): Promise<TensorRecord> {
  return withGiven(state, host, {
    async merge(own, given) {
      const { first } = own as unknown as GivenState;
      const taken = { ...first, model: space.kept(given) };
      const moments = await momentsOf({ ...own, first: taken }, host, space.grid.channels);
      return { ...own, first: { model: taken.model, ...moments } };
    },
  });
}

/** Means over training pictures and places, summed in float64. */
async function momentsOf(
  state: TensorRecord,
  host: HostContext,
  channels: number,
): Promise<Pick<First, "mean_C" | "square_C">> {
  const { engine, trainSize } = host;
  const sums = new Float64Array(channels), squares = new Float64Array(channels);
  const count = Math.min(MOST, trainSize);
  let places = 0;
  for (let from = 0; from < count; from += AT_ONCE) {
    const indices = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    const inputs = await host.trainSamples(indices), key = host.key("first moments");
    const outputs = await host.run("first_code", state, inputs, key);
    const values = await engine.read(outputs.code_BhwC as tf.Tensor);
    for (let i = 0; i < values.length; i++) {
      sums[i % channels] += values[i];
      squares[i % channels] += values[i] * values[i];
    }
    places += values.length / channels;
    disposeTree({ ...outputs, ...inputs, key } as TensorRecord);
  }
  const mean = (of: Float64Array) =>
    engine.tensor(Float32Array.from(of, (sum) => sum / places), [channels]) as tf.Tensor1D;
  return { mean_C: mean(sums), square_C: mean(squares) };
}
