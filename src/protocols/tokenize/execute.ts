/**
 * A run of `tokenize`: reads documents, learns or takes a tokenizer, measures it, and keeps its file.
 * It is done within seconds or a few minutes, so a run that was stopped begins again.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { changedSince, contentOf, placed } from "../../content/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import { kindOf } from "../../kinds/mod.ts";
import {
  dataOf,
  keepArtefact,
  type Outcome,
  type Run,
  timed,
  untrained,
  writeRecord,
} from "../../run/mod.ts";
import {
  bytesJson,
  bytesTokenizer,
  learning,
  makeBpe,
  patterns,
  readTokenizer,
  type Tokenizer,
  WordCounts,
} from "../../tokenizers/mod.ts";
import { entry, fileMeant, separatorText, type TokenizeConfig } from "./entry.ts";
import { documentsOf, measured } from "./measure.ts";

/** A tokenizer with its file, and how it came to be. */
interface Got {
  readonly tokenizer: Tokenizer;
  readonly file: Uint8Array;
  readonly documents: number;
  readonly merges: number;
}

/** Thrown inside a run that has been asked to stop. */
class Stopped extends Error {}

/** Tells how far a phase is; stops where that is asked for. */
function teller({ host, status }: Run, phase: string, steps: number) {
  host.emit({ kind: "phase", phase });
  return async (step: number) => {
    if (host.stopped()) throw new Stopped();
    await status.update(phase, step, steps);
    host.emit({ kind: "progress", step, steps, loss: null, rate: null, secondsLeft: null });
  };
}

/** Documents and merges between two reports. */
const often = 64;

async function learnt(run: Run, config: TokenizeConfig, dataset: Dataset): Promise<Got> {
  const { vocabulary, pattern, special, documents: most } = config;
  const total = Math.min(most ?? Infinity, dataset.size("train"));
  if (total === 0) throw new DataError(`tokenize: ${dataset.name} has no training documents`);
  const counts = new WordCounts(patterns[pattern]);
  let documents = 0;
  await timed(run, "data", async () => {
    const tell = teller(run, "read", total);
    for await (const document of documentsOf(dataset, "train", { most })) {
      counts.add(document);
      if (++documents % often === 0) await tell(documents);
    }
  });
  return await timed(run, "steps", async () => {
    const tell = teller(run, "merge", vocabulary);
    const steps = learning(counts, { vocabulary, special: [separatorText, ...special] });
    for (let step = steps.next();; step = steps.next()) {
      if (step.done === true) {
        const { tokenizer, json } = makeBpe(step.value);
        const file = new TextEncoder().encode(json);
        return { tokenizer, file, documents, merges: step.value.merges.length };
      }
      if (step.value % often === 0) await tell(step.value);
    }
  });
}

/** The tokenizer of a file, which has to be as it was when the run was planned. */
async function taken({ planned, store }: Run, config: TokenizeConfig): Promise<Got> {
  const { spec: { content: then }, base } = planned;
  const now = await contentOf(entry, config, { base, cache: store.cache });
  if (now !== then) throw changedSince(`tokenize: the file ${config.file}`, { then, now });
  const path = await fileMeant(placed(base, config.file!));
  const file = await Deno.readFile(path).catch((error: Error) => {
    throw new DataError(
      `tokenize: ${config.file} can't be read (${error.message}); \`file\` is a tokenizer.json, or ` +
        "a folder that has one",
    );
  });
  const tokenizer = await readTokenizer(file).catch((error: Error) => {
    throw error instanceof DataError ? new DataError(`${config.file}: ${error.message}`) : error;
  });
  return { tokenizer, file, documents: 0, merges: 0 };
}

async function got(run: Run, config: TokenizeConfig, dataset: Dataset): Promise<Got> {
  if (config.kind === "file") return await taken(run, config);
  if (config.kind === "bpe") return await learnt(run, config, dataset);
  const file = new TextEncoder().encode(bytesJson());
  return { tokenizer: bytesTokenizer, file, documents: 0, merges: 0 };
}

/** Bytes and tokens of the splits that there are, and tokens that training never has. */
async function numbersOf(run: Run, tokenizer: Tokenizer, dataset: Dataset) {
  const numbers: Record<string, number> = {};
  for (const split of ["train", "test"] as const) {
    const count = dataset.size(split);
    if (count === 0) continue;
    const tell = teller(run, `encode ${split}`, count);
    let done = 0;
    const found = await measured(tokenizer, documentsOf(dataset, split), async () => {
      if (++done % often === 0) await tell(done);
    });
    numbers[`${split} bytes`] = found.bytes;
    numbers[`${split} tokens`] = found.tokens;
    if (split === "train") numbers.unused = found.counts.filter((n) => n === 0).length;
  }
  return numbers;
}

/** Executes a run of protocol `tokenize`; see the module. */
export async function executeTokenize(run: Run): Promise<Outcome> {
  const { planned: { spec }, host } = run;
  const config = spec.config as unknown as TokenizeConfig;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => dataOf(run));
  if (dataset.sample.kind !== "text") {
    const { unit } = kindOf(dataset.sample);
    throw new DataError(
      `tokenize takes texts; ${dataset.name} holds ${unit.many}: name a dataset of texts`,
    );
  }
  try {
    const { tokenizer, file, documents, merges } = await got(run, config, dataset);
    const numbers = await timed(run, "metrics", () => numbersOf(run, tokenizer, dataset));
    const artefact = await keepArtefact(run, {
      name: "tokenizer",
      file: "tokenizer.json",
      about: `A tokenizer of ${tokenizer.vocabulary} tokens, as Hugging Face's tokenizers read it`,
      bytes: file,
    });
    return await writeRecord(run, {
      state: "done",
      dataset,
      ...untrained,
      steps: merges,
      metrics: [],
      artefacts: [artefact],
      measured: { vocabulary: tokenizer.vocabulary, documents, merges, ...numbers },
    });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    await run.status.interrupted();
    return { kind: "stopped", step: 0 };
  }
}
