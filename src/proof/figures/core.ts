/**
 * Figures of the core: the harness itself, its first dataset and its first family.
 * @module
 */
import { dirname, join } from "@std/path";
import type { Figure, FigureContext, Measured } from "./figure.ts";
import { inTempFolder, lastWords, likeness, root } from "./process.ts";
import {
  differences,
  type ProbeReading,
  probeReadings,
  recordSource,
  timelessRecords,
  worstOverhead,
} from "./records.ts";
import { openStore, type RunRecord } from "../../record/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import { median } from "../../stats/mod.ts";

const group = "core";
const repeatCommand = (figure: string, measure = true) =>
  `deno task figures core/${figure}${measure ? " --measure" : ""}`;

const help: Figure = {
  group,
  name: "help-seconds",
  about: "Wall time of `likeness --help`, median of 9 processes after 2 that warm the caches",
  unit: "s",
  target: { is: "<", value: 0.25 },
  cost: "short",
  command: repeatCommand("help-seconds", false),
  async measure({ run }) {
    const seconds: number[] = [];
    for (let i = 0; i < 11; i++) {
      const ran = await run(likeness("--help"));
      if (ran.code !== 0) return { value: null, reason: `--help fails: ${lastWords(ran)}` };
      if (i >= 2) seconds.push(ran.seconds);
    }
    return { value: median(seconds), detail: { seconds } };
  },
};

const heads: Figure = {
  group,
  name: "heads-64-per-second",
  about: "Anti-aliased 64² heads rendered a second on one core, median of 5 repeats of 40",
  unit: "images/s",
  target: { is: ">=", value: 50 },
  cost: "short",
  command: repeatCommand("heads-64-per-second", false),
  async measure() {
    const [{ renderItems }, { headsConfig, pictureConfig }] = await Promise.all([
      import("../../data/heads/mod.ts"),
      import("../../data/heads/mod.ts"),
    ]);
    const config = pictureConfig(headsConfig.parse({ size: 64 }));
    const render = (from: number, to: number) => renderItems({ config, split: "train", from, to });
    await render(0, 40);
    const rates: number[] = [];
    for (let i = 1; i <= 5; i++) {
      const start = performance.now();
      await render(40 * i, 40 * (i + 1));
      rates.push(40_000 / (performance.now() - start));
    }
    return { value: median(rates), detail: { rates, supersample: config.supersample } };
  },
};

const repeat: Figure = {
  group,
  name: "repeat-differences",
  about: "Fields in which two runs of one tiny suite differ, time and provenance left out; the " +
    "loss of every step and the digest of every picture are among the fields",
  unit: "fields",
  target: { is: "=", value: 0 },
  cost: "short",
  command: repeatCommand("repeat-differences", false),
  async measure({ run }) {
    return await inTempFolder(async (folder): Promise<Measured> => {
      const made: { records: RunRecord[]; all: unknown }[] = [];
      for (const name of ["first", "second"]) {
        const out = join(folder, name);
        const suite = join("src", "proof", "figures", "repeat.yaml");
        const ran = await run(likeness("run", suite, "--out", out, "--no-gate", "--no-report"));
        if (ran.code !== 0) return { value: null, reason: `${suite}: ${lastWords(ran)}` };
        made.push(await timelessRecords(out));
      }
      const [first, second] = made;
      const found = differences(first.all, second.all);
      const values = first.records.flatMap(({ metrics }) => metrics)
        .filter(({ value }) => value !== null).length;
      if (values === 0) return { value: null, reason: "the records hold no metric" };
      return {
        value: found.length,
        detail: { runs: first.records.length, values, differ: found.slice(0, 20) },
        source: recordSource(first.records),
      };
    });
  },
};

/** The first command that a stranger runs, in a fresh folder. */
interface Bench {
  readonly seconds: number;
  readonly reportBytes: number | null;
  readonly htmlBytes: number | null;
  readonly records: readonly RunRecord[];
  readonly failure: string | null;
}

