/**
 * Kills: SIGKILL to a run and its workers at random moments, many times, until the command is left
 * to finish. The result must equal that of an undisturbed run, bit for bit.
 * @module
 */
import { join } from "@std/path";
import { hostKey, hostUniform } from "../../../../random/host/mod.ts";
import type { Figure } from "../../figure.ts";
import { inTempFolder } from "../../process.ts";
import { type Numbers, numbersIn, otherNumbers } from "../numbers.ts";
import { type Ended, likenessEnds, shownEnd } from "../program.ts";
import { tally, type Trial } from "../trial.ts";

const suite = "src/proof/figures/faults/inject/kills.yaml";
const command = (out: string) => ["run", suite, "--out", out, "--engine", "wasm", "--jobs", "1"];

/** How kills are tried. */
export interface KillOptions {
  readonly kills?: number;
  /** Kills of one run before it is let be. */
  readonly each?: number;
  readonly seed?: number;
  readonly note?: (text: string) => void;
}

/** What is wrong with the end of a run that was killed before, and was not this time; null: nothing. */
export function judgeResumed(ended: Ended, found: Numbers, clean: Numbers): string | null {
  return ended.code === 0 ? otherNumbers(found, clean) : shownEnd(ended);
}

/** Kills runs of the suite; every kill is a trial, right where what came in the end is. */
export function tryKills(
  { kills = 200, each = 5, seed = 17, note = () => {} }: KillOptions = {},
): Promise<Trial[]> {
  return inTempFolder(async (folder) => {
    const start = (out: string, killAfter?: number) =>
      likenessEnds(command(join(folder, out)), { preload: "./inject/quick_clock.ts", killAfter });
    const undisturbed = await start("clean");
    if (undisturbed.code !== 0) throw new Error(`${suite}: ${shownEnd(undisturbed)}`);
    const clean = await numbersIn(join(folder, "clean"));
    const trials: Trial[] = [];
    // A run that is over before its moment was not killed: the moments don't run out.
    for (let run = 0, drawn = 0; trials.length < kills; run++) {
      const out = `run-${run}`, moments: number[] = [];
      let ended: Ended | null = null;
      while (ended === null && moments.length < Math.min(each, kills - trials.length)) {
        const [share] = hostUniform(hostKey(seed, "kill", drawn++), 1);
        const moment = share * undisturbed.seconds;
        const killed = await start(out, moment);
        if (killed.code === null && !killed.late) moments.push(moment);
        else ended = killed;
      }
      ended ??= await start(out);
      const wrong = judgeResumed(ended, await numbersIn(join(folder, out)), clean);
      const what = `killed after ${moments.map((at) => at.toFixed(2)).join(", ")} s`;
      for (const moment of moments) {
        const tenth = Math.floor(10 * moment / undisturbed.seconds);
        trials.push({ kind: `in the ${ordinals[tenth]} tenth`, what, wrong });
      }
      note(`${trials.length} of ${kills}, ${what}: ${wrong ?? "right"}`);
      await Deno.remove(join(folder, out), { recursive: true }).catch(() => {});
    }
    return trials;
  });
}

const ordinals = ["first", "second", "third", "4th", "5th", "6th", "7th", "8th", "9th", "last"];

/** See the module. */
export const kills: Figure = {
  group: "faults",
  name: "kills-wrong",
  about: "SIGKILL to a run and its worker at 200 random moments of its time, five to a run, " +
    "checkpoints ten a second: those after which the same command did not come to the bits of " +
    "an undisturbed run",
  unit: "kills",
  target: { is: "=", value: 0 },
  cost: "long",
  command: "deno task figures faults/kills-wrong --measure",
  measure: async ({ note }) => tally(await tryKills({ note })),
};
