/**
 * A user's project on disk with every kind of input that a run can have, and changes of each.
 * @module
 */
import { join } from "@std/path";
import { sha256Hex } from "../../src/base/digest/digest.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { datasets, families, metrics } from "../../src/registry.ts";
import { loadSuite } from "../../src/suite/load.ts";

/** A project as it is before it is written: files by path, and what its suite says. */
export interface Project {
  readonly files: Map<string, string>;
  suite: { [key: string]: unknown };
  /** Name of the suite's file. */
  name: string;
  seed: number;
  engine: "wasm" | "tensorflow";
  /** Text before the suite's own. */
  comment: string;
  /** Of every file, milliseconds. */
  time: number;
}

/** The kinds of run that the project has. */
export const kinds = ["mine", "theirs", "program", "noise"] as const;
/** One of `kinds`. */
export type Kind = typeof kinds[number];

const family = `
import { z } from "zod";
import { defineFamily } from "@likeness/likeness";
import { scale } from "./lib/scale.ts";
import type { Unused } from "./types.ts";
import table from "./lib/table.json" with { type: "json" };

const later = () => import("./lib/later.ts");

export const mine = defineFamily({
  name: "project-family",
  version: 1,
  about: String(scale) + table.length + String(later),
  papers: [],
  config: z.object({ width: z.number().default(4), deep: z.boolean().default(false) }),
  build(): never {
    throw new Error("nothing is built here" as Unused);
  },
});
`;

const metric = `
import { z } from "zod";
import { defineMetric } from "@likeness/likeness";

export const score = defineMetric({
  name: "project-score",
  version: 1,
  about: "",
  papers: [],
  phase: "quality",
  config: z.object({ samples: z.int().default(10) }),
  declares: () => [],
  compute: () => Promise.resolve([]),
});
`;

/** The project before any change. */
export function project(): Project {
  return {
    files: new Map([
      ["family.ts", family],
      ["lib/scale.ts", 'export { scale } from "./deeper/number.ts";\n'],
      ["lib/deeper/number.ts", "export const scale = 2;\n"],
      ["lib/table.json", "[1, 2]\n"],
      ["lib/later.ts", "export const later = 1;\n"],
      ["types.ts", "export type Unused = string;\n"],
      ["metric.ts", metric],
      ["beside.ts", "export const nothing = 1;\n"],
      ["pictures/a.png", "first"],
      ["pictures/b.png", "second"],
      ["pictures/notes.md", "no picture"],
      ["theirs/0.png", "sample"],
      ["theirs/1.png", "another"],
      ["sample.py", "print()\n"],
      ["weights.bin", "0123"],
      ["parts/part.bin", "4567"],
      ["extractor.pth", "weights"],
    ]),
    suite: {
      suite: "project",
      version: 1,
      about: "",
      data: { dataset: "folder", path: "pictures", size: 16 },
      budget: { steps: 10 },
      batch: 8,
      modules: ["family.ts", "metric.ts"],
      runs: [
        { "project-family": { width: 4 } },
        { name: "theirs", external: { folder: "theirs" } },
        {
          name: "program",
          external: {
            command: ["python3", "sample.py", "--weights=weights.bin", "{out}"],
            files: ["parts"],
          },
        },
      ],
      metrics: [{ "project-score": { samples: 5 } }],
      extractors: {
        "inception-fid": { weights: "extractor.pth", sha256: sha256Hex("weights") },
      },
      controls: ["noise"],
    },
    name: "suite.yaml",
    seed: 1,
    engine: "wasm",
    comment: "",
    time: Date.UTC(2020, 0, 1),
  };
}

/** A change of a project by a number that no two of a case share, and the runs that it makes others. */
export interface Change {
  readonly of: string;
  readonly runs: readonly Kind[];
  apply(project: Project, n: number): void;
}

const all = kinds;
const edit = (path: string, runs: readonly Kind[]): Change => ({
  of: `bytes of ${path}`,
  runs,
  // JSON and TypeScript alike may end in blank lines.
  apply: ({ files }, n) => files.set(path, files.get(path)! + "\n".repeat(n)),
});
const set = (path: string, runs: readonly Kind[], value: (n: number) => unknown): Change => ({
  of: `suite's ${path}`,
  runs,
  apply({ suite }, n) {
    const keys = path.split(".");
    let at = suite as Record<string, unknown>;
    for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
    at[keys.at(-1)!] = value(n);
  },
});

