/**
 * Figures of the house: whether its rooms stand in order, and whether what stood before still stands.
 * @module
 */
import { join } from "@std/path";
import { readBaselines } from "../../../gate/baseline/mod.ts";
import { evaluateGate } from "../../../gate/mod.ts";
import { openStore } from "../../../record/mod.ts";
import { ends, shownEnd } from "../faults/program.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder, lastWords, likeness, root } from "../process.ts";
import { recordSource } from "../records.ts";
import { readFigure } from "../store.ts";
import { type Import, type ImportGraph, importGraph } from "./graph.ts";
import { filesNamingMetrics } from "./metric_names.ts";
import { acrossRooms, circles, pastDoors, upImports } from "./rooms.ts";
import { needPictures, protocolComparisons, type Source, wordCount } from "./words.ts";

const group = "house";

/** A figure of this group, with what repeats it. */
function figure(
  name: string,
  rest: Omit<Figure, "group" | "name" | "command">,
): Figure {
  const command = `deno task figures ${group}/${name}${rest.cost === "long" ? " --measure" : ""}`;
  return { group, name, command, ...rest };
}

/** The tree as its sources are: the graph of imports, and every text. */
interface Tree {
  readonly graph: ImportGraph;
  readonly sources: readonly Source[];
}

function readTree({ once }: Pick<FigureContext, "once">): Promise<Tree> {
  return once("house", async () => {
    const graph = await importGraph(root);
    const sources = await Promise.all(graph.files.map(async (file) => ({
      file,
      text: await Deno.readTextFile(join(root, file)),
    })));
    return { graph, sources };
  });
}

const shown = ({ from, to, kind }: Import) =>
  `${from} → ${to}${kind === "code" ? "" : `, ${kind}`}`;

/** A count of what there should be none of, with the first 40 that were found. */
function none(
  name: string,
  { about, unit, find }: {
    readonly about: string;
    readonly unit: string;
    readonly find: (tree: Tree) => readonly string[] | Promise<readonly string[]>;
  },
): Figure {
  return figure(name, {
    about,
    unit,
    target: { is: "=", value: 0 },
    cost: "short",
    async measure(context): Promise<Measured> {
      const tree = await readTree(context);
      const found = await find(tree);
      const { graph } = tree;
      const read = { files: graph.files.length, imports: graph.imports.length };
      return {
        value: found.length,
        detail: { ...read, across: acrossRooms(graph).length, found: found.slice(0, 40) },
      };
    },
  });
}

const counts: readonly Figure[] = [
  none("imports-up", {
    about: "Imports of a room by one that stands below it, of types and dynamic ones too",
    unit: "imports",
    find: ({ graph }) => upImports(graph).map(shown),
  }),
  none("circles", {
    about: "Sets of files of which each leads to every other by imports, types counted",
    unit: "circles",
    find: ({ graph }) => circles(graph).map((files) => files.join(", ")),
  }),
  none("imports-past-doors", {
    about: "Imports across rooms of another file than a mod.ts; rows of the registry are doors",
    unit: "imports",
    find: ({ graph }) => pastDoors(graph).map(shown),
  }),
  none("protocol-comparisons", {
    about: "Lines outside protocols/ that compare a protocol with a name",
    unit: "lines",
    find: ({ sources }) => protocolComparisons(sources),
  }),
  none("files-naming-metrics", {
    about: "Files that name a metric outside its own file and its row",
    unit: "files",
    find: async () => (await filesNamingMetrics()).map(({ file, names }) => `${file}: ${names}`),
  }),
  none("files-needing-pictures", {
    about: "Files outside the rooms of pictures whose code takes or makes sets of pictures",
    unit: "files",
    find: ({ sources }) => needPictures(sources),
  }),
];

const readmeWords = figure("readme-words", {
  about: "Words of the README, as `wc -w` counts them",
  unit: "words",
  target: { is: "<=", value: 1000 },
  cost: "short",
  measure: async () => ({ value: wordCount(await Deno.readTextFile(join(root, "README.md"))) }),
});

