/**
 * Figures of fine-tuning: tokens a second here and in TRL, in turns on the same cores, from the same
 * weights on the same rows. Losses have to be the same, or there is no figure.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import type { z } from "zod";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder } from "../process.ts";
import { readySide, steps, tokensOfStep, type Trained, trainJob } from "./job.ts";
import { Side } from "./side.ts";

const group = "lifecycle";
/** Names a Python with tests/peers/requirements_lifecycle.txt. */
const PYTHON = "LIKENESS_LANGUAGE_PYTHON";
const WORK = "src/proof/figures/lifecycle/train_work.ts";
const PEER = fromFileUrl(new URL("../../../../tests/peers/trl_peer.py", import.meta.url));

/** Steps of a turn, and turns of each side; those before them compile and aren't counted. */
const STEPS = 6, TURNS = 7, BEFORE = 3;
/** Epochs over which what is done once is shared out: TRL's default number of them. */
const EPOCHS = 3;
/** Largest relative difference of losses, step by step. */
const LOSSES = 1e-3;

type Ready = z.output<typeof readySide>;

/** A side's turns. */
export interface Turns {
  readonly ready: Ready;
  /** Seconds of each counted turn. */
  readonly seconds: readonly number[];
  /** Loss of each step, those before the counted ones included. */
  readonly losses: readonly number[];
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Largest relative difference of two sides' losses. */
export function lossesApart(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return NaN;
  return a.reduce((most, loss, i) => Math.max(most, Math.abs(loss - b[i]) / Math.abs(b[i])), 0);
}

/** Tokens a second of a side, with its share of what is done once. */
export function rateOf(
  { ready, seconds }: Pick<Turns, "ready" | "seconds">,
  { tokens, rows, batch }: {
    readonly tokens: number;
    readonly rows: number;
    readonly batch: number;
  },
): number {
  const once = ready.begin / (EPOCHS * rows / batch);
  return tokens / (median(seconds) / STEPS + once);
}

/** Runs all sides in turns, in their order and then in the other one. */
async function inTurns(sides: readonly Side[], ready: readonly Ready[]): Promise<Turns[]> {
  const found = ready.map((ready) => ({ ready, seconds: [] as number[], losses: [] as number[] }));
  const turn = async (i: number, count: number) => {
    const told = await sides[i].ask({ do: "train", steps: count }, steps);
    found[i].losses.push(...told.losses);
    return told.seconds;
  };
  for (const i of sides.keys()) await turn(i, BEFORE);
  for (let t = 0; t < TURNS; t++) {
    const order = [...sides.keys()];
    for (const i of t % 2 === 0 ? order : order.toReversed()) {
      found[i].seconds.push(await turn(i, STEPS));
    }
  }
  return found;
}

async function compared(objective: Trained, { note }: FigureContext): Promise<Measured> {
  const python = Deno.env.get(PYTHON);
  if (!python) {
    return {
      value: null,
      reason: `${PYTHON} names no Python with tests/peers/requirements_lifecycle.txt installed`,
    };
  }
  const threads = navigator.hardwareConcurrency;
  note(`${objective} here and in TRL, in turns: some minutes; leave the machine alone`);
  return await inTempFolder(async (folder) => {
    const job = trainJob(objective, { threads, weights: join(folder, "weights") });
    const file = join(folder, "job.json");
    await Deno.writeTextFile(file, JSON.stringify(job));
    const env = {
      OMP_NUM_THREADS: String(threads),
      // Threads that wait busily take the processors from the other side.
      OMP_WAIT_POLICY: "PASSIVE",
      HF_HUB_OFFLINE: "1",
    };
    const sides: Side[] = [];
    try {
      const own = Side.start("ours", {
        command: Deno.execPath(),
        args: ["run", "-A", "--no-check", WORK, file],
        env,
      });
      sides.push(own);
      // The weights are ours: the others begin once they lie there.
      const ready = [await own.answer(readySide)];
      const others = objective === "dpo" ? ["asked", "kept"] : ["asked"];
      for (const reference of others) {
        const args = ["-u", PEER, file, reference];
        const other = Side.start(`TRL (reference ${reference})`, { command: python, args, env });
        sides.push(other);
        ready.push(await other.answer(readySide));
      }
      return measuredOf(objective, job, await inTurns(sides, ready));
    } finally {
      for (const side of sides) await side.close();
    }
  });
}

/** The figure of what sides did. */
function measuredOf(
  objective: Trained,
  { batch, prompts }: { readonly batch: number; readonly prompts: readonly unknown[] },
  [ours, theirs, kept]: readonly Turns[],
): Measured {
  const size = { tokens: tokensOfStep(objective), rows: prompts.length, batch };
  const [own, other] = [rateOf(ours, size), rateOf(theirs, size)];
  const apart = lossesApart(ours.losses, theirs.losses);
  const detail = {
    here: own,
    there: other,
    ...(kept && { "there with the reference kept": rateOf(kept, size) }),
    lossesApart: apart,
    losses: { here: ours.losses, there: theirs.losses },
    seconds: { here: ours.seconds, there: theirs.seconds, ...(kept && { kept: kept.seconds }) },
    begin: { here: ours.ready.begin, ...(kept && { kept: kept.ready.begin }) },
    parameters: ours.ready.parameters,
    stepsATurn: STEPS,
    tokensAStep: size.tokens,
    epochs: EPOCHS,
    versions: theirs.ready.versions,
  };
  if (!(apart <= LOSSES)) {
    return { value: null, reason: `losses are ${apart} apart, more than ${LOSSES}`, detail };
  }
  return {
    value: own / other,
    detail,
    source: { engine: ours.ready.engine ?? null, machineClass: ours.ready.machineClass },
  };
}

function figure(
  objective: Trained,
  { about, target }: { readonly about: string; readonly target: number },
): Figure {
  const name = `${objective}-over-trl`;
  return {
    group,
    name,
    about: `${about}, over TRL's with the same model, rows, optimiser and cores; a Llama of 5.8 ` +
      "million parameters, full rows, float32, no gradient checkpointing",
    unit: "×",
    target: { is: ">=", value: target },
    cost: "long",
    command: `deno task figures ${group}/${name} --measure`,
    measure: (context) => compared(objective, context),
  };
}

/** See the module. */
export const trainingFigures: readonly Figure[] = [
  figure("sft", { about: "Tokens a second of supervised fine-tuning", target: 1.1 }),
  figure("dpo", {
    about: "Tokens a second of DPO, the time of asking the reference once shared out over three " +
      "epochs",
    target: 1.3,
  }),
];
