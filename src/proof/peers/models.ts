/**
 * The models of the comparison: the settings that both sides need, which the Python side reads from
 * `model.json`.
 * @module
 */
import type { z } from "zod";
import type { ImageSpec } from "../../kinds/image/mod.ts";
import {
  type DecoderShape,
  planStages,
  type Stage,
  type TransformerOptions,
} from "../../backbones/mod.ts";
import { config as languageConfig, learningRateOf, shapeOf } from "../../families/language/mod.ts";
import { type Config, config } from "../../families/vae/mod.ts";

/**
 * Adam's settings, or Muon's for the matrices of layers and Adam's for the rest; with the other fields
 * also the schedule, clipping and average of a family.
 */
export interface OptimiserSettings {
  /** Adam where it isn't said. */
  readonly name?: "adam" | "muon";
  readonly learningRate: number;
  readonly warmup?: number;
  readonly steps?: number;
  readonly decay?: number;
  /** How the rate falls after the warm-up; a cosine where it isn't said. */
  readonly schedule?: "cosine" | "linear";
  /** Of the matrices, decoupled (AdamW). */
  readonly weightDecay?: number;
  /** Decay of the mean of squared gradients; 0.999 where it isn't said. */
  readonly beta2?: number;
  /** Largest norm of the gradient. */
  readonly clip?: number;
  readonly ema?: number;
}

interface Common {
  readonly name: string;
  readonly about: string;
  readonly batch: number;
  readonly task: "train" | "decode";
  readonly optimiser?: OptimiserSettings;
}

/** families/vae, Gaussian likelihood of learned scale; the family's whole training step. */
export type VaeSettings = Common & {
  readonly model: "vae";
  readonly sample: ImageSpec;
  readonly width: number;
  readonly latent: number;
  /** The decoder's shapes, so that they are planned in one place. */
  readonly stages: readonly Stage[];
};

/** backbones/unet, a rectified flow's loss, bare Adam. */
export type UnetSettings = Common & {
  readonly model: "unet";
  readonly sample: ImageSpec;
  readonly width: number;
};

/** backbones/transformer: training with bare Adam, or decoding with a cache. */
export type TransformerSettings = Common & TransformerOptions & { readonly model: "transformer" };

/**
 * families/language in Llama's form, tied: the family's training step on windows of packed documents, or
 * decoding with a cache.
 */
export type LanguageSettings = Common & DecoderShape & {
  readonly model: "language";
  /** The token that stands before each document. */
  readonly separator: number;
  /** The family's settings, as a suite writes them. */
  readonly config: LanguageInput;
};

/** What a suite may say of a language model. */
export type LanguageInput = z.input<typeof languageConfig>;

/** What both sides know of a model. */
export type ModelSettings = VaeSettings | UnetSettings | TransformerSettings | LanguageSettings;

/**
 * "bench": what is timed; "tiny": the same networks for tests; "small": those whose trainings are
 * compared from end to end.
 */
export type ModelSize = "bench" | "tiny" | "small";

/** Batches made in advance; steps go round them. */
export const BATCHES = 4;

/** Steps that schedules of families are laid out for. */
const SCHEDULE_STEPS = 1000;

/** The VAE's config, as a suite would write it. */
export function vaeConfig(
  { width, latent, learningRate }: Pick<VaeSettings, "width" | "latent"> & {
    readonly learningRate?: number;
  },
): Config {
  return config.parse({ likelihood: "gaussian", optimiser: "adam", width, latent, learningRate });
}

function pictures(side: number): ImageSpec {
  return { kind: "image", height: side, width: side, channels: 3 };
}

