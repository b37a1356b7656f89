/**
 * The gate shown to work: faults are planted in a copy of this project, a repository of its own, and
 * the gate of the copy must find each, on real runs of a real family, by its command line.
 *
 * `deno task plants [NAME…] [--shared] [--json]`. First nothing is planted, and the gate must pass.
 * Exit code 1 unless every plant is found with the right verdict and exit code. `--shared`: the machine
 * has other work too, so what only a quiet one can tell is left out.
 * @module
 */
import { join } from "@std/path";
import { asInstalled } from "../../../src/base/program/child.ts";
import { exitCodes } from "../../../src/base/errors.ts";
import { runProgram } from "../../../src/base/program/program.ts";
import { copyTree } from "../../mutations/runner/tree.ts";
import { deviation, mean } from "../../../src/stats/summary.ts";
import { formatEffect } from "../../../src/gate/outcome.ts";
import type { Verdict } from "../../../src/gate/verdict/verdict.ts";

/** What the gate must say of a plant. */
export interface Expected {
  readonly exitCode: number;
  /** Verdict of a row of this metric. */
  readonly verdict?: Verdict["verdict"];
  readonly metric?: RegExp;
  readonly why?: RegExp;
}

/** A fault. */
export interface Plant {
  readonly name: string;
  readonly about: string;
  readonly suite: "quality" | "speed";
  readonly file?: string;
  readonly find?: string;
  /** The faulty text, from the baseline's PSNR values. */
  readonly replace?: (psnr: readonly number[]) => string;
  readonly gate: readonly string[];
  readonly expected: Expected;
  /** Too little to be told on a machine that has other work. */
  readonly quiet?: true;
}

// What a busy machine leaves undecided is no alarm.
const inTurns = ["--interleave", "--allow-inconclusive"];

/** Every program of the wasm engine takes so much longer, by waiting. */
function slowdown(
  { name, percent, pairs, quiet }: { name: string; percent: number; pairs: number; quiet?: true },
): Plant {
  return {
    name,
    about: `every program of the wasm engine takes ${percent} % longer, by waiting`,
    suite: "speed",
    file: "src/engine/wasm/engine.ts",
    find: "    return scoped(program, options);\n",
    replace: () =>
      [
        "    const run = scoped(program, options);",
        "    return (state, inputs, key) => {",
        "      const start = performance.now();",
        "      const result = run(state, inputs, key);",
        `      const until = start + ${1 + percent / 100} * (performance.now() - start);`,
        "      while (performance.now() < until);",
        "      return result;",
        "    };",
        "",
      ].join("\n"),
    gate: [...inTurns, "--pairs", String(pairs)],
    expected: {
      exitCode: 1,
      verdict: "regressed",
      metric: /^train-speed/,
      why: new RegExp(`in turns with .*${pairs} pairs`),
    },
    ...(quiet && { quiet }),
  };
}

/** Every plant, the empty ones first: what is found must not be found where there is nothing. */
export const plants: readonly Plant[] = [
  {
    name: "nothing",
    about: "the same code: every number has the same bits",
    suite: "quality",
    gate: ["--exact"],
    expected: { exitCode: 0, verdict: "pass", metric: /^PSNR/, why: /bit-identical/ },
  },
  {
    name: "nothing-in-speed",
    about: "the same code in turns with itself",
    suite: "speed",
    gate: inTurns,
    expected: { exitCode: 0, metric: /^train-speed/, why: /^in turns with/ },
  },
  slowdown({ name: "slowdown", percent: 10, pairs: 50, quiet: true }),
  slowdown({ name: "half-as-long-again", percent: 50, pairs: 15 }),
  {
    name: "quality-loss",
    about: "reconstructions carry a pattern that costs 3 standard deviations of PSNR over seeds",
    suite: "quality",
    file: "src/run/model/batches.ts",
    find: "parts.push(this.#kind.download(sample, values));",
    replace: (psnr) => {
      // A pattern of ±d adds d² to the mean squared error.
      const error = 10 ** (-mean(psnr) / 10);
      const d = Math.sqrt(error * (10 ** (3 * deviation(psnr) / 10) - 1));
      return `const shift = what === "reconstruct" ? ${d} : 0;
      const pattern = values.x_BHWC.map((x, i) =>
        Math.min(1, Math.max(0, x + (i % 2 === 0 ? shift : -shift))));
      parts.push(this.#kind.download(sample, { x_BHWC: pattern }));`;
    },
    gate: [],
    expected: { exitCode: 1, verdict: "regressed", metric: /^PSNR/, why: /bits differ in 5 of 5/ },
  },
  {
    name: "shifted-seed",
    about: "every run takes the next seed",
    suite: "quality",
    file: "src/run/keys.ts",
    find: 'hostKey(seed, "run", ...purposes)',
    replace: () => 'hostKey(seed + 1, "run", ...purposes)',
    gate: [],
    expected: {
      exitCode: 1,
      verdict: "regressed",
      metric: /^PSNR/,
      why: /wrong seed: seed 1 has the bits of the baseline's seed 2/,
    },
  },
  {
    name: "other-seed",
    about: "every run takes a seed that no run of the suite has: only its bits tell",
    suite: "quality",
    file: "src/run/keys.ts",
    find: 'hostKey(seed, "run", ...purposes)',
    replace: () => 'hostKey(seed + 1000, "run", ...purposes)',
    gate: ["--exact"],
    expected: {
      exitCode: 1,
      verdict: "regressed",
      metric: /^PSNR/,
      why: /bits changed, which --exact forbids/,
    },
  },
];

