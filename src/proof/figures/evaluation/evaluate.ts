/**
 * Figures of `evaluate`: whether decoding keeps up with the extractor, and whether memory stays
 * constant with the number of pictures. Both are measured with the command itself, on folders of
 * small PNGs.
 * @module
 */
import { join } from "@std/path";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { lastWords, likeness } from "../process.ts";
import { SIDE, writePictures } from "./pictures.ts";

const group = "evaluation";
const [few, many] = [5_000, 50_000];

/** What the command says of itself. */
interface Reading {
  readonly pictures: number;
  readonly seconds: number;
  readonly extractorSeconds: number;
  readonly busy: number;
  readonly peakBytes: number;
  readonly engine: string;
  /** Of the whole command, moments and start among it. */
  readonly wallSeconds: number;
}

/** A line that the command prints. */
type Line = Partial<Reading> & { event?: string; label?: string; side?: string };

/** Extracts a fresh folder of `count` pictures; or why that failed. */
export async function evaluateFolder(
  count: number,
  { run, note }: Pick<FigureContext, "run" | "note">,
): Promise<Reading | { reason: string }> {
  const folder = await Deno.makeTempDir({ prefix: "figures-" });
  try {
    const pictures = join(folder, "pictures");
    note(`writing ${count} pictures`);
    await writePictures(pictures, count);
    note(`evaluating ${count} pictures`);
    const ran = await run(likeness(
      ...["evaluate", "--real", pictures, "--save-stats", join(folder, "stats.npz")],
      ...["--out", join(folder, "out"), "--json"],
    ));
    if (ran.code !== 0) return { reason: `evaluate: ${lastWords(ran)}` };
    const events = ran.stdout.split("\n").filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Line);
    const extraction = events.find(({ event }) => event === "extraction");
    const process = events.find(({ event }) => event === "process");
    if (extraction?.pictures !== count || extraction.busy == null) {
      return { reason: `evaluate extracted ${extraction?.pictures} of ${count} pictures` };
    }
    if (process?.peakBytes == null) return { reason: "this system doesn't tell peak memory" };
    const { event: _event, label: _label, side: _side, ...timing } = extraction;
    const { engine, peakBytes } = process;
    return { ...timing, engine, peakBytes, wallSeconds: ran.seconds } as Reading;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Both sizes, measured once for both figures. */
async function readings(
  context: FigureContext,
): Promise<readonly [few: Reading, many: Reading] | { reason: string }> {
  return await context.once("evaluate-folders", async () => {
    const found: Reading[] = [];
    for (const count of [few, many]) {
      const reading = await evaluateFolder(count, context);
      if ("reason" in reading) return reading;
      found.push(reading);
    }
    return [found[0], found[1]] as const;
  });
}

function figure(
  parts: Pick<Figure, "name" | "about" | "unit" | "target">,
  value: (few: Reading, many: Reading) => number,
): Figure {
  return {
    ...parts,
    group,
    cost: "long",
    command: `deno task figures ${group}/${parts.name} --measure`,
    async measure(context): Promise<Measured> {
      const read = await readings(context);
      if ("reason" in read) return { value: null, reason: read.reason };
      const [small, large] = read;
      return {
        value: value(small, large),
        detail: { [few]: small, [many]: large },
        source: { engine: large.engine },
      };
    },
  };
}

/** See the module. */
export const evaluateFigures: readonly Figure[] = [
  figure({
    name: "evaluate-busy",
    about: `Share of the extraction of ${many.toLocaleString("en")} PNGs of ${SIDE}² that passes ` +
      "inside the extractor's calls, by evaluate's own clock",
    unit: "%",
    target: { is: ">=", value: 95 },
  }, (_small, { busy }) => 100 * busy),
  figure({
    name: "evaluate-memory",
    about: `Peak memory of evaluate on ${many.toLocaleString("en")} pictures over that on ` +
      `${few.toLocaleString("en")}`,
    unit: "×",
    target: { is: "<=", value: 1.1 },
  }, (small, large) => large.peakBytes / small.peakBytes),
];