function vae(
  options: { side: number; width: number; latent: number; batch: number; learningRate?: number },
): VaeSettings {
  const { side, width, latent, batch } = options;
  const { learningRate, warmup, decay, clip, ema } = vaeConfig(options);
  return {
    name: "vae",
    about:
      `convolutional VAE, ${side}² pictures, batch ${batch}: Adam, clipping, schedule, average`,
    model: "vae",
    task: "train",
    batch,
    sample: pictures(side),
    width,
    latent,
    stages: planStages({ height: side, width: side, base: width }),
    optimiser: {
      learningRate,
      warmup: Math.floor(warmup * SCHEDULE_STEPS),
      steps: SCHEDULE_STEPS,
      decay,
      clip: clip * side * side * 3,
      ema,
    },
  };
}

function unet(options: { side: number; width: number; batch: number }): UnetSettings {
  const { side, width, batch } = options;
  return {
    name: "unet",
    about: `residual U-Net denoiser, ${side}² pictures, batch ${batch}: Adam`,
    model: "unet",
    task: "train",
    batch,
    sample: pictures(side),
    width,
    optimiser: { learningRate: 3e-4 },
  };
}

type Shape = Omit<TransformerOptions, "vocabulary"> & { readonly batch: number };

/** Bytes are the symbols. */
const VOCABULARY = 256;

function transformer(name: string, shape: Shape): TransformerSettings {
  const { layers, width, heads, context, batch } = shape;
  return {
    name,
    about: `decoder-only transformer, ${layers} layers of ${width}, ${heads} heads, batch ` +
      `${batch} × ${context}: Adam`,
    model: "transformer",
    task: "train",
    vocabulary: VOCABULARY,
    optimiser: { learningRate: 3e-4 },
    ...shape,
  };
}

function decoder(name: string, shape: Shape): TransformerSettings {
  const { layers, width, context, batch } = shape;
  return {
    name,
    about:
      `the same transformer (${layers} layers of ${width}) a token at a time with a cache of ` +
      `${context}, batch ${batch}`,
    model: "transformer",
    task: "decode",
    vocabulary: VOCABULARY,
    ...shape,
  };
}

/** How big a language model is, and how it is trained. */
type LanguageSize = {
  readonly config: LanguageInput;
  readonly vocabulary: number;
  readonly batch: number;
};

/** What both sides need of a language model for a training of so many steps. */
export function languageSettings(
  { config: input, vocabulary, batch }: LanguageSize,
  { name, steps, separator = 0 }: {
    readonly name: string;
    readonly steps: number;
    readonly separator?: number;
  },
): LanguageSettings {
  const config = languageConfig.parse(input), shape = shapeOf(config, vocabulary);
  const { layers, width, heads, keyValueHeads, context } = shape;
  const { optimiser, warmup, decay, schedule, weightDecay, beta2, clipNorm } = config;
  return {
    name,
    about:
      `decoder in Llama's form, ${layers} layers of ${width}, ${heads} heads on ${keyValueHeads}, ` +
      `${vocabulary} tokens, batch ${batch} × ${context} of packed documents: ` +
      `${optimiser === "adam" ? "AdamW" : "Muon"}, clipping, schedule`,
    model: "language",
    task: "train",
    batch,
    separator,
    config: input,
    optimiser: {
      name: optimiser,
      learningRate: learningRateOf(config, shape),
      warmup: Math.floor(warmup * steps),
      steps,
      decay,
      schedule,
      weightDecay,
      beta2,
      clip: clipNorm,
    },
    ...shape,
  };
}

const language = (name: string, size: LanguageSize) =>
  languageSettings(size, { name, steps: SCHEDULE_STEPS });

function languageDecoder(name: string, size: LanguageSize): LanguageSettings {
  const { optimiser: _, ...settings } = language(name, size);
  const { layers, width, context, batch } = settings;
  return {
    ...settings,
    task: "decode",
    about: `the same decoder (${layers} layers of ${width}) a token at a time with a cache of ` +
      `${context}, batch ${batch}`,
  };
}

