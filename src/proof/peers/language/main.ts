/**
 * `deno task peers:language`: a language model trained here and in PyTorch for as many seconds.
 * @module
 */
import { join } from "@std/path";
import type { Arguments, Command, Terminal } from "../../../cli/mod.ts";
import { openEngine } from "../../../engine/mod.ts";
import { exitCodes, UsageError, writeAtomic } from "../../../base/mod.ts";
import {
  type Budget,
  budgetPath,
  type BudgetTerms,
  readBudget,
  unequalBudgets,
} from "../../figures/language/mod.ts";
import { inTempFolder } from "../../figures/process.ts";
import { runCommand } from "../command.ts";
import { comparisonOptions, type Defaults, openComparison } from "../comparison.ts";
import { allowedProcessors } from "../contender/processors.ts";
import { type LanguageInput, languageSettings } from "../models.ts";
import { type BudgetOptions, SIDES, type Trained, trainForBudget } from "./budget.ts";
import { MARGIN } from "./margin.ts";
import type { Job, Scores } from "./score.ts";
import { learnTokenizer, openText, trainingWindows } from "./text.ts";

/**
 * The model of the figures, as a suite would write it: the family's own optimiser and schedule. Twenty
 * minutes of one processor see some ten million tokens of it, ten for each of its parameters: with
 * more depth there are too few (1.457 bits a byte at depth 3 after 7 minutes, 1.365 at depth 2).
 */
const CONFIG: LanguageInput = { depth: 2 };
const BATCH = 8;
const VOCABULARY = 4096;
const DATA = "speeches";
const SECONDS = 1200;
/** Most processors of a side. */
const HALF = Math.max(1, Math.floor(navigator.hardwareConcurrency / 2));
const DEFAULTS: Defaults = { seeds: [1, 2, 3], path: budgetPath };
const options = comparisonOptions(DEFAULTS);

/** What the command line says of itself. */
export const command: Command = {
  name: "peers:language",
  summary: "A language model trained here and in PyTorch for as many seconds",
  about:
    "Trains the same decoder here and in eager PyTorch from equal weights, on equal windows of " +
    `\`${DATA}\` in an equal order, at the same time for as many seconds, each side on processors ` +
    "of its own, and scores both on held-out documents by one code, beside a 5-gram of the same " +
    `tokens. Ours may be ${MARGIN} bits a byte worse at most, and must be better than the 5-gram, ` +
    "in every seed. Seeds that the file has under the same terms are kept, so that what was " +
    "interrupted goes on; those of unequal budgets are trained again. Takes the seconds a seed and a tenth more; leave the machine alone " +
    "meanwhile.",
  positionals: [],
  options: [
    options.seeds,
    {
      name: "seconds",
      value: "N",
      takes: { kind: "whole", minimum: 1 },
      about: `Of training, of both sides at the same time. Default: ${SECONDS}`,
    },
    {
      name: "data",
      value: "NAME",
      about: `A dataset of documents, or a folder of text files. Default: ${DATA}`,
    },
    {
      name: "threads",
      value: "N",
      takes: { kind: "whole", minimum: 1, maximum: HALF },
      about: "Processors of each side. Default: half of them",
    },
    options.engine,
    options.out,
  ],
  examples: [
    ["deno task peers:language", "three seeds, some 65 minutes"],
    ["deno task peers:language --seconds 20 --seeds 1 --out /tmp/budget.json", "that all works"],
  ],
  exits: [
    [exitCodes.pass, "measured, and both hold in every seed"],
    [exitCodes.regressed, "one of them doesn't hold"],
    [exitCodes.failed, "the sides trained for unequal times: the machine had other work"],
    [exitCodes.usage, "wrong options, no Python, one processor, or other terms than the file's"],
  ],
  load: () => Promise.resolve({ main }),
};

/** Scores weights in a process of its own, with all of the machine's threads. */
async function scoresOf(job: Job, folder: string): Promise<Scores> {
  const file = join(folder, "job.json");
  await Deno.writeTextFile(file, JSON.stringify(job));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("score.ts", import.meta.url).href, file],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) {
    const words = new TextDecoder().decode(stderr).trim().split("\n").slice(-6).join("\n  ");
    throw new Error(`scoring failed:\n  ${words}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!) as Scores;
}

const sideOf = ({ weights: _, processors, ...trained }: Trained, bits: number) => ({
  bits,
  ...trained,
  processors: [...processors],
});

/** What differs between what is asked and what a file holds; null where nothing does. */
export function otherTerms(found: BudgetTerms, asked: Partial<BudgetTerms>): string | null {
  const differ = Object.entries(asked).filter(([key, value]) =>
    JSON.stringify(found[key as keyof BudgetTerms]) !== JSON.stringify(value)
  );
  return differ.length === 0 ? null : differ.map(([key]) => `\`${key}\``).join(", ");
}

