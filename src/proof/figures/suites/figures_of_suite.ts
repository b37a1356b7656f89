/**
 * Figures that are read from the committed records of a suite, and how the suite is run again.
 * @module
 */
import { join } from "@std/path";
import type { EngineName } from "../../../engine/mod.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { lastWords, likeness, root } from "../process.ts";
import { answer, type Question } from "./readings.ts";
import {
  configurationOf,
  keepRecords,
  type KeptSuite,
  readRecords,
  type SmallRecord,
} from "./small_records.ts";

/** A suite whose records are kept, and the engine that it is run on. */
export interface MeasuredSuite extends KeptSuite {
  readonly engine: EngineName;
}

/** Runs of a suite as it stands today; null where its file isn't there. */
export async function planOf({ suite, engine }: Pick<MeasuredSuite, "suite" | "engine">) {
  const { loadSuite } = await import("../../../suite/mod.ts");
  const { planSuite } = await import("../../../plan/mod.ts");
  const path = join(root, "suites", `${suite}.yaml`);
  const there = await Deno.stat(path).then(() => true, () => false);
  return there ? planSuite(await loadSuite(path), { engine }) : null;
}

const commandOf = ({ group }: KeptSuite) => `deno task figures ${group} --measure`;

/** The committed records of today's suite, or why there are none. */
async function storedRecords(
  { figures, once }: Pick<FigureContext, "figures" | "once">,
  of: MeasuredSuite,
): Promise<readonly SmallRecord[] | string> {
  const { suite } = of;
  return await once(`records of ${suite}`, async () => {
    const plan = await planOf(of);
    if (plan === null) return `there is no suites/${suite}.yaml`;
    const wanted = new Set(plan.map(({ spec }) => configurationOf(spec)));
    const all = await readRecords(figures, of);
    const records = all.filter(({ spec }) => wanted.has(configurationOf(spec)));
    if (records.length > 0) return records;
    return all.length === 0
      ? `no record of ${suite} is kept; \`${commandOf(of)}\` runs it and keeps them`
      : `the ${all.length} records kept are not of today's ${suite}; \`${
        commandOf(of)
      }\` runs it again`;
  });
}

/** Runs what is missing of the suite and keeps its records. */
async function runAndKeep(context: FigureContext, of: MeasuredSuite): Promise<string | null> {
  const { out, figures, once, note, run } = context, { suite, engine } = of;
  return await once(`run of ${suite}`, async () => {
    const plan = await planOf(of);
    if (plan === null) return `there is no suites/${suite}.yaml`;
    note(`running suites/${suite}.yaml: records in ${out} are used, missing runs are done`);
    const words = ["--engine", engine, "--out", out, "--no-gate", "--resume"];
    const ran = await run(likeness("run", join("suites", `${suite}.yaml`), ...words));
    const kept = await keepRecords({ ...of, out, figures, plan });
    return kept.length > 0 ? null : `${suite} left no record: ${lastWords(ran)}`;
  });
}

/** What a figure says of itself. */
type Told = Pick<Figure, "about" | "unit" | "target">;

/** Makes figures of one suite. */
export interface FiguresOfSuite {
  /** Any number of its records. */
  figure(
    name: string,
    asked: Told & { readonly read: (records: readonly SmallRecord[]) => Measured },
  ): Figure;
  /** A number of a family, the mean over seeds. */
  family(
    name: string,
    asked: Told & {
      readonly seeds: number;
      readonly question: Omit<Question, "seeds" | "better">;
    },
  ): Figure;
}

/** See the module. */
export function figuresOfSuite(of: MeasuredSuite): FiguresOfSuite {
  const { group, suite } = of;
  const figure: FiguresOfSuite["figure"] = (name, { read, ...told }) => {
    const stored = async (context: Pick<FigureContext, "figures" | "once">): Promise<Measured> => {
      const records = await storedRecords(context, of);
      return typeof records === "string" ? { value: null, reason: records } : read(records);
    };
    return {
      group,
      name,
      ...told,
      cost: "long",
      command: commandOf(of),
      stored,
      async measure(context) {
        const problem = await runAndKeep(context, of);
        return problem === null ? await stored(context) : { value: null, reason: problem };
      },
    };
  };
  return {
    figure,
    family(name, { seeds, question, ...told }) {
      const better = told.target.is.startsWith("<") ? "lower" : "higher";
      return figure(name, {
        ...told,
        about: `${suite}: ${told.about}`,
        read: (records) => answer(records, { ...question, seeds, better }),
      });
    },
  };
}
