/**
 * One language model trained here and in PyTorch for as many seconds each: from equal weights, on equal
 * windows in an equal order, in turns on one machine.
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
  /** Of training, each side's own; compilation isn't in it. */
  readonly seconds: number;
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
  readonly versions: Readonly<Record<string, string>>;
  /** File of its weights. */
  readonly weights: string;
}

/** Turns in which the time of a step is found, and their share of the budget, all together. */
const TRIALS = 3, TRIAL_SHARE = 0.03;
/** Seconds of a turn. */
const TURN = 10;

interface Running {
  readonly side: Side;
  readonly contender: Contender;
  readonly firstSeconds: number;
}

/** Starts a side on a model and lets it compile. */
async function start(side: Side, folder: string, options: StartOptions): Promise<Running> {
  const contender = await Contender.start(side, options);
  try {
    await contender.ask({ do: "load", folder });
    const { seconds } = await contender.ask({ do: "first" });
    return { side, contender, firstSeconds: seconds };
  } catch (error) {
    await contender.close();
    throw error;
  }
}

/** Seconds of a step of each side, measured in turns: medians. */
async function stepSeconds(
  running: readonly Running[],
  seconds: number,
): Promise<ReadonlyMap<Side, number>> {
  const turn = Math.max(0.2, seconds * TRIAL_SHARE / TRIALS);
  const found = new Map<Side, number[]>(running.map(({ side }) => [side, []]));
  const steps = new Map<Side, number>(running.map(({ side }) => [side, 1]));
  for (let trial = 0; trial <= TRIALS; trial++) {
    for (const { side, contender } of running) {
      const count = steps.get(side)!;
      const { seconds } = await contender.ask({ do: "run", steps: count });
      // The first turn, of one step, only says how many make a turn.
      if (trial > 0) found.get(side)!.push(seconds / count);
      else steps.set(side, Math.max(1, Math.round(turn / seconds)));
    }
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

/** Runs all steps of all sides, some seconds of each in turn. */
async function trainInTurns(
  running: readonly Running[],
  { steps, stepSeconds, say }: {
    readonly steps: ReadonlyMap<Side, number>;
    readonly stepSeconds: ReadonlyMap<Side, number>;
    readonly say: (line: string) => void;
  },
): Promise<ReadonlyMap<Side, number>> {
  const taken = new Map<Side, number>(), done = new Map<Side, number>();
  const left = (side: Side) => steps.get(side)! - (done.get(side) ?? 0);
  let told = 0;
  while (running.some(({ side }) => left(side) > 0)) {
    for (const { side, contender } of running) {
      const count = Math.min(left(side), Math.max(1, Math.round(TURN / stepSeconds.get(side)!)));
      if (count === 0) continue;
      const { seconds } = await contender.ask({ do: "run", steps: count });
      done.set(side, (done.get(side) ?? 0) + count);
      taken.set(side, (taken.get(side) ?? 0) + seconds);
    }
    const share = Math.min(...running.map(({ side }) => 1 - left(side) / steps.get(side)!));
    if (Math.floor(share * 10) > told) {
      told = Math.floor(share * 10);
      const words = running.map(({ side }) => `${side} ${done.get(side)} of ${steps.get(side)}`);
      say(`  ${words.join(", ")} steps`);
    }
  }
  return taken;
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
  const running: Running[] = [];
  try {
    for (const side of SIDES) running.push(await start(side, trial, options));
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
    const taken = await trainInTurns(running, { steps, stepSeconds: perStep, say });
    const sides = {} as Record<Side, Trained>;
    for (const { side, contender, firstSeconds } of running) {
      const weights = join(folder, `seed-${seed}-${side}.safetensors`);
      await contender.ask({ do: "save", file: weights });
      const { versions } = contender.ready;
      const made = { steps: steps.get(side)!, seconds: taken.get(side)!, firstSeconds };
      sides[side] = { ...made, versions, weights };
    }
    return { settings: settingsOf(`seed-${seed}`, sides.ours.steps), sides };
  } finally {
    for (const { contender } of running) await contender.close();
  }
}