/** Queries share keys and values two by two. */
const LANGUAGE_SMALL = {
  config: { layers: 6, width: 256, keyValueHeads: 2, context: 256, optimiser: "adam" },
  vocabulary: 4096,
} as const;
const LANGUAGE_LARGE = {
  config: { layers: 8, width: 512, keyValueHeads: 4, context: 256, optimiser: "adam" },
  vocabulary: 4096,
} as const;
const LANGUAGE_TINY = {
  config: { layers: 2, width: 32, heads: 4, keyValueHeads: 2, context: 24, optimiser: "adam" },
  vocabulary: 64,
} as const;

const SMALL = { layers: 6, width: 256, heads: 8, context: 256 };
const LARGE = { layers: 8, width: 512, heads: 8, context: 256 };
const TINY = { layers: 2, width: 32, heads: 4, context: 24 };

const MODELS: Readonly<Record<ModelSize, readonly ModelSettings[]>> = {
  bench: [
    vae({ side: 32, width: 96, latent: 64, batch: 32 }),
    unet({ side: 32, width: 48, batch: 32 }),
    transformer("transformer-5m", { ...SMALL, batch: 8 }),
    transformer("transformer-25m", { ...LARGE, batch: 4 }),
    decoder("decode-1", { ...SMALL, batch: 1 }),
    decoder("decode-8", { ...SMALL, batch: 8 }),
    language("language-5m", { ...LANGUAGE_SMALL, batch: 8 }),
    language("language-25m", { ...LANGUAGE_LARGE, batch: 4 }),
    languageDecoder("language-decode-1", { ...LANGUAGE_SMALL, batch: 1 }),
    languageDecoder("language-decode-8", { ...LANGUAGE_SMALL, batch: 8 }),
  ],
  small: [
    // At a rate of 1e-3 rounding grows tenfold every 20 steps or so: by step 200 two of five seeds were
    // 2 % apart, and nothing told that from another model.
    vae({ side: 32, width: 32, latent: 64, batch: 16, learningRate: 3e-4 }),
    unet({ side: 32, width: 16, batch: 16 }),
  ],
  tiny: [
    vae({ side: 16, width: 8, latent: 4, batch: 4 }),
    unet({ side: 16, width: 8, batch: 4 }),
    transformer("transformer-5m", { ...TINY, batch: 2 }),
    transformer("transformer-25m", { ...TINY, layers: 3, width: 48, batch: 2 }),
    decoder("decode-1", { ...TINY, batch: 1 }),
    decoder("decode-8", { ...TINY, batch: 3 }),
    language("language-5m", { ...LANGUAGE_TINY, batch: 2 }),
    language("language-25m", {
      ...LANGUAGE_TINY,
      config: { ...LANGUAGE_TINY.config, layers: 3, width: 48 },
      batch: 2,
    }),
    languageDecoder("language-decode-1", { ...LANGUAGE_TINY, batch: 1 }),
    languageDecoder("language-decode-8", { ...LANGUAGE_TINY, batch: 3 }),
  ],
};

/** Names of the models, in the order of the report. */
export const MODEL_NAMES: readonly string[] = MODELS.bench.map(({ name }) => name);

/** A model's settings at a size. */
export function modelSettings(name: string, size: ModelSize): ModelSettings {
  const found = MODELS[size].find((settings) => settings.name === name);
  if (found === undefined) throw new Error(`no model ${name}; models: ${MODEL_NAMES.join(", ")}`);
  return found;
}

/**
 * Numbers in the largest sum that a step takes: a batch's pixel values, or for transformers their
 * positions, their widest layer or their symbols.
 */
export function largestSum(settings: ModelSettings): number {
  if (settings.model === "transformer") {
    const { batch, context, width, vocabulary } = settings;
    return Math.max(batch * context, 4 * width, vocabulary);
  }
  if (settings.model === "language") {
    const { batch, context, hidden, vocabulary } = settings;
    return Math.max(batch * context, hidden, vocabulary);
  }
  const { height, width, channels } = settings.sample;
  return settings.batch * height * width * channels;
}
