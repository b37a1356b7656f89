/**
 * What tests/peers/trl_golden.py writes: one batch and one small model, and TRL's losses of them.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { z } from "zod";

const tensor = z.strictObject({ shape: z.array(z.int()), data: z.base64() });
const tree = z.record(z.string(), tensor);

const golden = z.strictObject({
  versions: z.record(z.string(), z.string()),
  shape: z.strictObject({
    layers: z.int(),
    width: z.int(),
    heads: z.int(),
    key_value_heads: z.int(),
    hidden: z.int(),
    context: z.int(),
    epsilon: z.number(),
    vocabulary: z.int(),
    end: z.int(),
  }),
  /** Prompts with chosen answers, then with rejected ones; 1 where a token is the answer's. */
  rows: z.strictObject({
    tokens: z.array(z.array(z.int())),
    scored: z.array(z.array(z.int())),
  }),
  /** By the paths of a decoder's parameters; float32 in base64. */
  weights: z.strictObject({ policy: tree, reference: tree, judge: tree }),
  losses: z.array(z.strictObject({
    name: z.string(),
    objective: z.string(),
    settings: z.record(z.string(), z.union([z.number(), z.boolean()])),
    loss: z.number(),
    gradient_norm: z.number(),
    /** Policy and reference have changed places. */
    turned: z.literal(true).optional(),
  })),
});

/** See the module. */
export type TrlGolden = z.output<typeof golden>;
/** A tensor of it. */
export type GoldenTensor = z.output<typeof tensor>;

/** The committed one. */
export const goldenPath = fromFileUrl(
  new URL("../../../../tests/golden/lifecycle/trl.json", import.meta.url),
);

/** Reads one. @throws ZodError where it has another form */
export async function readGolden(path = goldenPath): Promise<TrlGolden> {
  return golden.parse(JSON.parse(await Deno.readTextFile(path)));
}