const smokeRows = figure("smoke-rows-identical", {
  about: "Rows of baselines/any/smoke.json whose bits a run of smoke on wasm repeats; 116 stood " +
    "before the house was made for other kinds",
  unit: "rows",
  target: { is: ">=", value: 116 },
  cost: "long",
  async measure({ run, note }) {
    return await inTempFolder(async (out): Promise<Measured> => {
      note("running suites/smoke.yaml on wasm in a fresh folder");
      const words = ["run", "suites/smoke.yaml", "--engine", "wasm", "--out", out];
      const ran = await run(likeness(...words, "--no-gate", "--no-report"));
      if (ran.code !== 0) return { value: null, reason: lastWords(ran) };
      const records = await openStore(out).list();
      const folder = join(root, "baselines");
      const baselines = (await readBaselines(folder, { suite: "smoke", records }))
        .filter(({ machineClass }) => machineClass === "any");
      if (baselines.length !== 1) return { value: null, reason: "smoke has no baseline for all" };
      const [{ suiteVersion }] = baselines;
      const verdicts = evaluateGate({ records, baselines, suiteVersion })
        .filter(({ baseline }) => baseline !== null);
      const other = verdicts.filter(({ test }) => test !== "bits");
      return {
        value: verdicts.length - other.length,
        detail: {
          rows: verdicts.length,
          other: other.map(({ label, metric, why }) => `${label}, ${metric}: ${why}`),
        },
        source: recordSource(records),
      };
    });
  },
});

/**
 * Stored figures that can't be read: files that are broken or another figure's, and files of figures
 * that are no more. A long figure that was never stored is none of them.
 */
export async function unreadFigures(
  others: readonly Figure[],
  context: Pick<FigureContext, "figures" | "once">,
): Promise<{ readonly read: number; readonly unread: readonly string[] }> {
  const unread: string[] = [];
  let read = 0;
  for (const one of others.filter(({ cost }) => cost === "long")) {
    try {
      const found = one.stored === undefined
        ? await readFigure(context.figures, one)
        : await one.stored(context);
      if (found === null) continue;
      if (found.value !== null) read++;
      else unread.push(`${one.group}/${one.name}: ${found.reason}`);
    } catch (error) {
      unread.push(`${one.group}/${one.name}: ${(error as Error).message}`);
    }
  }
  for await (const { name: folder, isDirectory } of Deno.readDir(context.figures)) {
    const own = others.filter(({ group }) => group === folder);
    // Groups that read files of their own know which.
    if (!isDirectory || own.some(({ stored }) => stored !== undefined)) continue;
    for await (const { name } of Deno.readDir(join(context.figures, folder))) {
      if (own.some((one) => name === `${one.name}.json`) || folder === group) continue;
      unread.push(`${folder}/${name}: no figure is called so`);
    }
  }
  return { read, unread };
}

function storedFigures(others: readonly Figure[]): Figure {
  return figure("stored-figures-unread", {
    about: "Stored figures of the other groups that can't be read, or are no figure's any more",
    unit: "figures",
    target: { is: "=", value: 0 },
    cost: "short",
    async measure(context) {
      const { read, unread } = await unreadFigures(others, context);
      if (read === 0) return { value: null, reason: "no stored figure was read" };
      return { value: unread.length, detail: { read, unread } };
    },
  });
}

const testSeconds = figure("test-seconds", {
  about: "Wall time of `deno task test`; 533 s on two cores and npm alone before the move",
  unit: "s",
  target: { is: "<=", value: 533 },
  cost: "long",
  async measure({ run, note }) {
    note("running all tests");
    const ran = await run(["task", "test"]);
    if (ran.code !== 0) return { value: null, reason: `tests fail: ${lastWords(ran)}` };
    return { value: ran.seconds, detail: { cores: navigator.hardwareConcurrency } };
  },
});

const ciSeconds = figure("ci-seconds", {
  about: "Wall time of .ci/run with everything that it installs; 1,812 s on two cores before",
  unit: "s",
  target: { is: "<=", value: 1800 },
  cost: "long",
  async measure({ note }) {
    const log = join(".likeness", "ci.log");
    note(`running .ci/run; what it prints goes to ${log}`);
    await Deno.mkdir(join(root, ".likeness"), { recursive: true });
    const kept = `.ci/run 2>&1 | tee ${log}; exit "\${PIPESTATUS[0]}"`;
    const ended = await ends(["bash", "-c", kept], { cwd: root, limit: 3 * 3600 });
    if (ended.code !== 0) return { value: null, reason: shownEnd(ended) };
    return { value: ended.seconds, detail: { cores: navigator.hardwareConcurrency } };
  },
});

/** Figures of the house; among them whether those of the other groups are still read. */
export function houseFigures(others: readonly Figure[]): readonly Figure[] {
  return [...counts, readmeWords, storedFigures(others), smokeRows, testSeconds, ciSeconds];
}
