/**
 * A run of `annotate`: a model says which attributes the answers of dialogues have, and the dialogues are
 * kept with these as labels and as what is asked for (SteerLM's second step).
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import {
  answerText,
  askingFor,
  type Exchange,
  exchangesOf,
  type MadeDocument,
  madeLines,
  withoutAsking,
} from "../../data/text/mod.ts";
import {
  dataOf,
  keepArtefact,
  type Outcome,
  type Run,
  timed,
  untrained,
  writeRecord,
} from "../../run/mod.ts";
import { finishedModel } from "../../run/model/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import { type Block, forgetBlocks, inBlocks } from "../made/blocks.ts";
import { dialogueOf, judgeIn } from "../made/worth.ts";
import type { AnnotateConfig } from "./entry.ts";

/** The role of the model that judges. */
export const JUDGE = "judge";

const DIALOGUES_AT_ONCE = 128;

/** A dialogue with what was found, before rounding. */
interface Annotated {
  readonly document: MadeDocument;
  readonly found: Readonly<Record<string, number>>;
}

/** The attributes that are told. @throws DataError where the model doesn't judge one */
function told(subject: Subject, { attributes }: AnnotateConfig): readonly string[] {
  const known = judgeIn(subject).attributes;
  const stray = attributes?.find((name) => !known.includes(name));
  if (stray === undefined) return attributes ?? known;
  throw new DataError(
    `annotate: \`attributes\` names ${stray}; ${subject.label} judges ${known.join(", ")}`,
  );
}

/** The whole value nearest to what was found, of two the larger, within the bounds. */
export function wholeValue(
  value: number,
  { least, most }: Pick<AnnotateConfig, "least" | "most">,
): number {
  return Math.min(most, Math.max(least, Math.floor(value + 0.5)));
}

function documentOf(
  { exchange, found, from }: {
    readonly exchange: Exchange;
    readonly found: Readonly<Record<string, number>>;
    readonly from: Readonly<Record<string, unknown>>;
  },
  config: AnnotateConfig,
): MadeDocument {
  const labels = Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, wholeValue(value, config)]),
  );
  const whole = [...exchange.prompt, ...exchange.answer];
  return {
    messages: config.conditioned ? askingFor(whole, labels) : withoutAsking(whole),
    ...(exchange.facts !== null && { facts: exchange.facts }),
    labels,
    from,
  };
}

async function annotated(
  subject: Subject,
  { dataset, config, from, to }: Block & {
    readonly dataset: Dataset;
    readonly config: AnnotateConfig;
  },
): Promise<Annotated[]> {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const exchanges = await exchangesOf(dataset, { split: "train", rows });
  const bare = exchanges.findIndex(({ answer }) => answer.length === 0);
  if (bare >= 0) {
    throw new DataError(
      `annotate: dialogue ${
        from + bare
      } of ${dataset.name} has no answer; whole dialogues were expected`,
    );
  }
  const judge = judgeIn(subject), names = told(subject, config);
  const { dimension, data } = await judge.judge(
    exchanges.map(({ prompt, answer }) => dialogueOf(withoutAsking(prompt), answerText(answer))),
  );
  return exchanges.map((exchange, i) => {
    const found = Object.fromEntries(
      names.map((name) => [name, data[i * dimension + judge.attributes.indexOf(name)]]),
    );
    const source = { judge: subject.label, row: from + i };
    return { found, document: documentOf({ exchange, found, from: source }, config) };
  });
}

/** Means of what was found, by attribute. */
function numbersOf(all: readonly Annotated[]): Record<string, number> {
  const names = Object.keys(all[0].found);
  return {
    documents: all.length,
    ...Object.fromEntries(
      names.map((name) => [
        `mean ${name}`,
        all.reduce((sum, { found }) => sum + found[name], 0) / all.length,
      ]),
    ),
  };
}

/** Executes a run of protocol `annotate`; see the module. */
export async function executeAnnotate(run: Run): Promise<Outcome> {
  const { planned: { spec }, host } = run;
  const config = spec.config as unknown as AnnotateConfig;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => dataOf(run));
  const judge = await timed(run, "compile", () => finishedModel(run, JUDGE));
  try {
    const total = Math.min(config.dialogues ?? Infinity, dataset.size("train"));
    if (total === 0) throw new DataError(`annotate: ${dataset.name} has no training dialogues`);
    const blocks = {
      phase: "annotate",
      total,
      size: DIALOGUES_AT_ONCE,
      make: (block: Block) => annotated(judge.subject, { ...block, dataset, config }),
    };
    const done = await inBlocks(run, blocks);
    if (done === null) {
      await run.status.interrupted();
      return { kind: "stopped", step: 0 };
    }
    const artefact = await keepArtefact(run, {
      name: "data",
      file: "data.jsonl",
      about: `${total} dialogues with the attributes that ${judge.label} finds in them`,
      bytes: madeLines(done.all.map(({ document }) => document)),
    });
    const outcome = await writeRecord(run, {
      state: "done",
      dataset,
      ...untrained,
      resumed: done.resumed,
      metrics: [],
      artefacts: [artefact],
      measured: numbersOf(done.all),
    });
    await forgetBlocks(run, blocks);
    return outcome;
  } finally {
    judge.free();
  }
}
