/**
 * A run of `respond`: a policy answers prompts several times each, the answers are judged, and those that
 * are chosen are kept as documents for other runs: rejection sampling, best-of-n distillation, and
 * preferences of the model's own answers.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import {
  askingFor,
  type Exchange,
  exchangesOf,
  type MadeDocument,
  madeLines,
  type Message,
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
import { type FinishedModel, finishedModel, takes } from "../../run/model/mod.ts";
import { type Answer, answersTo, type LanguageModel } from "../../subject/mod.ts";
import { type Block, forgetBlocks, inBlocks } from "../made/blocks.ts";
import { keptOf, pairOf } from "./choose.ts";
import type { RespondConfig } from "./entry.ts";
import { numbersOf, type PromptDone } from "./numbers.ts";
import { byJudge, byRule, dialogueOf } from "../made/worth.ts";

/** Roles of what it takes. */
export const POLICY = "policy", JUDGE = "judge";

/** Answers that are drawn between two times that they are kept. */
const ANSWERS_AT_ONCE = 256;
/** Held-out prompts draw by other numbers of rows than training prompts do. */
const TEST_ROWS = 1 << 30;

/** What answers are made with. */
interface Answering {
  readonly run: Run;
  readonly config: RespondConfig;
  readonly dataset: Dataset;
  readonly language: LanguageModel;
  readonly judge: FinishedModel | null;
  readonly label: string;
}

/** A prompt as the policy is asked it, as documents have it, and as a judge sees it. */
const promptsOf = ({ ask, keepAsking }: RespondConfig, prompt: readonly Message[]) => ({
  asked: ask === undefined ? prompt : askingFor(prompt, ask),
  written: ask === undefined ? prompt : keepAsking ? askingFor(prompt, ask) : withoutAsking(prompt),
  judged: withoutAsking(prompt),
});

/** Answers to the prompts of a block, judged and chosen. */
async function answered(
  { run, config, dataset, language, judge, label }: Answering,
  { split, from, to }: Block & { readonly split: "train" | "test" },
): Promise<PromptDone[]> {
  const { count, tokens: most, temperature, topP, topK, template } = config;
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const exchanges = await exchangesOf(dataset, { split, rows });
  const first = split === "train" ? 0 : TEST_ROWS;
  const asked = exchanges.flatMap(({ prompt }, i) => {
    const messages = promptsOf(config, prompt).asked;
    return Array.from({ length: count }, (_, k) => ({
      messages,
      row: first + (from + i) * count + k,
    }));
  });
  const answers = await answersTo(language, asked, { most, temperature, topP, topK, template });
  const each = answers.map(({ text }, at) => ({
    exchange: exchanges[Math.floor(at / count)],
    text,
  }));
  const verdicts = byRule(each);
  const judged = judge === null ? null : await byJudge(judge.subject, each, {
    weigh: config.weigh,
    prompt: ({ prompt }) => promptsOf(config, prompt).judged,
  });
  const choose = config.choose ?? (judge === null ? "rule" : "judge");
  const worth = choose === "judge" ? judged : verdicts?.map(({ reward }) => reward);
  if (worth === null || worth === undefined) {
    throw new DataError(
      choose === "rule"
        ? `respond: the dialogues of ${dataset.name} come without facts, by which the rule judges: name ` +
          "a judge, `by: NAME`"
        : "respond: `choose: judge` wants a judge, `by: NAME`",
    );
  }
  return exchanges.map((exchange, i): PromptDone => {
    const at = i * count, own = <T>(all: readonly T[]) => all.slice(at, at + count);
    const kept = keptOf(own(worth), config);
    const done = {
      answers: own(answers),
      worth: own(worth),
      verdicts: verdicts && own(verdicts),
      judged: judged && own(judged),
      kept,
    };
    const source = { policy: label, seed: run.planned.spec.seed, row: from + i, by: choose };
    return {
      tokens: done.answers.map(({ tokens }) => tokens),
      ended: done.answers.map(({ ended }) => ended ? 1 : 0),
      rewards: done.verdicts?.map(({ reward }) => reward) ?? null,
      right: done.verdicts?.map(({ exact }) => exact ? 1 : 0) ?? null,
      judged: done.judged,
      kept,
      documents: split === "test" ? [] : documentsOf(config, exchange, { ...done, from: source }),
    };
  });
}

