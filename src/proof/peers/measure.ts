/**
 * How contenders are timed: one process each, all alive, in turns; compilation apart; and the same
 * losses before timing starts.
 * @module
 */
import type { Engine } from "../../engine/mod.ts";
import { median } from "../../stats/mod.ts";
import { disagreement, type Work } from "./agreement.ts";
import { Contender, type ContenderName, type StartOptions } from "./contender/contender.ts";
import { writeExchange } from "./contender/exchange.ts";
import { largestSum, modelSettings, type ModelSize } from "./models.ts";
import { timeRatio } from "./ratio.ts";
import { type Failed, isOurs, type Measured, type PeersModel } from "./page/schema.ts";

/** What is measured, and how long. */
export interface MeasureOptions extends StartOptions {
  readonly size: ModelSize;
  readonly contenders: readonly ContenderName[];
  readonly rounds: number;
  /** Seconds that a contender's turn takes at least. */
  readonly turnSeconds: number;
  /** Where models are written for the contenders. */
  readonly folder: string;
  /** Told what happens. */
  readonly say: (line: string) => void;
}

/** Losses compared before timing: enough that gradients and Adam take part. */
const COMPARED_STEPS = 3;
/** Size and number of the matrix products that give the machine's peak. */
const MATMUL = { size: 2048, repeats: 5 } as const;
/** Threads of the last contender's pool spin a while before they sleep. */
const PAUSE_MS = 100;

/** A contender's numbers before the machine's peak is known. */
export type Timed = Omit<Measured, "utilisation">;

/** A model's numbers before the machine's peak is known. */
export type TimedModel = Omit<PeersModel, "contenders"> & {
  readonly contenders: readonly (Timed | Failed)[];
};

interface Runner {
  readonly contender: Contender;
  readonly numbers: Pick<
    Timed,
    "name" | "versions" | "device" | "threads" | "firstSeconds" | "matmulSeconds" | "losses"
  >;
  readonly memory: Omit<Measured["memory"], "steady" | "device">;
  readonly parameters: number;
  stepsPerTurn: number;
  readonly samples: number[];
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Starts a contender, lets it compile, and reads its first losses. */
async function prepare(
  name: ContenderName,
  { path, options }: { path: string; options: MeasureOptions },
): Promise<Runner> {
  const contender = await Contender.start(name, options);
  try {
    const { versions, device, threads, now } = contender.ready;
    const { parameters } = await contender.ask({ do: "load", folder: path });
    const { seconds: firstSeconds } = await contender.ask({ do: "first" });
    const { peak } = await contender.ask({ do: "memory" });
    options.say(`  ${name}: first step after ${firstSeconds.toFixed(2)} s`);
    const { losses } = await contender.ask({ do: "losses", steps: COMPARED_STEPS });
    const { seconds: matmulSeconds } = await contender.ask({ do: "matmul", ...MATMUL });
    return {
      contender,
      numbers: { name, versions, device, threads, firstSeconds, matmulSeconds, losses },
      memory: { libraries: now, first: peak },
      parameters,
      stepsPerTurn: 1,
      samples: [],
    };
  } catch (error) {
    await contender.close();
    throw error;
  }
}

/** Finds how many steps make a turn, and resets the peak of memory. */
async function warm(runner: Runner, turnSeconds: number): Promise<void> {
  const { contender } = runner;
  for (let steps = 1;; steps *= 4) {
    const { seconds } = await contender.ask({ do: "run", steps });
    if (seconds >= turnSeconds / 4) {
      runner.stepsPerTurn = Math.max(1, Math.ceil(turnSeconds * steps / seconds));
      break;
    }
  }
  await contender.ask({ do: "memory" });
}

async function turns(runners: readonly Runner[], options: MeasureOptions): Promise<void> {
  for (const runner of runners) await warm(runner, options.turnSeconds);
  for (let round = 0; round < options.rounds; round++) {
    // Each goes first in turn, so that no one always follows the same other.
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round) % runners.length];
      await pause();
      const { seconds } = await runner.contender.ask({ do: "run", steps: runner.stepsPerTurn });
      runner.samples.push(seconds / runner.stepsPerTurn);
    }
  }
}