/** All changes of inputs, and of what is none. */
export const changes: readonly Change[] = [
  ...["family.ts", "lib/scale.ts", "lib/deeper/number.ts", "lib/table.json", "lib/later.ts"]
    .map((path) => edit(path, ["mine"])),
  edit("metric.ts", all),
  edit("pictures/a.png", all),
  edit("theirs/1.png", ["theirs"]),
  edit("sample.py", ["program"]),
  edit("weights.bin", ["program"]),
  edit("parts/part.bin", ["program"]),
  {
    of: "name of a picture",
    runs: all,
    apply({ files }, n) {
      files.set(`pictures/c${n}.png`, files.get("pictures/b.png")!);
      files.delete("pictures/b.png");
    },
  },
  {
    of: "number of pictures",
    runs: all,
    apply: ({ files }, n) => files.set(`pictures/new${n}.png`, "new"),
  },
  set("suite", all, (n) => `project-${n}`),
  set("version", all, (n) => n + 1),
  set("data.test", all, (n) => n / 100),
  set("batch", ["mine", "theirs", "program", "noise"], (n) => 8 + n),
  set("budget.steps", ["mine"], (n) => 10 + n),
  set("runs.0.project-family.width", ["mine"], (n) => 4 + n),
  set("runs.0.project-family.deep", ["mine"], () => true),
  set("runs.1.external.timeout", ["theirs"], (n) => n),
  set("metrics.0.project-score.samples", all, (n) => 5 + n),
  {
    of: "weights of an extractor",
    runs: all,
    apply({ files, suite }, n) {
      const weights = `weights ${n}`;
      files.set("extractor.pth", weights);
      suite.extractors = {
        "inception-fid": { weights: "extractor.pth", sha256: sha256Hex(weights) },
      };
    },
  },
  { of: "seed", runs: all, apply: (project, n) => project.seed += n },
  { of: "engine", runs: all, apply: (project) => project.engine = "tensorflow" },
  // None of these is an input.
  edit("types.ts", []),
  edit("beside.ts", []),
  edit("pictures/notes.md", []),
  set("about", [], (n) => `about ${n}`),
  set("report", [], (n) => ({ title: `title ${n}` })),
  set("runs.0.name", [], (n) => `called-${n}`),
  set("metrics.0.project-score.gate", [], (n) => ({ effect: `${n}%` })),
  {
    of: "place of an extractor's weights",
    runs: [],
    apply({ files, suite }, n) {
      const { extractors } = suite as {
        extractors: { "inception-fid": { weights: string; sha256: string } };
      };
      const { weights, sha256 } = extractors["inception-fid"];
      files.set(`moved-${n}.pth`, files.get(weights)!);
      suite.extractors = { "inception-fid": { weights: `moved-${n}.pth`, sha256 } };
    },
  },
  { of: "comments", runs: [], apply: (project, n) => project.comment = `# comment ${n}\n` },
  { of: "name of the suite's file", runs: [], apply: (project, n) => project.name = `s${n}.yaml` },
  { of: "times of files", runs: [], apply: (project, n) => project.time += 1000 * n },
  {
    of: "order of keys and of files",
    runs: [],
    apply(project) {
      const { suite, files } = project;
      project.suite = Object.fromEntries(Object.entries(suite).reverse());
      const entries = [...files].reverse();
      files.clear();
      for (const [path, text] of entries) files.set(path, text);
    },
  },
];

/** Writes a project into a folder and plans it: the id of each kind of run. */
export async function idsOf(project: Project, folder: string): Promise<Record<Kind, string>> {
  for (const [path, text] of project.files) {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
    await Deno.utime(join(folder, path), new Date(project.time), new Date(project.time));
  }
  const path = join(folder, project.name);
  await Deno.writeTextFile(path, project.comment + JSON.stringify(project.suite));
  // The same names, from a module that lies elsewhere: as in a process of its own.
  for (const table of [families, datasets, metrics]) {
    for (const name of Object.keys(table)) if (name.startsWith("project-")) delete table[name];
  }
  const suite = await loadSuite(path, { cache: join(folder, ".cache") });
  const plan = planSuite(suite, { engine: project.engine, seeds: [project.seed] });
  const id = (found: (run: typeof plan[number]) => boolean) => plan.find(found)!.id;
  return {
    mine: id(({ spec }) => spec.family === "project-family"),
    theirs: id(({ label }) => label === "theirs"),
    program: id(({ label }) => label === "program"),
    noise: id(({ label }) => label === "noise"),
  };
}
