/**
 * Flips single bits in the files that runs and `evaluate` leave. What uses a file next must give
 * the same numbers or name the damaged file. It must never give other numbers.
 * @module
 */
import { basename, join, relative } from "@std/path";
import sharp from "sharp";
import { hostIntegers, hostKey } from "../../../../random/host/mod.ts";
import { metricNames } from "../../../../metrics/table/mod.ts";
import type { Figure } from "../../figure.ts";
import { inTempFolder } from "../../process.ts";
import { differences } from "../../records.ts";
import { type Ended, lastSaid, likenessEnds, shownEnd, wronglyTold } from "../program.ts";
import { tally, type Trial } from "../trial.ts";

/** Numbers that a command printed, by what they are of. */
export type Printed = Readonly<Record<string, unknown>>;

/** What `--json` of run and evaluate printed: metrics but speed, of runs that were done. */
export function printedNumbers(stdout: string): Printed {
  const numbers: Record<string, unknown> = {};
  for (const line of stdout.split("\n").filter((text) => text.startsWith("{"))) {
    const told = JSON.parse(line) as {
      event?: string;
      id: string;
      state?: string;
      name?: string;
      metrics?: readonly { kind: string }[];
    };
    if (told.event === undefined && told.name !== undefined) numbers[told.name] = told;
    if (told.event !== "record" || told.state !== "done") continue;
    numbers[told.id] = told.metrics?.filter(({ kind }) => kind !== "speed");
  }
  return numbers;
}

/** What is wrong with what came of a spoilt file; null: nothing. */
export function judgeFlip(ended: Ended, clean: Printed, file: string): string | null {
  const found = printedNumbers(ended.stdout);
  const shared = Object.fromEntries(Object.keys(found).map((key) => [key, clean[key]]));
  const differ = differences(shared, found);
  if (differ.length > 0) return `other numbers: ${differ.slice(0, 3).join(", ")}`;
  if (ended.code === 0) {
    const missing = Object.keys(clean).filter((key) => !(key in found));
    return missing.length === 0 ? null : `exit code 0 without ${missing.join(", ")}`;
  }
  const told = wronglyTold(ended);
  if (told !== null) return told;
  return `${ended.stdout}${ended.stderr}`.includes(basename(file))
    ? null
    : `${basename(file)} is not named: ${lastSaid(ended)}`;
}

/** A folder that something left, and the commands that use it. */
interface Scene {
  readonly name: string;
  /** Leaves it in `out`. */
  readonly make: (out: string) => Promise<Ended>;
  /** Kinds of file by what their paths match, with the command that uses them. */
  readonly kinds: Readonly<Record<string, readonly [path: RegExp, use: Use]>>;
}

/** The words of a command, without where it leaves things. */
type Use = readonly string[];

/** Pictures in colour, higher than wide, no two alike. */
async function pictures(folder: string, count: number, seed: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const [red, green, blue, bent] = hostIntegers(hostKey(seed, "picture", i), 4, 255);
    const data = Uint8Array.from({ length: 24 * 20 * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % 20, Math.floor(at / 60)];
      return Math.floor([red, green, blue][at % 3] * (0.5 + 0.5 * Math.sin(x * y * bent / 4000)));
    });
    await sharp(data, { raw: { width: 20, height: 24, channels: 3 } }).png()
      .toFile(join(folder, `${i}.png`));
  }
}

/** Two suites, of heads and of a folder; with `more` one metric more each. */
function suites(more: boolean): string {
  const suite = (name: string, data: string) =>
    [
      `suite: ${name}`,
      `data: ${data}`,
      "budget: { steps: 3 }",
      "batch: 16",
      "runs: [{ autoencoder: { latent: 8, width: 8 } }]",
      "controls: [noise]",
      "metrics:",
      "  - reconstruction: { samples: 12 }",
      "  - kernel: { features: judge, samples: 12 }",
      ...(more ? ["  - sliced: { samples: 12 }"] : []),
    ].join("\n");
  return [
    suite(
      "flips-heads",
      "{ dataset: heads, size: 16, train: 64, test: 64, judge: 0, judge_test: 0 }",
    ),
    suite("flips-folder", "{ dataset: folder, path: pictures, size: 16, test: 0.4 }"),
  ].join("\n---\n") + "\n";
}

