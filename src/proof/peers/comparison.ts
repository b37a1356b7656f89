/**
 * What the commands that train beside PyTorch have in common: options, what they start with, and
 * where their numbers come from.
 * @module
 */
import { type Arguments, type Option, seeds as seedNumbers, type Terminal } from "../../cli/mod.ts";
import { chooseEngine } from "../../cli/engine/mod.ts";
import type { EngineName } from "../../engine/mod.ts";
import { requireWritable } from "../../base/mod.ts";
import { hostProvenance, machineClass, placeless } from "../../record/mod.ts";
import { figuresFolder } from "../figures/mod.ts";
import type { FigureSource } from "../figures/source.ts";
import { peersPython } from "./contender/python.ts";
import { engineIdentity } from "./identity.ts";

/** What a comparison's command line takes where none is given. */
export interface Defaults {
  readonly seeds: readonly number[];
  /** Path of the numbers in a folder of figures. */
  readonly path: (figures: string) => string;
}

/** The options that every comparison has. */
export function comparisonOptions(
  { seeds, path }: Defaults,
): { readonly seeds: Option; readonly engine: Option; readonly out: Option } {
  return {
    seeds: {
      name: "seeds",
      value: "NUMBERS",
      takes: seedNumbers,
      about: `Default: ${seeds.join()}`,
    },
    engine: {
      name: "engine",
      value: "NAME",
      about: "Engine of ours. Default: the best that starts",
    },
    out: {
      name: "out",
      value: "FILE",
      about: `Where the numbers go. Default: ${path("baselines/figures")}`,
    },
  };
}

/** A comparison that can start. */
export interface Comparison {
  readonly say: (line: string) => void;
  readonly seeds: readonly number[];
  /** The engine of ours. */
  readonly engine: EngineName;
  /** File of the numbers; it can be written. */
  readonly out: string;
  /** A Python with PyTorch. */
  readonly python: string;
  /**
   * Where the numbers come from, begun now, with so many threads a side. Starts the engine for a
   * moment.
   */
  readonly source: (threads: number) => Promise<FigureSource>;
}

/** Reads the options of `comparisonOptions` and gets what a comparison needs. */
export async function openComparison(
  args: Arguments,
  { terminal, seeds, path }: Defaults & { readonly terminal: Terminal },
): Promise<Comparison> {
  const say = (line: string) => terminal.warn(line);
  const engine = (args.one("engine") ?? (await chooseEngine()).name) as EngineName;
  const out = args.one("out") ?? path(figuresFolder);
  await requireWritable(out);
  const python = await peersPython("cpu", say);
  const date = new Date().toISOString();
  const provenance = await hostProvenance(args.line.replace(/^likeness/, "deno task"));
  return {
    say,
    seeds: args.wholes("seeds") ?? seeds,
    engine,
    out,
    python,
    source: async (threads) => ({
      commit: provenance.gitSha,
      dirty: provenance.gitDirty,
      engine,
      machineClass: await machineClass(await engineIdentity(engine, threads)),
      date,
      command: placeless(provenance.command),
      records: [],
    }),
  };
}