function bench({ once, note, run }: FigureContext): Promise<Bench> {
  return once("bench", () =>
    inTempFolder(async (out) => {
      note("running suites/smoke.yaml in a fresh folder");
      const ran = await run(likeness("run", "suites/smoke.yaml", "--out", out, "--json"));
      const records = await openStore(out).list();
      const report = ran.stdout.split("\n").filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as { event?: string; path?: string })
        .find(({ event }) => event === "report")?.path;
      // A gate that finds a change (1, 4) is a whole run all the same.
      const whole = [0, 1, 4].includes(ran.code) && records.every(({ state }) => state === "done");
      return {
        seconds: ran.seconds,
        reportBytes: report === undefined ? null : await folderBytes(dirname(report)),
        htmlBytes: report === undefined ? null : (await Deno.stat(report)).size,
        records,
        failure: whole ? null : lastWords(ran),
      };
    }));
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory ? await folderBytes(path) : (await Deno.stat(path)).size;
  }
  return bytes;
}

const benchTime: Figure = {
  group,
  name: "bench-seconds",
  about: "Wall time of `deno task bench` from nothing but the packages: data, training, metrics, " +
    "gate, report",
  unit: "s",
  target: { is: "<", value: 360 },
  cost: "long",
  command: repeatCommand("bench-seconds"),
  async measure(context) {
    const { seconds, failure, records } = await bench(context);
    if (failure !== null) return { value: null, reason: failure };
    const cores = records[0].provenance.cores;
    return {
      value: seconds,
      detail: { cores, runs: records.length },
      source: recordSource(records),
    };
  },
};

const overhead: Figure = {
  group,
  name: "overhead-percent",
  about: "Share of a run's time outside steps, metrics, data and pictures (compilation counts as " +
    "overhead), in the worst trained run of smoke",
  unit: "%",
  target: { is: "<", value: 5 },
  cost: "long",
  command: repeatCommand("overhead-percent"),
  async measure(context) {
    const { failure, records } = await bench(context);
    return failure === null ? worstOverhead(records) : { value: null, reason: failure };
  },
};

const reportSize: Figure = {
  group,
  name: "report-megabytes",
  about: "Size of the report of smoke, all its files",
  unit: "MB",
  target: { is: "<", value: 5 },
  cost: "long",
  command: repeatCommand("report-megabytes"),
  async measure(context) {
    const { failure, records, reportBytes, htmlBytes } = await bench(context);
    if (failure !== null) return { value: null, reason: failure };
    if (reportBytes === null) return { value: null, reason: "the run wrote no report" };
    return {
      value: reportBytes / 1e6,
      detail: { html: htmlBytes! / 1e6 },
      source: recordSource(records),
    };
  },
};

/** Readings of the VAE's probe in faces-quick; runs what is not there yet. */
async function readProbe({ out, once, note, run }: FigureContext): Promise<
  Measured & {
    readonly readings: readonly ProbeReading[];
  }
> {
  return await once("probe", async () => {
    const suite = "suites/faces-quick.yaml";
    note(`${suite}, family vae: records in ${out} are used, missing runs take 10 minutes each`);
    const ran = await run(
      likeness(
        "run",
        suite,
        "--families",
        "vae",
        "--out",
        out,
        "--no-gate",
        "--no-report",
        "--resume",
      ),
    );
    const { loadSuite } = await import("../../suite/mod.ts");
    const { planSuite } = await import("../../plan/mod.ts");
    const store = openStore(out);
    const records: RunRecord[] = [];
    const plan = planSuite(await loadSuite(join(root, suite)), {
      engine: "wasm",
      families: ["vae"],
    });
    const trained = plan.filter(({ spec }) => protocolOf(spec).trains);
    for (const { id } of trained) {
      const record = await store.readRecord(id);
      if (record !== null) records.push(record);
    }
    const readings = probeReadings(records, "vae");
    if (readings.length < trained.length) {
      const reason = `${readings.length} of ${trained.length} runs have a probe reading; ` +
        lastWords(ran);
      return { value: null, reason, readings };
    }
    const detail = Object.fromEntries(
      readings.map(({ label, seed, ...reading }) => [`${label} seed ${seed}`, reading]),
    );
    return { value: readings.length, readings, detail, source: recordSource(records) };
  });
}

const probe: Figure = {
  group,
  name: "vae-expression-over-chance",
  about: "faces-quick: balanced accuracy of a linear probe from the VAE's posterior means to " +
    "expression, over chance, in the worst seed",
  unit: "× chance",
  target: { is: ">=", value: 2 },
  cost: "long",
  command: repeatCommand("vae-expression-over-chance"),
  async measure(context) {
    const { readings, ...measured } = await readProbe(context);
    if (measured.value === null) return measured;
    return { ...measured, value: Math.min(...readings.map((r) => r.accuracy / r.chance)) };
  },
};

