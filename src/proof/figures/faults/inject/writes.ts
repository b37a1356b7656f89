/**
 * Faults of writing: no space or no permission, from each write of a run on. Each must be reported
 * in time, and the same command must reach the same bits once there is space again.
 * @module
 */
import { join } from "@std/path";
import type { Figure } from "../../figure.ts";
import { inTempFolder } from "../../process.ts";
import type { WriteFault } from "./failing_writes.ts";
import { type Numbers, numbersIn, otherNumbers } from "../numbers.ts";
import { type Ended, likenessEnds, shownEnd, wronglyTold } from "../program.ts";
import { tally, type Trial } from "../trial.ts";

const suite = "src/proof/figures/faults/inject/writes.yaml";
const command = (out: string) => ["run", suite, "--out", out, "--engine", "wasm", "--jobs", "1"];

/** The points at which a code can stop a run, from the lines that a clean one wrote: each once. */
export function pointsOf(lines: string, code: "ENOSPC" | "EACCES"): string[] {
  const other = code === "ENOSPC" ? "rights" : "space";
  const found = lines.split("\n").filter((line) => line !== "" && !line.startsWith(`${other} `));
  return [...new Set(found.map((line) => line.slice(line.indexOf(" ") + 1)))];
}

/** What came of a fault of writing. */
export interface WriteOutcome {
  readonly faulty: Ended;
  /** Whether a write failed at all. */
  readonly begun: boolean;
  readonly left: Numbers;
  /** The same command without the fault. */
  readonly again: Ended;
  readonly after: Numbers;
}

/**
 * What is wrong with it; null: nothing. A run whose numbers are all there may end by 0: what is only
 * kept to be quicker the next time can be done without.
 */
export function judgeWrite(
  { faulty, begun, left, again, after }: WriteOutcome,
  clean: Numbers,
): string | null {
  if (!begun) return "no write failed: the point wasn't reached";
  const told = faulty.code === 0 && !faulty.late ? otherNumbers(left, clean) : wronglyTold(faulty);
  if (told !== null) return told;
  if (again.code !== 0) return `afterwards, without the fault: ${shownEnd(again)}`;
  const differs = otherNumbers(after, clean);
  return differs === null ? null : `afterwards, without the fault: ${differs}`;
}

async function attempt(fault: WriteFault, clean: Numbers): Promise<string | null> {
  const env = { LIKENESS_FAULT: JSON.stringify(fault) };
  const faulty = await likenessEnds(command(fault.folder), {
    preload: "./inject/failing_writes.ts",
    env,
  });
  const begun = await Deno.stat(fault.begun).then(() => true, () => false);
  const left = faulty.code === 0 ? await numbersIn(fault.folder) : { runs: 0, all: {} };
  const again = await likenessEnds(command(fault.folder));
  const after = await numbersIn(fault.folder);
  return judgeWrite({ faulty, begun, left, again, after }, clean);
}

/** Tries every point of both kinds. */
export function tryWrites(note: (text: string) => void): Promise<Trial[]> {
  return inTempFolder(async (folder) => {
    const points = join(folder, "points"), clean = join(folder, "clean");
    const recorded = await likenessEnds(command(clean), {
      preload: "./inject/failing_writes.ts",
      env: {
        LIKENESS_FAULT: JSON.stringify(
          { folder: clean, code: null, at: null, points, begun: "" } satisfies WriteFault,
        ),
      },
    });
    if (recorded.code !== 0) throw new Error(`${suite}: ${shownEnd(recorded)}`);
    const numbers = await numbersIn(clean), lines = await Deno.readTextFile(points);
    const trials: Trial[] = [];
    for (const code of ["ENOSPC", "EACCES"] as const) {
      for (const [i, at] of pointsOf(lines, code).entries()) {
        const out = join(folder, "out"), begun = join(folder, "begun");
        const wrong = await attempt({ folder: out, code, at, points, begun }, numbers);
        trials.push({ kind: `${code} at ${at.split(" ")[0]}`, what: at, wrong });
        note(`${code} ${i + 1}, ${at}: ${wrong ?? "right"}`);
        await Deno.remove(out, { recursive: true }).catch(() => {});
        await Deno.remove(begun).catch(() => {});
      }
    }
    return trials;
  });
}

/** See the module. */
export const writes: Figure = {
  group: "faults",
  name: "write-faults-wrong",
  about:
    "A full disk (ENOSPC) or a store without write permission (EACCES), from each write of a " +
    "small run on: trials that did not end with exit code 3 or 2 and the cause (or with 0 and all " +
    "numbers), or after which the same command did not reach the same bits. The index of " +
    "digests, which SQLite writes by itself, is not tested",
  unit: "trials",
  target: { is: "=", value: 0 },
  cost: "long",
  command: "deno task figures faults/write-faults-wrong --measure",
  measure: async ({ note }) => tally(await tryWrites(note)),
};
