/**
 * Figures that are read from `deno task peers:speed`: one of our numbers over the least of the
 * others', in the worst of some models.
 * @module
 */
import {
  isMeasured,
  type Measured as Contender,
  type PeersReport,
  readPeersReport,
} from "../peers/page/schema.ts";
import type { Figure, FigureContext, Measured } from "./figure.ts";
import { lastWords } from "./process.ts";

export type { Contender, PeersReport };

/** Which models are measured, for which figures together, and where the report goes. */
export interface SpeedRun {
  readonly models: readonly string[];
  /** Who is compared; default: all. */
  readonly contenders?: readonly string[];
  /** Folder of the report. */
  readonly out: string;
  readonly note: string;
}

/** A report of these models, made now, once for all figures that ask for the same; or why not. */
export function measureSpeed(
  { once, note, run }: FigureContext,
  { models, contenders, out, note: words }: SpeedRun,
): Promise<PeersReport | string> {
  return once(`peers:speed ${models.join()} ${contenders?.join()}`, async () => {
    note(words);
    const started = new Date().toISOString();
    const options = ["--engine", "tensorflow", "--models", models.join(), "--out", out];
    if (contenders !== undefined) options.push("--contenders", contenders.join());
    const ran = await run(["run", "-A", "src/proof/peers/main.ts", ...options]);
    const report = await readPeersReport(out);
    const fresh = report !== null && report.startedAt >= started;
    return fresh ? report : `peers:speed wrote no report: ${lastWords(ran)}`;
  });
}

/** What is compared. */
export interface Comparison {
  /** Which models. */
  readonly models: (model: PeersReport["models"][number]) => boolean;
  /** Who is compared with. */
  readonly against: readonly string[];
  /** What is compared: the least of the others' counts. */
  readonly of: (contender: Contender) => number | null;
  /** The others' over ours, of which the least is the worst: rates. Default: ours over the others'. */
  readonly inverse?: boolean;
}

/** A model's contenders by name, those without numbers left out. */
function contendersOf(model: PeersReport["models"][number]): ReadonlyMap<string, Contender> {
  return new Map(model.contenders.filter(isMeasured).map((c) => [c.name, c]));
}

/** The worst ratio, over models, of ours and the best of the others. */
export function worstRatio(
  report: PeersReport,
  { models, against, of, inverse = false }: Comparison,
): Measured {
  const detail: Record<string, unknown> = {};
  let worst = -Infinity;
  for (const model of report.models.filter(models)) {
    const contenders = contendersOf(model);
    const value = (name: string) => {
      const contender = contenders.get(name);
      return contender === undefined ? null : of(contender);
    };
    const ours = value("ours");
    const others = against.map((name) => [name, value(name)] as const)
      .filter((pair): pair is [string, number] => pair[1] !== null);
    if (ours === null || others.length === 0) {
      return { value: null, reason: `${model.name}: ours or ${against.join(", ")} has no number` };
    }
    if ((model.disagreement ?? 0) > 1) {
      return { value: null, reason: `${model.name}: the contenders' losses differ` };
    }
    const [best, least] = others.reduce((a, b) => b[1] < a[1] ? b : a);
    detail[model.name] = { ours, best, least, ratio: inverse ? least / ours : ours / least };
    worst = Math.max(worst, ours / least);
  }
  if (worst === -Infinity) return { value: null, reason: "no such model was measured" };
  const { threads, rounds, finishedAt } = report;
  return {
    value: inverse ? 1 / worst : worst,
    detail: { ...detail, threads, rounds, finishedAt },
    source: { engine: `${report.engine}` },
  };
}

/** A figure of a group that is read from its report of speed. */
export function speedFigure(
  { group, report }: {
    readonly group: string;
    readonly report: (context: FigureContext) => Promise<PeersReport | string>;
  },
  { name, about, target, ...compared }: Comparison & Pick<Figure, "name" | "about" | "target">,
): Figure {
  return {
    group,
    name,
    about,
    unit: "×",
    target,
    cost: "long",
    command: `deno task figures ${group}/${name} --measure`,
    async measure(context) {
      const found = await report(context);
      return typeof found === "string"
        ? { value: null, reason: found }
        : worstRatio(found, compared);
    },
  };
}