async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const threads = args.whole("threads") ?? HALF;
  const processors = (await allowedProcessors()).slice(0, 2 * threads);
  if (processors.length < 2 * threads) {
    throw new UsageError(
      "both sides train at the same time, each on processors of its own: that wants two " +
        `processors or more, and this program may use ${processors.length}`,
    );
  }
  const comparison = await openComparison(args, { ...DEFAULTS, terminal });
  const { say, seeds, engine: engineName, out, python } = comparison;
  const seconds = args.whole("seconds") ?? SECONDS;
  const data = args.one("data") ?? DATA;
  const dataset = await openText(data);
  say(`${data}: learning ${VOCABULARY} tokens of its documents`);
  const { tokenizer, json } = await learnTokenizer(dataset, VOCABULARY);
  const { separator, vocabulary } = tokenizer;
  const model = languageSettings({ config: CONFIG, vocabulary, batch: BATCH }, {
    name: "language",
    steps: 100,
    separator,
  });
  const terms = {
    margin: MARGIN,
    seconds,
    data: { name: dataset.name, digest: dataset.digest },
    tokenizer: tokenizer.digest,
    config: { ...CONFIG },
    batch: BATCH,
    threads,
    about: model.about,
  };
  let report = await readBudget(out);
  const other = report === null ? null : otherTerms(report, terms);
  if (other !== null) {
    throw new UsageError(
      `${out} has seeds under other terms (${other} differ): remove it, or name another with --out`,
    );
  }
  const source = await comparison.source(threads);
  await inTempFolder(async (folder) => {
    const tokenizerFile = join(folder, "tokenizer.json");
    await Deno.writeTextFile(tokenizerFile, json);
    // Draws what both sides start from; the same bits on every machine.
    const { engine } = await openEngine("wasm");
    for (const seed of seeds) {
      const kept = report?.seeds[seed];
      const fault = kept === undefined ? null : unequalBudgets(kept);
      if (kept !== undefined && fault === null) {
        say(`seed ${seed}: in ${out} already`);
        continue;
      }
      if (fault !== null) say(`seed ${seed}: in ${out} with ${fault}; trained again`);
      say(`seed ${seed}: ${seconds} s, both sides at the same time, ${threads} threads each`);
      const options: BudgetOptions = {
        engine: engineName,
        device: "cpu",
        threads,
        processors,
        python,
        reuse: true,
        config: CONFIG,
        batch: BATCH,
        seconds,
        tokenizer: { vocabulary, separator },
        windows: (steps) =>
          trainingWindows(dataset, {
            tokenizer,
            context: model.context,
            batch: BATCH,
            steps,
            seed,
          }),
        folder,
        say,
      };
      const { settings, sides } = await trainForBudget(engine, seed, options);
      const scores = await scoresOf({
        engine: engineName,
        threads: navigator.hardwareConcurrency,
        data,
        tokenizer: tokenizerFile,
        settings,
        weights: Object.fromEntries(SIDES.map((side) => [side, sides[side].weights])),
      }, folder);
      const { bits, fiveGram, documents, bytes } = scores;
      report = {
        format: 2,
        source: { ...source, date: new Date().toISOString() },
        ...terms,
        heldOut: { documents, bytes },
        fiveGram,
        seeds: {
          ...report?.seeds,
          [seed]: {
            ours: sideOf(sides.ours, bits.ours),
            torch: sideOf(sides["torch-eager"], bits["torch-eager"]),
          },
        },
      };
      // After each seed, so that an interruption loses one at most.
      await writeAtomic(out, JSON.stringify(report, null, 1) + "\n");
    }
  });
  return told(report!, terminal);
}

/** A side's time and its processors, to see that it had what the other had. */
function timeOf(
  { seconds, processors, processorSeconds, aloneSeconds }: Budget["seeds"][string]["ours"],
): string {
  const busy = processorSeconds === null
    ? ""
    : `, ${Math.round(100 * processorSeconds / seconds / processors.length)} % busy`;
  return `${seconds.toFixed(1)} s (${aloneSeconds.toFixed(1)} alone) on processors ` +
    `${processors.join()}${busy}`;
}

function told({ seeds, fiveGram, margin }: Budget, terminal: Terminal): number {
  let holds = true, equal = true;
  for (const [seed, { ours, torch }] of Object.entries(seeds)) {
    const above = ours.bits - torch.bits;
    holds &&= above <= margin && ours.bits < fiveGram;
    terminal.print(
      `seed ${seed}: ${ours.bits.toFixed(4)} bits a byte after ${ours.steps} steps, PyTorch ` +
        `${torch.bits.toFixed(4)} after ${torch.steps}: ${above.toFixed(4)} above it (margin ` +
        `${margin}); 5-gram ${fiveGram.toFixed(4)}`,
    );
    terminal.print(`  trained for ${timeOf(ours)}; PyTorch for ${timeOf(torch)}`);
    const fault = unequalBudgets({ ours, torch });
    equal &&= fault === null;
    if (fault !== null) terminal.print(`  ${fault}: run this again, with the machine left alone`);
  }
  if (!equal) return exitCodes.failed;
  return holds ? exitCodes.pass : exitCodes.regressed;
}

if (import.meta.main) runCommand(command);