/** What is written of a prompt. */
function documentsOf(
  config: RespondConfig,
  exchange: Exchange,
  { answers, worth, verdicts, kept, from }: {
    readonly answers: readonly Answer[];
    readonly worth: readonly number[];
    readonly verdicts: ReturnType<typeof byRule>;
    readonly kept: readonly number[];
    readonly from: Readonly<Record<string, unknown>>;
  },
): MadeDocument[] {
  const prompt = promptsOf(config, exchange.prompt).written;
  const facts = exchange.facts === null ? {} : { facts: exchange.facts };
  const said = (k: number): Message[] => [{ role: "assistant", content: answers[k].text }];
  if (config.pairs) {
    const pair = pairOf(worth);
    if (pair === null) return [];
    const { chosen, rejected } = pair;
    return [{
      prompt,
      chosen: said(chosen),
      rejected: said(rejected),
      ...facts,
      from: { ...from, answers: [chosen, rejected], worth: [worth[chosen], worth[rejected]] },
    }];
  }
  return kept.map((k) => ({
    messages: dialogueOf(prompt, answers[k].text),
    ...facts,
    ...(verdicts && { labels: { ...verdicts[k].attributes } }),
    from: { ...from, answer: k, worth: worth[k] },
  }));
}

/** Executes a run of protocol `respond`; see the module. */
export async function executeRespond(run: Run): Promise<Outcome> {
  const { planned: { spec }, host } = run;
  const config = spec.config as unknown as RespondConfig;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => dataOf(run));
  const models: FinishedModel[] = [];
  const open = async (role: string) => {
    const model = await timed(run, "compile", () => finishedModel(run, role));
    models.push(model);
    return model;
  };
  try {
    const policy = await open(POLICY);
    const judge = takes(run, JUDGE) ? await open(JUDGE) : null;
    const { language } = policy.subject;
    if (language === undefined) throw new DataError(`respond: ${policy.label} writes no text`);
    const parts = { run, config, dataset, language, judge, label: policy.label };
    const size = Math.max(1, Math.floor(ANSWERS_AT_ONCE / config.count));
    const blocks = (split: "train" | "test", most: number) => ({
      phase: `answers-${split}`,
      total: Math.min(most, dataset.size(split)),
      size,
      make: (block: Block) => answered(parts, { ...block, split }),
    });
    const train = blocks("train", config.prompts ?? Infinity), test = blocks("test", config.test);
    if (train.total === 0) throw new DataError(`respond: ${dataset.name} has no training prompts`);
    const done = await inBlocks(run, train), held = done && await inBlocks(run, test);
    if (done === null || held === null) {
      await run.status.interrupted();
      return { kind: "stopped", step: 0 };
    }
    const documents = done.all.flatMap((one) => one.documents);
    if (documents.length === 0) {
      throw new DataError(
        config.pairs
          ? "respond: no prompt has two answers that differ in what they are worth: no pair is left"
          : `respond: no answer is worth ${config.above}: lower \`above\``,
      );
    }
    const artefact = await keepArtefact(run, {
      name: "data",
      file: "data.jsonl",
      about: `${documents.length} ${config.pairs ? "preferences among" : "of the"} answers of ` +
        policy.label,
      bytes: madeLines(documents),
    });
    const outcome = await writeRecord(run, {
      state: "done",
      dataset,
      ...untrained,
      resumed: done.resumed,
      metrics: [],
      artefacts: [artefact],
      measured: {
        ...numbersOf(done.all),
        documents: documents.length,
        ...Object.fromEntries(
          Object.entries(held.all.length === 0 ? {} : numbersOf(held.all))
            .map(([name, value]) => [`test ${name}`, value]),
        ),
      },
    });
    for (const all of [train, test]) await forgetBlocks(run, all);
    return outcome;
  } finally {
    for (const model of models) model.free();
  }
}
