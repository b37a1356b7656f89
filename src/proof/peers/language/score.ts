/**
 * Bits a byte of held-out documents, by one code for all weights, in a process of its own:
 * `deno run -A score.ts JOB.json` prints one JSON line.
 * @module
 */
import type { Dataset } from "../../../data/mod.ts";
import { disposeTree, type EngineName, openEngine, type TensorTree } from "../../../engine/mod.ts";
import { safetensorsToTree } from "../../../nn/mod.ts";
import { log } from "../../../numeric/mod.ts";
import { fitted, ngramSubject } from "../../../protocols/control/mod.ts";
import { hostKey } from "../../../random/host/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { compilePrograms, sampleContext } from "../../../run/model/mod.ts";
import { type LanguageModel, languageOf } from "../../../subject/mod.ts";
import { readTokenizer, type Tokenizer } from "../../../tokenizers/mod.ts";
import { languageFamily } from "../contender/programs.ts";
import type { LanguageSettings } from "../models.ts";
import { bytesOf, CACHE, heldOut, openText } from "./text.ts";

/** What is to be scored. */
export interface Job {
  readonly engine: EngineName;
  readonly threads: number;
  readonly data: string;
  /** Path of its `tokenizer.json`. */
  readonly tokenizer: string;
  readonly settings: LanguageSettings;
  /** Paths of weights, by whose they are. */
  readonly weights: Readonly<Record<string, string>>;
}

/** Bits a byte by whose weights they are, and of a 5-gram of the training documents. */
export interface Scores {
  readonly bits: Readonly<Record<string, number>>;
  readonly fiveGram: number;
  readonly documents: number;
  readonly bytes: number;
}

/** −Σ ln p / (ln 2 · bytes). */
export async function bitsOf(
  language: Pick<LanguageModel, "rolling">,
  texts: readonly string[],
): Promise<number> {
  const scored = await language.rolling(texts);
  const nats = scored.reduce((sum, { logProbability }) => sum - logProbability, 0);
  return nats / log(2) / bytesOf(texts);
}

/** Modified Kneser–Ney, in the same tokens. */
async function fiveGramBits(
  dataset: Dataset<"text">,
  { tokenizer, texts }: { readonly tokenizer: Tokenizer; readonly texts: readonly string[] },
): Promise<number> {
  const model = fitted(dataset as unknown as Dataset, { tokenizer, order: 5 });
  const { language } = ngramSubject({ label: "5-gram", tokenizer, model, key: hostKey(0) });
  return await bitsOf(language!, texts);
}

async function score({ engine: name, threads, settings, weights, ...job }: Job): Promise<Scores> {
  const { engine } = await openEngine(name, { threads });
  const tokenizer: Tokenizer = await readTokenizer(await Deno.readFile(job.tokenizer), {
    cache: CACHE,
  });
  const dataset = await openText(job.data), texts = await heldOut(dataset);
  const model = languageFamily(settings, tokenizer);
  const programs = compilePrograms(engine, model, { label: "score" });
  const bits: Record<string, number> = {};
  for (const [whose, file] of Object.entries(weights)) {
    const { params: fresh, ...rest } = model.init(keyTensor([0, 0]));
    disposeTree(fresh as TensorTree);
    const params = safetensorsToTree(engine, await Deno.readFile(file)).tree;
    const state = { ...rest, params };
    const language = languageOf(model.driver.language!(state, {
      ...sampleContext(engine, programs),
      read: (tensor) => engine.read(tensor),
      key: () => keyTensor([0, 0]),
    }));
    bits[whose] = await bitsOf(language, texts);
    disposeTree(state);
  }
  const fiveGram = await fiveGramBits(dataset, { tokenizer, texts });
  return { bits, fiveGram, documents: texts.length, bytes: bytesOf(texts) };
}

if (import.meta.main) {
  const job = JSON.parse(await Deno.readTextFile(Deno.args[0])) as Job;
  console.log(JSON.stringify(await score(job)));
  Deno.exit(0);
}