/** What became of a plant. */
export interface Found {
  readonly name: string;
  readonly found: boolean;
  readonly exitCode: number;
  /** The row that the plant is about. */
  readonly verdict: Verdict | null;
  /** Of quality: the loss in standard deviations over the baseline's seeds. */
  readonly deviations: number | null;
  readonly note: string;
  readonly seconds: number;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const suiteFile = "tests/gate/plants/plants.yaml";
const suiteOf = (name: Plant["suite"]) => `${suiteFile}#planted-${name}`;

/** A copy of the project in a repository of its own. */
class Copy {
  constructor(readonly root: string) {}

  async run(program: string, args: readonly string[]): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd: this.root,
      env: { NO_COLOR: "1", GIT_CONFIG_COUNT: "0" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  async git(...args: string[]): Promise<string> {
    const author = ["-c", "user.name=A planter", "-c", "user.email=planter@example.org"];
    const ran = await this.run("git", [...author, ...args]);
    if (ran.code !== 0) throw new Error(`git ${args[0]}: ${ran.err}`);
    return ran.out.trim();
  }

  likeness(...words: string[]): Promise<Ran> {
    return this.run(Deno.execPath(), [
      "run",
      "-A",
      asInstalled,
      "--no-check",
      "src/main.ts",
      ...words,
    ]);
  }

  /** Gives the suites these seeds: a gate asks for all that a suite names. */
  async narrow(seeds: string): Promise<void> {
    const path = join(this.root, suiteFile);
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replaceAll("seeds: [1, 2, 3, 4, 5]", `seeds: [${seeds}]`));
  }