function scenes(folder: string): Scene[] {
  const options = ["--engine", "wasm", "--jobs", "1", "--json"];
  const run = (suite: string): Use => ["run", suite, ...options];
  const base = run(join(folder, "base.yaml")), more = run(join(folder, "more.yaml"));
  const kills = run("src/proof/figures/faults/inject/kills.yaml");
  const { frechet, kernel, coverage } = metricNames;
  const evaluate: Use = ["evaluate", "--real", join(folder, "pictures"), "--fake"]
    .concat([join(folder, "others"), "--metrics", [frechet, kernel, coverage].join(",")])
    .concat(["--engine", "wasm", "--json"]);
  const start = (use: Use, out: string) => likenessEnds([...use, "--out", out]);
  const record = (file: string) => new RegExp(`^records/[^/]+/${file}$`);
  return [
    {
      name: "run",
      make: (out) => start(base, out),
      kinds: {
        "record, by its own suite": [record("record\\.json"), base],
        "record, as a twin": [record("record\\.json"), more],
        "series": [record("series\\.json"), base],
        "picture": [record("[a-z]+\\.png"), base],
        "checkpoint, as a twin": [record("checkpoint\\.safetensors"), more],
        "features": [/^cache\/features\//, more],
        "rendered heads": [/^cache\/heads\//, more],
        "decoded pictures": [/^cache\/folder/, more],
        "index of digests": [/^cache\/contents\.sqlite$/, more],
        "plan": [/^plans\//, base],
        "gate's word": [/^gates\//, base],
        "history": [/^history\//, base],
      },
    },
    {
      name: "interrupted run",
      make: (out) => {
        const left = (file: string) => {
          try {
            return [...Deno.readDirSync(join(out, "records"))].some(({ isDirectory, name }) =>
              isDirectory && [...Deno.readDirSync(join(out, "records", name))]
                .some((entry) => entry.name === file)
            );
          } catch {
            return false; // nothing is there yet
          }
        };
        const killWhen = () => left("checkpoint.safetensors") && left("status.json");
        return likenessEnds([...kills, "--out", out], {
          preload: "./inject/quick_clock.ts",
          killWhen,
        });
      },
      kinds: {
        "checkpoint, gone on from": [record("checkpoint\\.safetensors"), kills],
        "status": [record("status\\.json"), kills],
      },
    },
    {
      name: "evaluate",
      make: (out) => start(evaluate, out),
      kinds: {
        "evaluate's rows": [/^cache\/evaluate\/.*\.bin$/, evaluate],
        "evaluate's state": [/^cache\/evaluate\/.*state\.json$/, evaluate],
        "evaluate's manifest": [/^cache\/evaluate\/.*manifest\.json$/, evaluate],
        "evaluate's moments": [/^cache\/evaluate\/.*\.sealed$/, evaluate],
        "evaluate's index of digests": [/^cache\/contents\.sqlite$/, evaluate],
      },
    },
  ];
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...isDirectory ? await filesBelow(path) : [path]);
  }
  return found.sort();
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.remove(to, { recursive: true }).catch(() => {});
  for (const file of await filesBelow(from)) {
    const target = join(to, relative(from, file));
    await Deno.mkdir(join(target, ".."), { recursive: true });
    await Deno.copyFile(file, target);
  }
}

/** Turns one bit, anywhere in a file. */
async function turnBit(path: string, seed: number, trial: number): Promise<string> {
  const bytes = await Deno.readFile(path), key = hostKey(seed, "flip", trial);
  const [at] = hostIntegers(key, 1, bytes.length), bit = trial % 8;
  bytes[at] ^= 1 << bit;
  await Deno.writeFile(path, bytes);
  return `bit ${bit} of byte ${at} of ${bytes.length}`;
}

/** How flips are tried. */
export interface FlipOptions {
  /** Of each kind of file. */
  readonly each?: number;
  readonly seed?: number;
  readonly note?: (text: string) => void;
  /** Only kinds whose names hold this. */
  readonly only?: string;
}

/** Turns bits in each kind of file and uses it; see the module. */
export function tryFlips(
  { each = 4, seed = 23, note = () => {}, only = "" }: FlipOptions = {},
): Promise<Trial[]> {
  return inTempFolder(async (folder) => {
    await pictures(join(folder, "pictures"), 60, 1);
    await pictures(join(folder, "others"), 40, 2);
    await Deno.writeTextFile(join(folder, "base.yaml"), suites(false));
    await Deno.writeTextFile(join(folder, "more.yaml"), suites(true));
    // Digests of files that have just been written are not kept.
    await new Promise((settled) => setTimeout(settled, 4000));
    const trials: Trial[] = [];
    for (const { name, make, kinds } of scenes(folder)) {
      const wanted = Object.entries(kinds).filter(([kind]) => kind.includes(only));
      if (wanted.length === 0) continue;
      const whole = join(folder, "whole"), out = join(folder, "out");
      await Deno.remove(whole, { recursive: true }).catch(() => {});
      await Deno.remove(out, { recursive: true }).catch(() => {});
      const made = await make(out);
      if (made.code !== 0 && (made.code !== null || made.late)) {
        throw new Error(`${name}: ${shownEnd(made)}`);
      }
      await copyFolder(out, whole);
      const files = (await filesBelow(whole)).map((path) => relative(whole, path));
      const clean = new Map<Use, Printed>();
      for (const [kind, [path, use]] of wanted) {
        const own = files.filter((file) => path.test(file));
        if (own.length === 0) throw new Error(`${name} left no ${kind}, only ${files.join(", ")}`);
        if (!clean.has(use)) {
          await copyFolder(whole, out);
          const ended = await likenessEnds([...use, "--out", out]);
          if (ended.code !== 0) throw new Error(`${use.join(" ")}: ${shownEnd(ended)}`);
          clean.set(use, printedNumbers(ended.stdout));
        }
        for (let i = 0; i < each; i++) {
          const file = own[i % own.length];
          await copyFolder(whole, out);
          const where = await turnBit(join(out, file), seed, trials.length);
          const ended = await likenessEnds([...use, "--out", out]);
          const wrong = judgeFlip(ended, clean.get(use)!, file);
          trials.push({ kind, what: `${file}, ${where}`, wrong });
          note(`${kind} ${i + 1}, ${file}, ${where}: ${wrong ?? `right (${ended.code})`}`);
        }
      }
    }
    return trials;
  });
}

/** See the module. */
export const flips: Figure = {
  group: "faults",
  name: "byte-flips-wrong",
  about:
    "Single bits flipped in each kind of file that run and evaluate leave, four for each kind, " +
    "then the command that uses it: those after which the numbers differed, or the error named " +
    "neither the file nor the fault",
  unit: "flips",
  target: { is: "=", value: 0 },
  cost: "long",
  command: "deno task figures faults/byte-flips-wrong --measure",
  measure: async ({ note }) => tally(await tryFlips({ note })),
};
