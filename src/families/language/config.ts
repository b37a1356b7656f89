/**
 * The settings of language models, and the numbers that follow from their depth.
 * @module
 */
import { z } from "zod";
import { decoderFault, type DecoderShape } from "../../backbones/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { pathText } from "../../base/schema/mod.ts";
import { adapterConfig, adapterRate } from "./adapters/mod.ts";
import { namedCheckpoints } from "./checkpoint/mod.ts";
import { objectiveFaults, objectiveKeys } from "./objectives/settings.ts";

/** Tokens that a model sees at once, where nothing else is said. */
const CONTEXT = 256;
/** Of a checkpoint that could see more. */
const MOST_CONTEXT = 1024;

/** What a checkpoint brings with it. */
const broughtKeys = ["layers", "width", "heads", "keyValueHeads", "headWidth", "hidden"] as const;

/** What a suite may say under `language`. */
export const config = z.strictObject({
  checkpoint: pathText({ names: Object.keys(namedCheckpoints) }).optional()
    .describe(
      "Weights to begin with: a folder as transformers writes it, a .gguf file, or " +
        `${Object.keys(namedCheckpoints).join(", ")}, which is fetched. Size, form and tokenizer ` +
        "are the checkpoint's; with `budget: { steps: 0 }` it is scored as it is",
    ),
  depth: z.int().min(1).max(96).default(4)
    .describe("Size of the model in one number: what is left out below follows from it"),
  form: z.enum(["llama", "qwen2", "qwen3", "gpt2"]).default("llama")
    .describe(
      "llama: RMSNorm, rotary positions, SwiGLU; qwen2: with biases of queries, keys and values; " +
        "qwen3: with normalised queries and keys; gpt2: LayerNorm, learnt positions, GELU, biases",
    ),
  layers: z.int().min(1).max(96).optional().describe("Layers; default: `depth`"),
  width: z.int().min(8).max(8192).optional()
    .describe("Width of the stream; default: 64 for each of `depth`"),
  heads: z.int().min(1).max(128).optional()
    .describe("Heads of queries; default: one for each 64 of the width"),
  keyValueHeads: z.int().min(1).max(128).optional()
    .describe("Heads of keys and values, shared by heads of queries; default: as many as `heads`"),
  headWidth: z.int().min(2).max(256).optional()
    .describe("Width of a head; default: width / heads"),
  hidden: z.int().min(8).max(32768).optional()
    .describe(
      "Units of the perceptron; default: 8/3 of the width, to a multiple of 64; gpt2: 4 times it",
    ),
  tied: z.boolean().default(true).describe("Whether logits are products with the embeddings"),
  context: z.int().min(2).max(32768).optional()
    .describe(
      `Tokens that the model sees at once, and of a training window; default: ${CONTEXT}; with a ` +
        `checkpoint its own, at most ${MOST_CONTEXT}`,
    ),
  packing: z.enum(["stream", "whole"]).default("stream")
    .describe(
      "stream: documents fill windows one after the other, cut where one is full; whole: only " +
        "documents longer than a window are cut. Attention never leaves a document",
    ),
  rotaryBase: z.number().positive().default(10_000).describe("Base θ of the rotary positions"),
  optimiser: z.enum(["adam", "muon"]).default("muon")
    .describe(
      "adam: AdamW; muon: orthogonalised momentum on the layers' matrices, AdamW on all else",
    ),
  learningRate: z.number().positive().optional()
    .describe(
      "Peak learning rate; default: 0.02 × √(64 / width), of adam 0.006 × √(256 / width), of " +
        "an adapter 0.001 (prefix 0.01, prompt 0.03)",
    ),
  warmup: z.number().min(0).max(0.9).default(0.02)
    .describe("Share of the training over which the learning rate rises from 0"),
  schedule: z.enum(["cosine", "linear"]).default("linear")
    .describe("How the learning rate falls after that"),
  decay: z.number().min(0).max(1).default(0.05)
    .describe("Learning rate at the end as a share of the peak; 1: constant"),
  weightDecay: z.number().min(0).max(10).default(0.1)
    .describe("Decoupled decay of matrices and embeddings"),
  beta2: z.number().gt(0).lt(1).default(0.95).describe("Adam's decay of the mean squared gradient"),
  clipNorm: z.number().positive().default(1)
    .describe("Largest norm of the gradient of nats a token; larger ones are scaled down"),
  microBatches: z.int().min(1).max(1024).default(1)
    .describe("Parts that a batch is trained in, one after the other, to take less memory"),
  ema: z.number().min(0).max(0.99999).default(0)
    .describe("Decay per step of the average of weights that evaluation uses; 0: none is kept"),
  temperature: z.number().min(0).max(10).default(1)
    .describe("Samples: logits are divided by it; 0: always the likeliest token"),
  topK: z.int().min(1).optional().describe("Samples: only the k likeliest tokens; default: all"),
  topP: z.number().gt(0).max(1).optional()
    .describe(
      "Samples: only the fewest likeliest tokens that together have this probability; default: all",
    ),
  ...objectiveKeys,
  adapter: adapterConfig.optional().describe(
    "What is trained in place of all weights, which stay as they are; AdamW whatever `optimiser` says",
  ),
}).superRefine((c, context) => {
  for (const key of c.checkpoint === undefined ? [] : broughtKeys) {
    if (c[key] === undefined) continue;
    context.addIssue({
      code: "custom",
      path: [key],
      message: "can't be given beside `checkpoint`, which has its own",
    });
  }
  for (const { path, message } of objectiveFaults(c)) {
    context.addIssue({ code: "custom", path, message });
  }
  const fault = decoderFault(shapeOf(c, 257));
  if (fault !== null) context.addIssue({ code: "custom", path: ["heads"], message: fault });
  const { heads, headWidth, width } = shapeOf(c, 257);
  if (!Number.isInteger(headWidth)) {
    context.addIssue({
      code: "custom",
      path: ["heads"],
      message: `${heads} heads don't divide a width of ${width}; give \`headWidth\` too`,
    });
  }
});