  async commit(message: string): Promise<void> {
    await this.git("add", "-A");
    await this.git("commit", "--quiet", "--allow-empty", "-m", message);
  }
}

function trouble({ code, out, err }: Ran): string {
  return `exit code ${code}: ${(err.trim() || out.trim()).split("\n").slice(-4).join(" | ")}`;
}

/** Runs the suites as they are and accepts their numbers. */
async function accept(copy: Copy, suites: ReadonlySet<Plant["suite"]>): Promise<number[]> {
  let psnr: number[] = [];
  for (const suite of suites) {
    const path = suiteOf(suite);
    const quiet = ["--engine", "wasm", "--no-gate", "--no-report", "--quiet"];
    const ran = await copy.likeness("run", path, ...quiet);
    if (ran.code !== 0) throw new Error(`run ${path}: ${trouble(ran)}`);
  }
  // All were measured on one clean commit, and the first baseline makes the tree another.
  for (const suite of suites) {
    const named = ["--reason", "as it is", "--author", "A planter"];
    const updated = await copy.likeness("gate", suiteOf(suite), "--update", ...named);
    if (updated.code !== 0) throw new Error(`gate --update: ${trouble(updated)}`);
  }
  if (suites.has("quality")) {
    const text = await Deno.readTextFile(join(copy.root, "baselines/any/planted-quality.json"));
    const { rows } = JSON.parse(text) as { rows: { metric: string; values: object }[] };
    psnr = Object.values(rows.find(({ metric }) => metric.startsWith("PSNR"))!.values);
  }
  await copy.commit("accept");
  return psnr;
}

async function tryPlant(
  plant: Plant,
  { copy, psnr }: { copy: Copy; psnr: readonly number[] },
): Promise<Found> {
  const start = performance.now();
  const base = await copy.git("rev-parse", "HEAD");
  const path = suiteOf(plant.suite);
  try {
    if (plant.file !== undefined) {
      const file = join(copy.root, plant.file);
      const source = await Deno.readTextFile(file);
      if (source.split(plant.find!).length !== 2) {
        throw new Error(`the text to plant in does not stand once in ${plant.file}`);
      }
      await Deno.writeTextFile(file, source.replace(plant.find!, () => plant.replace!(psnr)));
      await copy.commit(`plant ${plant.name}`);
    }
    if (plant.suite === "quality") {
      const quiet = ["--engine", "wasm", "--fresh", "--no-gate", "--no-report", "--quiet"];
      const ran = await copy.likeness("run", path, ...quiet);
      if (ran.code !== 0) throw new Error(`run ${path}: ${trouble(ran)}`);
    }
    const gated = await copy.likeness("gate", path, "--json", ...plant.gate);
    const events = gated.out.split("\n").filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Verdict & { event: string });
    const { expected } = plant;
    const verdicts = events.filter(({ event, metric }) =>
      event === "verdict" && (expected.metric?.test(metric) ?? true)
    );
    const [verdict = null] = verdicts;
    const right = gated.code === expected.exitCode && verdict !== null &&
      (expected.verdict === undefined || verdict.verdict === expected.verdict) &&
      (expected.why?.test(verdict.why) ?? true);
    const loss = plant.suite === "quality" && verdict?.value != null && verdict.baseline !== null
      ? (verdict.baseline - verdict.value) / deviation(psnr)
      : null;
    return {
      name: plant.name,
      found: right,
      exitCode: gated.code,
      verdict,
      deviations: loss,
      note: right ? "" : trouble(gated),
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    return {
      name: plant.name,
      found: false,
      exitCode: -1,
      verdict: null,
      deviations: null,
      note: (error as Error).message,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    await copy.git("reset", "--quiet", "--hard", base);
  }
}

/**
 * Plants one after the other; calls back as each was looked for.
 * @param names of plants; none: all of them
 * @param options.shared leaves out those that only a quiet machine can tell, unless they are named
 * @param options.seeds in place of the suites' five, where a quick look is enough
 */
export async function findPlants(
  names: readonly string[],
  { shared = false, seeds, progress }: {
    shared?: boolean;
    seeds?: string;
    progress?: (found: Found) => void;
  } = {},
): Promise<Found[]> {
  const unknown = names.filter((name) => !plants.some((plant) => plant.name === name));
  if (unknown.length > 0) throw new Error(`no such plant: ${unknown.join(", ")}`);
  const chosen = plants.filter(({ name, quiet }) =>
    names.length === 0 ? !(shared && quiet) : names.includes(name)
  );
  const copy = new Copy(await copyTree());
  try {
    await copy.git("init", "--quiet");
    // A link, which the pattern for the folder leaves alone.
    await Deno.writeTextFile(join(copy.root, ".git/info/exclude"), "node_modules\n");
    if (seeds !== undefined) await copy.narrow(seeds);
    await copy.commit("as it is");
    const psnr = await accept(copy, new Set(chosen.map(({ suite }) => suite)));
    const found: Found[] = [];
    for (const plant of chosen) {
      found.push(await tryPlant(plant, { copy, psnr }));
      progress?.(found[found.length - 1]);
    }
    return found;
  } finally {
    await Deno.remove(copy.root, { recursive: true });
  }
}

function line({ name, found, exitCode, verdict, deviations, note, seconds }: Found): string {
  const change = verdict === null || verdict.interval === null
    ? ""
    : ` (${
      [verdict.effect, verdict.interval.low, verdict.interval.high]
        .map((x) => formatEffect(x, verdict.effectUnit)).join(", ")
    })`;
  const what = verdict === null
    ? ""
    : `: ${verdict.metric} ${verdict.verdict}${change}, ${verdict.why}`;
  const size = deviations === null ? "" : ` (${deviations.toFixed(2)} standard deviations)`;
  const word = found ? "as it should" : "WRONG";
  return `${word}  ${name}: exit code ${exitCode}${what}${size}  ${Math.round(seconds)} s` +
    (note === "" ? "" : `\n    ${note}`);
}

if (import.meta.main) runProgram(main);

async function main(): Promise<number> {
  const json = Deno.args.includes("--json");
  const found = await findPlants(Deno.args.filter((word) => !word.startsWith("--")), {
    shared: Deno.args.includes("--shared"),
    progress: (one) => json ? undefined : console.log(line(one)),
  });
  if (json) console.log(JSON.stringify({ plants: found.length, found }));
  else console.log(`${found.filter((one) => one.found).length} of ${found.length} as they should`);
  return found.every((one) => one.found) ? exitCodes.pass : exitCodes.regressed;
}
