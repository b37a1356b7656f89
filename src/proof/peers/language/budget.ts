/**
 * One language model trained here and in PyTorch for as many seconds each: from equal weights, on equal
 * windows in an equal order, at the same time on one machine. Each side has as many processors, and
 * what else the machine does disturbs both.
 * @module
 */
import { join } from "@std/path";
import type { Engine } from "../../../engine/mod.ts";
import { median } from "../../../stats/mod.ts";
import { Contender, type ContenderName, type StartOptions } from "../contender/contender.ts";
import { FILES, type WindowOrder, writeExchange } from "../contender/exchange.ts";
import { type LanguageInput, type LanguageSettings, languageSettings } from "../models.ts";

/** Who is compared. */
export const SIDES = ["ours", "torch-eager"] as const satisfies readonly ContenderName[];
/** One of `SIDES`. */
export type Side = typeof SIDES[number];

/** What is trained, and for how long. */
export interface BudgetOptions extends StartOptions {
  readonly config: LanguageInput;
  readonly batch: number;
  /** Of training, of both sides at the same time; compilation isn't in it. */
  readonly seconds: number;
  /** The processors of both sides: twice `threads`. */
  readonly processors: readonly number[];
  readonly tokenizer: { readonly vocabulary: number; readonly separator: number };
  /** The windows of a training of so many steps. */
  readonly windows: (steps: number) => Promise<WindowOrder>;
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** What a side did. */
export interface Trained {
  /** Steps that its schedule was laid out for, and that it made. */
  readonly steps: number;
  /** What they took. */
  readonly seconds: number;
  /** The first step, compilation in it. */
  readonly firstSeconds: number;
  /** The processors that it ran on, by number. */
  readonly processors: readonly number[];
  /** For how long they worked for its steps, all together; null where the system doesn't tell. */
  readonly processorSeconds: number | null;
  /** For how long it trained when the other side was done. */
  readonly aloneSeconds: number;
  readonly versions: Readonly<Record<string, string>>;
  /** File of its weights. */
  readonly weights: string;
}

/** Trials in which the time of a step is found, and their share of the budget, all together. */
const TRIALS = 3, TRIAL_SHARE = 0.03;
/** Seconds after which a side says how far it is. */
const PART = 10;

/** A side whose process is there. */
export interface Running {
  readonly side: Side;
  readonly contender: Pick<Contender, "ask" | "processorSeconds">;
}

/** A side, what it runs on, and what it took to start. */
interface Started extends Running {
  readonly contender: Contender;
  readonly processors: readonly number[];
  readonly firstSeconds: number;
}

/**
 * The processors of each side: as many, and none of both. The next seed has them the other way round,
 * as the system's own work may be on one half.
 */
export function halves(
  processors: readonly number[],
  seed: number,
): Readonly<Record<Side, readonly number[]>> {
  const half = processors.length / 2;
  const [first, second] = [processors.slice(0, half), processors.slice(half)];
  return seed % 2 === 1
    ? { "ours": first, "torch-eager": second }
    : { "ours": second, "torch-eager": first };
}

/** Starts a side on a model and lets it compile. */
async function start(
  side: Side,
  folder: string,
  options: StartOptions & { readonly processors: readonly number[] },
): Promise<Started> {
  const { processors } = options;
  const contender = await Contender.start(side, options);
  try {
    await contender.ask({ do: "load", folder });
    const { seconds } = await contender.ask({ do: "first" });
    return { side, contender, processors, firstSeconds: seconds };
  } catch (error) {
    await contender.close();
    throw error;
  }
}

/** Seconds of a step of each side while the other trains too: medians of trials. */
export async function stepSeconds(
  running: readonly Running[],
  seconds: number,
): Promise<ReadonlyMap<Side, number>> {
  const trialSeconds = Math.max(0.2, seconds * TRIAL_SHARE / TRIALS);
  const found = new Map<Side, number[]>(running.map(({ side }) => [side, []]));
  const steps = new Map<Side, number>(running.map(({ side }) => [side, 1]));
  for (let trial = 0; trial <= TRIALS; trial++) {
    await Promise.all(running.map(async ({ side, contender }) => {
      const count = steps.get(side)!;
      const { seconds } = await contender.ask({ do: "run", steps: count });
      // The first, of one step, only says how many make a trial.
      if (trial > 0) found.get(side)!.push(seconds / count);
      else steps.set(side, Math.max(1, Math.round(trialSeconds / seconds)));
    }));
  }
  return new Map([...found].map(([side, times]) => [side, median(times)]));
}

/** The model's folder again, for a schedule of so many steps. */
async function withSteps(
  folder: string,
  { side, settings }: { readonly side: Side; readonly settings: LanguageSettings },
): Promise<string> {
  const own = `${folder}-${side}`;
  await Deno.mkdir(own, { recursive: true });
  for (const name of [FILES.params, FILES.inputs]) {
    await Deno.copyFile(join(folder, name), join(own, name));
  }
  await Deno.writeTextFile(join(own, FILES.settings), JSON.stringify(settings));
  return own;
}

/** Runs all steps of all sides, each at its own pace, at the same time. */
export async function trainTogether(
  running: readonly Running[],
  { steps, stepSeconds, say }: {
    readonly steps: ReadonlyMap<Side, number>;
    readonly stepSeconds: ReadonlyMap<Side, number>;
    readonly say: (line: string) => void;
  },
): Promise<ReadonlyMap<Side, Pick<Trained, "seconds" | "processorSeconds" | "aloneSeconds">>> {
  const sides = running.map(({ side, contender }) => ({
    side,
    contender,
    all: steps.get(side)!,
    part: Math.max(1, Math.round(PART / stepSeconds.get(side)!)),
    done: 0,
    seconds: 0,
    ended: Infinity,
    processorSeconds: null as number | null,
  }));
  let told = 0;
  const tell = () => {
    const tenths = Math.floor(10 * Math.min(...sides.map(({ done, all }) => done / all)));
    if (tenths <= told) return;
    told = tenths;
    const words = sides.map(({ side, done, all, seconds }) =>
      `${side} ${done} of ${all} steps in ${seconds.toFixed(0)} s`
    );
    say(`  ${words.join(", ")}`);
  };
  await Promise.all(sides.map(async (own) => {
    const before = own.contender.processorSeconds();
    while (own.done < own.all) {
      const count = Math.min(own.part, own.all - own.done);
      own.seconds += (await own.contender.ask({ do: "run", steps: count })).seconds;
      own.done += count;
      tell();
    }
    own.ended = performance.now();
    const after = own.contender.processorSeconds();
    if (before !== null && after !== null) own.processorSeconds = after - before;
  }));
  const first = Math.min(...sides.map(({ ended }) => ended));
  return new Map(
    sides.map(({ side, seconds, processorSeconds, ended }) => [
      side,
      { seconds, processorSeconds, aloneSeconds: (ended - first) / 1000 },
    ]),
  );
}

/** Trains both sides with one seed. `engine` only draws what they start from. */
export async function trainForBudget(
  engine: Engine,
  seed: number,
  options: BudgetOptions,
): Promise<
  { readonly settings: LanguageSettings; readonly sides: Readonly<Record<Side, Trained>> }
> {
  const { config, batch, seconds, tokenizer, folder, say } = options;
  const processors = halves(options.processors, seed);
  const settingsOf = (name: string, steps: number) =>
    languageSettings({ config, batch, vocabulary: tokenizer.vocabulary }, {
      name,
      steps,
      separator: tokenizer.separator,
    });
  const written = async (name: string, steps: number) => {
    const windows = await options.windows(steps);
    const settings = settingsOf(name, steps);
    return await writeExchange(engine, { settings, folder, seed, windows, fresh: true });
  };
  // Steps of a trial: more than any machine makes in that share of the budget.
  const trial = await written(`seed-${seed}-trial`, 64 + Math.ceil(400 * seconds * TRIAL_SHARE));
  const running: Started[] = [];
  try {
    for (const side of SIDES) {
      running.push(await start(side, trial, { ...options, processors: processors[side] }));
    }
    const perStep = await stepSeconds(running, seconds);
    const steps = new Map(
      [...perStep].map(([side, each]) => [side, Math.max(2, Math.floor(seconds / each))]),
    );
    for (const [side, each] of perStep) {
      say(`  ${side}: ${(1000 * each).toFixed(1)} ms a step, so ${steps.get(side)} steps`);
    }
    // What a side looks at in `first` is not a step of its training.
    const whole = await written(`seed-${seed}`, Math.max(...steps.values()));
    for (const { side, contender } of running) {
      const settings = settingsOf(`seed-${seed}`, steps.get(side)!);
      const own = await withSteps(whole, { side, settings });
      await contender.ask({ do: "load", folder: own });
      await contender.ask({ do: "first" });
      await contender.ask({ do: "losses", steps: 0 }); // back to the start
    }
    const taken = await trainTogether(running, { steps, stepSeconds: perStep, say });
    const sides = {} as Record<Side, Trained>;
    for (const { side, contender, processors, firstSeconds } of running) {
      const weights = join(folder, `seed-${seed}-${side}.safetensors`);
      await contender.ask({ do: "save", file: weights });
      sides[side] = {
        steps: steps.get(side)!,
        ...taken.get(side)!,
        firstSeconds,
        processors,
        versions: contender.ready.versions,
        weights,
      };
    }
    return { settings: settingsOf(`seed-${seed}`, sides.ours.steps), sides };
  } finally {
    for (const { contender } of running) await contender.close();
  }
}