/** A language model's settings; what is left out follows from `depth`. */
export type Config = z.output<typeof config>;

/** Width for each of the depth, and of a head. Karpathy 2025, nanochat. */
const PER_DEPTH = 64;
const HEAD = 64;
/** Hidden widths are multiples of this, which products are fast for. */
const ROUND = 64;
/** Of what Qwen 3's, Llama's and GPT-2's checkpoints have. */
const EPSILON = 1e-5;

/** The sizes of a model over a vocabulary. */
export function shapeOf(c: Config, vocabulary: number): DecoderShape {
  const {
    layers = c.depth,
    width = PER_DEPTH * c.depth,
    heads = Math.max(1, Math.round(width / HEAD)),
    keyValueHeads = heads,
    headWidth = width / heads,
    hidden = c.form === "gpt2" ? 4 * width : Math.max(1, Math.round(8 * width / 3 / ROUND)) * ROUND,
  } = c;
  const gpt = c.form === "gpt2";
  return {
    vocabulary,
    layers,
    width,
    heads,
    keyValueHeads,
    headWidth,
    hidden,
    context: c.context ?? CONTEXT,
    norm: gpt ? "layer" : "rms",
    epsilon: EPSILON,
    positions: gpt ? "learnt" : "rotary",
    ...(!gpt && { rotary: { base: c.rotaryBase } }),
    bias: gpt ? "all" : c.form === "qwen2" ? "qkv" : "none",
    queryKeyNorm: c.form === "qwen3",
    mlp: gpt ? "gelu" : "swiglu",
    tied: c.tied,
  };
}

/**
 * A checkpoint's sizes, as this config sees it.
 * @throws UsageError for a longer context than it has positions
 */
export function shapeWithin(c: Config, own: DecoderShape): DecoderShape {
  const { context = Math.min(MOST_CONTEXT, own.context) } = c;
  if (context <= own.context) return { ...own, context };
  throw new UsageError(
    `language: a context of ${context} was asked for, and ${c.checkpoint} has ${own.context} ` +
      "positions",
  );
}

/** The peak learning rate: wider models take smaller steps. */
export function learningRateOf(c: Config, { width }: Pick<DecoderShape, "width">): number {
  if (c.adapter !== undefined) return adapterRate(c);
  return c.learningRate ??
    (c.optimiser === "muon" ? 0.02 * Math.sqrt(64 / width) : 0.006 * Math.sqrt(256 / width));
}
