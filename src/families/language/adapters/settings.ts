/**
 * What a suite may say of adapters, and what follows from it.
 * @module
 */
import { z } from "zod";
import { type DecoderShape, mapsOf } from "../../../backbones/mod.ts";
import { pathText } from "../../../base/schema/mod.ts";
import { UsageError } from "../../../base/mod.ts";
import { list } from "../../../base/text/mod.ts";

/** A layer's linear maps, by the names of their parameters. */
export const MAPS = ["query", "key", "value", "out", "gate", "up", "down"] as const;

/** One of them. */
export type MapName = typeof MAPS[number];

/** As PEFT has them for Llama: `q_proj` and `v_proj`. */
const TARGETS: readonly MapName[] = ["query", "value"];
/** Rank where nothing is said, as in PEFT. */
const RANK = 8;

const lowRank = z.strictObject({
  rank: z.int().min(1).max(4096).default(RANK).describe("Rank r of what is added to a map"),
  alpha: z.number().positive().optional()
    .describe("What is added is multiplied by alpha / rank; default: the rank"),
  targets: z.union([z.literal("all"), z.array(z.enum(MAPS)).min(1)]).default([...TARGETS])
    .describe(`Which maps of each layer: some of ${MAPS.join(", ")}; or all`),
  dropout: z.number().min(0).lt(1).default(0)
    .describe("Share of the inputs of what is added that a training step leaves out"),
  rsLora: z.boolean().default(false).describe("Whether alpha is divided by √rank (rsLoRA)"),
});

/** The kinds; a setting has one of them, or a file. */
const KINDS = ["lora", "dora", "prefix", "prompt", "bottleneck"] as const;

/** The key `adapter`. */
export const adapterConfig = z.strictObject({
  lora: lowRank.optional().describe(
    "LoRA: a product of two narrow matrices beside each map (Hu et al. 2021, arXiv:2106.09685)",
  ),
  dora: lowRank.optional().describe(
    "DoRA: likewise, and each output's size is learnt apart (Liu et al. 2024, arXiv:2402.09353)",
  ),
  prefix: z.strictObject({
    length: z.int().min(1).max(1024).default(16).describe("Keys and values of a layer"),
  }).optional().describe(
    "Prefix tuning: keys and values before every text (Li & Liang 2021, arXiv:2101.00190)",
  ),
  prompt: z.strictObject({
    length: z.int().min(1).max(1024).default(16).describe("Vectors"),
  }).optional().describe(
    "Prompt tuning: vectors in the place of tokens before every text (Lester et al. 2021, " +
      "arXiv:2104.08691)",
  ),
  bottleneck: z.strictObject({
    width: z.int().min(1).max(4096).default(16).describe("Units of the narrow layer"),
  }).optional().describe(
    "A narrow perceptron after attention and after the perceptron (Houlsby et al. 2019, " +
      "arXiv:1902.00751)",
  ),
  file: pathText().optional().describe(
    "An adapter to begin with: a folder as PEFT writes it, of LoRA or DoRA; kind and sizes are its own",
  ),
  base: z.enum(["int8", "nf4"]).optional().describe(
    "The layers' matrices, which are not trained, in few bits: int8 with a scale a row; nf4, 4-bit " +
      "NormalFloat with a scale for 64 numbers (QLoRA: Dettmers et al. 2023, arXiv:2305.14314). " +
      "Default: float32",
  ),
  separate: z.boolean().optional().describe(
    "Whether `export` writes the adapter alone, as PEFT reads it; default: merged into the model",
  ),
}).superRefine((value, context) => {
  const given = [...KINDS, "file" as const].filter((kind) => value[kind] !== undefined);
  if (given.length === 1) return;
  context.addIssue({
    code: "custom",
    message: given.length === 0
      ? `an adapter of one kind was expected: ${list([...KINDS, "file"])}`
      : `${given.join(" and ")} were given; an adapter is of one kind`,
  });
});

/** See `adapterConfig`. */
export type AdapterConfig = z.output<typeof adapterConfig>;

/** LoRA or DoRA. */
export interface LowRankAdapter {
  readonly kind: "lora" | "dora";
  readonly rank: number;
  readonly alpha: number;
  readonly rsLora: boolean;
  /** Each once, in the order of `MAPS`. */
  readonly targets: readonly MapName[];
  readonly dropout: number;
}

/** An adapter with nothing left out. */
export type Adapter =
  | LowRankAdapter
  | { readonly kind: "prefix" | "prompt"; readonly length: number }
  | { readonly kind: "bottleneck"; readonly width: number };

/** What x·down·up is multiplied by. Kalajdzievski 2023 (arXiv:2312.03732) for rsLoRA. */
export function scaleOf({ alpha, rank, rsLora }: LowRankAdapter): number {
  return alpha / (rsLora ? Math.sqrt(rank) : rank);
}

/** Maps that a decoder's layers have. */
export function mapsIn(shape: DecoderShape): MapName[] {
  return MAPS.filter((name) => Object.hasOwn(mapsOf(shape), name));
}

function targetsOf(targets: AdapterTargets, shape: DecoderShape): MapName[] {
  const known = mapsIn(shape);
  if (targets === "all") return known;
  const unknown = targets.find((name) => !known.includes(name));
  if (unknown === undefined) return known.filter((name) => targets.includes(name));
  throw new UsageError(
    `adapter: targets name ${unknown}, and a layer of this form has ${list(known)}`,
  );
}

type AdapterTargets = "all" | readonly MapName[];

/**
 * The adapter that a suite asks for; undefined where it is in a file.
 * @throws UsageError for a target that the form has none of
 */
export function adapterOf(config: AdapterConfig, shape: DecoderShape): Adapter | undefined {
  const { lora, dora, prefix, prompt, bottleneck } = config;
  const low = lora ?? dora;
  if (low !== undefined) {
    const { rank, alpha = rank, rsLora, dropout } = low;
    return {
      kind: lora === undefined ? "dora" : "lora",
      rank,
      alpha,
      rsLora,
      targets: targetsOf(low.targets, shape),
      dropout,
    };
  }
  if (prefix !== undefined) return { kind: "prefix", length: prefix.length };
  if (prompt !== undefined) return { kind: "prompt", length: prompt.length };
  return bottleneck === undefined ? undefined : { kind: "bottleneck", width: bottleneck.width };
}

/** Peak learning rates where nothing is said: of the order that PEFT's examples and the papers have. */
const RATES = { lora: 1e-3, dora: 1e-3, bottleneck: 1e-3, prefix: 1e-2, prompt: 3e-2 } as const;

/** An adapter's peak learning rate, as a suite asks for it or by its kind. */
export function adapterRate(
  { adapter = {}, learningRate }: {
    readonly adapter?: Partial<AdapterConfig>;
    readonly learningRate?: number;
  },
): number {
  // What a file may hold is of low rank.
  const kind = KINDS.find((name) => adapter[name] !== undefined) ?? "lora";
  return learningRate ?? RATES[kind];
}
