/**
 * Figures of the gate: how often it raises a false alarm, and whether it finds planted faults.
 * @module
 */
import { join } from "@std/path";
import { hostKey } from "../../../random/host/mod.ts";
import { hostProvenance, machineClass } from "../../../record/mod.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { lastWords } from "../process.ts";
import { realGates } from "./real_aa.ts";
import { binomialTail, mostAlarms, simulateGates } from "./simulated.ts";

const group = "evaluation";
const alpha = 0.05;
const command = (figure: string, measure = true) =>
  `deno task figures ${group}/${figure}${measure ? " --measure" : ""}`;

const simulated: Figure = {
  group,
  name: "gate-simulated-false-alarms",
  about:
    "Share of 2,000 simulated gates that fail though both sides have one law: 12 quality rows " +
    "of 5 seeds and 4 timings of 5 runs with floors, at α = 0.05",
  unit: "share",
  target: { is: "<=", value: alpha },
  cost: "long",
  command: command("gate-simulated-false-alarms"),
  async measure() {
    const { gates, alarms, exits } = await simulateGates(2000, { key: hostKey(71, "gates") });
    return {
      value: alarms / gates,
      detail: { gates, alarms, exits, tail: binomialTail(alarms, { n: gates, p: alpha }) },
    };
  },
};

/** Gates of the long figure. */
const gates = 50;

const real: Figure = {
  group,
  name: "gate-real-false-alarms",
  about:
    "Of 50 gates of this code against itself, on real runs of a tiny suite on wasm with seeds " +
    "of their own: those that fail. The target is what α = 0.05 stays within in 95 of 100 cases",
  unit: "gates",
  target: { is: "<=", value: mostAlarms(gates, { alpha }) },
  cost: "long",
  command: command("gate-real-false-alarms"),
  async measure({ out, note }: FigureContext): Promise<Measured> {
    const made = await realGates({ gates, out: join(out, "gate-aa"), sessions: 12, note });
    const failed = made.filter(({ exitCode }) => exitCode === 1);
    const broken = made.filter(({ exitCode }) => ![0, 1, 4].includes(exitCode));
    if (broken.length > 0) {
      return { value: null, reason: `${broken.length} gates ended with ${broken[0].exitCode}` };
    }
    const { engine } = await (await import("../../../engine/mod.ts")).openEngine("wasm");
    const host = await hostProvenance("");
    return {
      value: failed.length,
      detail: {
        gates: made.length,
        undecided: made.filter(({ exitCode }) => exitCode === 4).length,
        alarms: failed.flatMap(({ alarms }) => alarms),
        tail: binomialTail(failed.length, { n: made.length, p: alpha }),
      },
      source: {
        engine: "wasm",
        machineClass: await machineClass(engine.identity),
        commit: host.gitSha,
        dirty: host.gitDirty,
      },
    };
  },
};

const plants: Figure = {
  group,
  name: "gate-plants-missed",
  about: "Planted in a copy of this project: slowdowns by 10 and 50 %, a quality loss of 3 seed " +
    "standard deviations, two wrong seeds, and nothing, twice; those that the gate takes for something else",
  unit: "plants",
  target: { is: "=", value: 0 },
  cost: "long",
  command: command("gate-plants-missed"),
  async measure({ run, note }: FigureContext): Promise<Measured> {
    note("planting faults in a copy of the project");
    const ran = await run(["run", "-A", "tests/gate/plants/plants.ts", "--json"]);
    const line = ran.stdout.trim().split("\n").at(-1) ?? "";
    if (!line.startsWith("{")) return { value: null, reason: lastWords(ran) };
    const { plants, found } = JSON.parse(line) as {
      plants: number;
      found: { name: string; found: boolean }[];
    };
    if (plants === 0) return { value: null, reason: "nothing was planted" };
    return { value: found.filter((one) => !one.found).length, detail: { plants, found } };
  },
};

/** In the order in which they are printed. */
export const gateFigures: readonly Figure[] = [simulated, real, plants];
