/**
 * Figures of the suites that train language models: how long they take.
 * @module
 */
import { join } from "@std/path";
import { openStore } from "../../../record/mod.ts";
import { protocolOf } from "../../../protocols/mod.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder, lastWords, likeness } from "../process.ts";
import { recordSource } from "../records.ts";

const group = "language";

/** Runs a suite in a fresh folder; its wall time, where all runs are done and one is of `language`. */
function suiteSeconds(
  { note, run }: FigureContext,
  { suite, engine }: { readonly suite: string; readonly engine?: string },
): Promise<Measured> {
  return inTempFolder(async (out): Promise<Measured> => {
    const file = join("suites", `${suite}.yaml`);
    note(`running ${file} in a fresh folder`);
    const words = engine === undefined ? [] : ["--engine", engine];
    const ran = await run(likeness("run", file, "--out", out, "--json", ...words));
    const records = await openStore(out).list();
    const trained = records.filter(({ spec }) => protocolOf(spec).trains);
    const own = trained.filter(({ spec }) => spec.family === "language");
    const left = records.filter(({ state }) => state !== "done");
    // A gate that finds a change (1, 4) is a whole run all the same.
    if (![0, 1, 4].includes(ran.code) || left.length > 0) {
      const states = left.map(({ label, spec, state }) => `${label} seed ${spec.seed}: ${state}`);
      return { value: null, reason: [...states.slice(0, 3), lastWords(ran)].join("; ") };
    }
    if (own.length === 0) return { value: null, reason: `${suite} trains no language model` };
    return {
      value: ran.seconds,
      detail: {
        cores: records[0].provenance.cores,
        runs: records.length,
        languageRuns: own.length,
        trainingSeconds: own.map(({ timings }) => timings.steps),
      },
      source: recordSource(records),
    };
  });
}

function figure(
  name: string,
  { suite, engine, ...rest }: Pick<Figure, "about" | "target"> & {
    readonly suite: string;
    readonly engine?: string;
  },
): Figure {
  return {
    group,
    name,
    unit: "s",
    ...rest,
    cost: "long",
    command: `deno task figures ${group}/${name} --measure`,
    measure: (context) => suiteSeconds(context, { suite, engine }),
  };
}

/** See the module. */
export const suiteFigures: readonly Figure[] = [
  figure("smoke-seconds", {
    about:
      "Wall time of the suite smoke with its runs of `language`, from nothing but the packages",
    target: { is: "<", value: 360 },
    suite: "smoke",
  }),
  figure("language-quick-seconds", {
    about: "Wall time of the suite language-quick on this machine (two cores are meant), engine " +
      "tensorflow",
    target: { is: "<=", value: 1800 },
    suite: "language-quick",
    engine: "tensorflow",
  }),
];
