/**
 * The stages that a suite can name, each loaded when it is asked for.
 * @module
 */
import { UsageError } from "../base/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
import type { StageDefinition } from "./stage.ts";

// deno-lint-ignore no-explicit-any -- each has settings of its own, and no two are compared
type Row = () => Promise<StageDefinition<any>>;

/** Stages by name, in the order in which `list` tells of them. */
export const stages: { readonly [name: string]: Row } = {
  html: () => import("./clean/html.ts").then((m) => m.html),
  unicode: () => import("./clean/unicode.ts").then((m) => m.unicode),
  language: () => import("./clean/language.ts").then((m) => m.language),
  pii: () => import("./clean/pii.ts").then((m) => m.pii),
  gopher_repetition: () => import("./filters/mod.ts").then((m) => m.gopherRepetition),
  gopher_quality: () => import("./filters/mod.ts").then((m) => m.gopherQuality),
  c4_quality: () => import("./filters/mod.ts").then((m) => m.c4Quality),
  fineweb_quality: () => import("./filters/mod.ts").then((m) => m.finewebQuality),
  nemo_heuristics: () => import("./filters/mod.ts").then((m) => m.nemoHeuristics),
  classifier: () => import("./classifier/mod.ts").then((m) => m.classifier),
  exact: () => import("./dedup/mod.ts").then((m) => m.exact),
  minhash: () => import("./dedup/mod.ts").then((m) => m.minhash),
  semantic: () => import("./dedup/mod.ts").then((m) => m.semantic),
  decontaminate: () => import("./decontaminate/mod.ts").then((m) => m.decontaminate),
  synthetic: () => import("./synthetic/synthetic.ts").then((m) => m.synthetic),
  mix: () => import("./mix.ts").then((m) => m.mix),
};

/** A stage's definition. @throws UsageError for a name that there isn't, with the nearest one */
export async function stageOf(name: string): Promise<StageDefinition> {
  if (Object.hasOwn(stages, name)) return await stages[name]() as StageDefinition;
  throw new UsageError(
    `no stage is called \`${name}\`${didYouMean(name, Object.keys(stages))}\n` +
      `  known: ${Object.keys(stages).join(", ")}`,
  );
}

/** All definitions, in the table's order. */
export async function allStages(): Promise<StageDefinition[]> {
  return await Promise.all(Object.keys(stages).map(stageOf));
}