const aboveShuffled: Figure = {
  group,
  name: "vae-expression-above-shuffled",
  about: "faces-quick: by how much that probe beats the same probe on shuffled labels, worst seed",
  unit: "balanced accuracy",
  target: { is: ">", value: 0 },
  cost: "long",
  command: repeatCommand("vae-expression-above-shuffled"),
  async measure(context) {
    const { readings, ...measured } = await readProbe(context);
    if (measured.value === null) return measured;
    return { ...measured, value: Math.min(...readings.map((r) => r.accuracy - r.shuffled)) };
  },
};

/** Lines of src found and hit in an lcov report. */
export function coveredLines(lcov: string): { found: number; hit: number; files: number } {
  let counts = false;
  const total = { found: 0, hit: 0, files: 0 };
  for (const line of lcov.split("\n")) {
    const [key, value] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)];
    if (key === "SF") {
      counts = /[\\/]src[\\/]/.test(value) && !/[\\/]tests[\\/]/.test(value);
      if (counts) total.files++;
    }
    if (counts && key === "LF") total.found += Number(value);
    if (counts && key === "LH") total.hit += Number(value);
  }
  return total;
}

/** The ten files of src with the most lines that no test runs. */
function leastCovered(lcov: string): { file: string; missed: number; lines: number }[] {
  return lcov.split("end_of_record").map((record) => {
    const number = (key: string) =>
      Number(record.match(new RegExp(`^${key}:(\\d+)`, "m"))?.[1] ?? 0);
    const file = record.match(/^SF:.*?[\\/](src[\\/].*)$/m)?.[1] ?? "";
    return { file, missed: number("LF") - number("LH"), lines: number("LF") };
  }).filter(({ file }) => file !== "").sort((a, b) => b.missed - a.missed).slice(0, 10);
}

const coverage: Figure = {
  group,
  name: "line-coverage-percent",
  about: "Lines of src that the tests run, of the files that they load",
  unit: "%",
  target: { is: ">=", value: 85 },
  cost: "long",
  command: repeatCommand("line-coverage-percent"),
  async measure({ note, run }) {
    return await inTempFolder(async (folder): Promise<Measured> => {
      note("running all tests with coverage");
      const data = join(folder, "data");
      // Commands that tests start as processes of their own write their coverage there too.
      const ran = await run(["test", "-A", "--no-check", `--coverage=${data}`, "tests/"], {
        env: { DENO_COVERAGE_DIR: data },
      });
      if (ran.code !== 0) return { value: null, reason: `tests fail: ${lastWords(ran)}` };
      const lcov = join(folder, "lcov.info");
      const summed = await run(["coverage", "--lcov", `--output=${lcov}`, data]);
      if (summed.code !== 0) return { value: null, reason: lastWords(summed) };
      const report = await Deno.readTextFile(lcov);
      const { found, hit, files } = coveredLines(report);
      if (found === 0) return { value: null, reason: "the coverage report holds no line of src" };
      return {
        value: 100 * hit / found,
        detail: { lines: found, hit, files, testSeconds: ran.seconds, least: leastCovered(report) },
      };
    });
  },
};

const mutants: Figure = {
  group,
  name: "mutants-survived",
  about: "Mutants that the laws don't notice, or whose edit no longer fits the source",
  unit: "mutants",
  target: { is: "=", value: 0 },
  cost: "long",
  command: repeatCommand("mutants-survived"),
  async measure({ note, run }) {
    note("running all mutants");
    const ran = await run(["run", "-A", "tests/mutations/run.ts", "--json"]);
    const line = ran.stdout.trim().split("\n").at(-1) ?? "";
    if (!line.startsWith("{")) return { value: null, reason: lastWords(ran) };
    const summary = JSON.parse(line) as {
      mutants: number;
      killed: number;
      left: string[];
      problems: string[];
      outcomes: { id: string; outcome: string }[];
    };
    if (summary.mutants === 0) return { value: null, reason: "there are no mutants" };
    const detail = {
      mutants: summary.mutants,
      killed: summary.killed,
      left: summary.left.length,
      others: summary.outcomes.filter(({ outcome }) => outcome !== "killed"),
      problems: summary.problems,
    };
    return { value: summary.mutants - summary.killed + summary.problems.length, detail };
  },
};

/** In the order in which they are printed. */
export const core: readonly Figure[] = [
  help,
  heads,
  repeat,
  benchTime,
  overhead,
  reportSize,
  probe,
  aboveShuffled,
  coverage,
  mutants,
];
