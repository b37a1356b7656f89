/**
 * All figures by group, and how to select them.
 * @module
 */
import { join } from "@std/path";
import { UsageError } from "../../base/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import { core } from "./core.ts";
import { engines } from "./engines/mod.ts";
import { evaluation } from "./evaluation/mod.ts";
import { faults } from "./faults/mod.ts";
import { houseFigures } from "./house/mod.ts";
import { languageFigures } from "./language/mod.ts";
import { lifecycleFigures } from "./lifecycle/mod.ts";
import { imageFamilies } from "./image_families/mod.ts";
import { sceneFigures } from "./scenes/mod.ts";
import {
  type Figure,
  type FigureContext,
  type FigureLine,
  figureLine,
  type Measured,
} from "./figure.ts";
import { hostSource, root, runDeno } from "./process.ts";
import { readFigure, writeFigure } from "./store.ts";

const measured = {
  core,
  engines,
  "image-families": imageFamilies,
  evaluation,
  faults,
  language: languageFigures,
  lifecycle: lifecycleFigures,
  scenes: sceneFigures,
};

/** One group a name; a new group is one row. */
export const groups: Readonly<{ [group: string]: readonly Figure[] }> = {
  ...measured,
  house: houseFigures(Object.values(measured).flat()),
};

/** Where stored figures lie. */
export const figuresFolder = join(root, "baselines", "figures");

/**
 * The figures that names ask for: groups ("core") or single ones ("core/help-seconds").
 * @throws UsageError for a name that there isn't
 */
export function chooseFigures(names: readonly string[], from = groups): Figure[] {
  const all = Object.values(from).flat();
  if (names.length === 0) return all;
  const chosen = names.flatMap((name) => {
    const found = all.filter((figure) => figure.group === name || pathOf(figure) === name);
    if (found.length === 0) {
      const known = name.includes("/") ? all.map(pathOf) : Object.keys(from);
      throw new UsageError(
        `no figure or group is called \`${name}\`${didYouMean(name, known)}\n  groups: ` +
          `${Object.keys(from).join(", ")}${figuresOf(name, all)}`,
      );
    }
    return found;
  });
  return [...new Set(chosen)];
}

const pathOf = (figure: Figure) => `${figure.group}/${figure.name}`;

/** How `runFigures` works. */
export interface FigureOptions {
  /** Repeats the long ones too, and stores them. */
  readonly measure?: boolean;
  readonly out?: string;
  readonly folder?: string;
  readonly note?: (text: string) => void;
  /** How programs are started; tests pass their own. */
  readonly run?: FigureContext["run"];
}

/** Measures or reads each figure; yields its line as soon as it is there. */
export async function* runFigures(
  figures: readonly Figure[],
  { measure = false, out = ".likeness", folder = figuresFolder, note = () => {}, run = runDeno }:
    FigureOptions = {},
): AsyncGenerator<FigureLine> {
  const memory = new Map<string, Promise<unknown>>();
  const context: FigureContext = {
    out,
    figures: folder,
    note,
    run,
    once<T>(key: string, make: () => Promise<T>): Promise<T> {
      if (!memory.has(key)) memory.set(key, make());
      return memory.get(key) as Promise<T>;
    },
  };
  for (const figure of figures) {
    if (figure.cost === "long" && !measure) {
      const stored = figure.stored === undefined
        ? await readFigure(folder, figure)
        : await figure.stored(context);
      yield stored === null
        ? figureLine(figure, {
          value: null,
          measured: "never",
          reason: `never measured; \`${figure.command}\` does`,
        })
        : figureLine(figure, { ...stored, measured: "stored" });
      continue;
    }
    note(`measuring ${pathOf(figure)}`);
    const measured = await attempt(figure, context);
    const source = { ...await hostSource(figure.command), ...measured.source };
    if (figure.cost === "long" && measured.value !== null && figure.stored === undefined) {
      const value = measured.value;
      await writeFigure(folder, { figure, measured: { ...measured, value }, source });
    }
    yield figureLine(figure, { ...measured, source, measured: "now" });
  }
}

/** A measurement that breaks down is a figure without a value, and the others go on. */
async function attempt(figure: Figure, context: FigureContext): Promise<Measured> {
  try {
    return await figure.measure(context);
  } catch (error) {
    return { value: null, reason: `the measurement broke down: ${(error as Error).message}` };
  }
}

/** The figures of the group that a name starts with, as a line of a message; else nothing. */
function figuresOf(name: string, all: readonly Figure[]): string {
  const group = name.split("/")[0];
  const own = all.filter((figure) => figure.group === group);
  return own.length === 0 ? "" : `\n  figures of ${group}: ${own.map(pathOf).join(", ")}`;
}