/** Operations of a step, counted by our engine in a process of its own; null where it can't. */
async function countFlops(path: string, options: MeasureOptions): Promise<number | null> {
  try {
    const counter = await Contender.start("ours", options);
    try {
      await counter.ask({ do: "load", folder: path });
      return (await counter.ask({ do: "flops" })).flops;
    } finally {
      await counter.close();
    }
  } catch (error) {
    options.say(`  operations not counted: ${(error as Error).message}`);
    return null;
  }
}

async function finish(runner: Runner): Promise<Timed> {
  const { numbers, samples, stepsPerTurn } = runner;
  const { peak, devicePeak = null } = await runner.contender.ask({ do: "memory" });
  const minimum = Math.min(...samples);
  return {
    ...numbers,
    compileSeconds: Math.max(0, numbers.firstSeconds - minimum),
    stepsPerTurn,
    samples,
    median: median(samples),
    minimum,
    memory: { ...runner.memory, steady: peak, device: devicePeak },
  };
}

/** Measures one model with all contenders, in turns. `engine` only draws what they start from. */
export async function measureModel(
  engine: Engine,
  name: string,
  options: MeasureOptions,
): Promise<TimedModel> {
  const settings = modelSettings(name, options.size);
  options.say(`${name}: ${settings.about}`);
  const path = await writeExchange(engine, { settings, folder: options.folder });
  const flops = await countFlops(path, options);
  const runners: Runner[] = [];
  const failures: Failed[] = [];
  try {
    for (const contender of options.contenders) {
      try {
        runners.push(await prepare(contender, { path, options }));
      } catch (error) {
        const cause = (error as Error).message;
        options.say(`  ${contender}: ${cause}`);
        failures.push({ name: contender, failed: cause });
      }
    }
    await turns(runners, options);
    const measured: Timed[] = [];
    for (const runner of runners) measured.push(await finish(runner));
    return {
      name,
      about: settings.about,
      task: settings.task,
      batch: settings.batch,
      parameters: runners[0]?.parameters ?? 0,
      flopsPerStep: flops,
      contenders: [...measured, ...failures],
      disagreement: worstDisagreement(measured, { terms: largestSum(settings) }),
      ratios: ratiosOf(measured),
    };
  } finally {
    for (const { contender } of runners) await contender.close();
  }
}

/** Of any two contenders' losses; null for fewer than two. */
function worstDisagreement(measured: readonly Timed[], work: Work): number | null {
  const [first, ...others] = measured;
  if (others.length === 0) return null;
  const found = others.map(({ losses }) => disagreement(first.losses, losses, work));
  // JSON has no infinity.
  return Math.min(Number.MAX_VALUE, Math.max(...found));
}

/** Each way of ours against each other's; without ours the first against the rest. */
function ratiosOf(measured: readonly Timed[]): PeersModel["ratios"] {
  const own = measured.some(isOurs) ? measured.filter(isOurs) : measured.slice(0, 1);
  const others = measured.filter((contender) => !own.includes(contender));
  return own.flatMap((of) =>
    others.map((to) => ({ of: of.name, to: to.name, ...timeRatio(of.samples, to.samples) }))
  );
}

/** The greatest rate of operations that anyone's matrix product reached; 0 where none ran. */
export function peakFlops(models: readonly TimedModel[]): number {
  const seconds = models.flatMap(({ contenders }) => contenders)
    .flatMap((contender) => "failed" in contender ? [] : [contender.matmulSeconds]);
  return seconds.length === 0 ? 0 : 2 * MATMUL.size ** 3 / Math.min(...seconds);
}

/** The models with each contender's utilisation: operations a second over the machine's peak. */
export function withUtilisation(models: readonly TimedModel[], peak: number): PeersModel[] {
  return models.map((model) => ({
    ...model,
    contenders: model.contenders.map((contender) => {
      if ("failed" in contender) return contender;
      const flops = model.flopsPerStep;
      return {
        ...contender,
        utilisation: flops === null ? null : flops / contender.median / peak,
      };
    }),
  }));
}
