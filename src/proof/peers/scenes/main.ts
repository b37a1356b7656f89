/**
 * `deno task peers:scenes`: the rasteriser of Gaussian splats beside gsplat's reference in PyTorch.
 * @module
 */
import type { Arguments, Command, Terminal } from "../../../cli/mod.ts";
import { exitCodes, UsageError } from "../../../base/mod.ts";
import { didYouMean } from "../../../base/text/mod.ts";
import { median } from "../../../stats/mod.ts";
import { runCommand } from "../command.ts";
import { type Agreement, compareScenes } from "./agreement.ts";
import { gsplatPython } from "./environment.ts";
import { GsplatPeer } from "./gsplat.ts";
import { type BesideTorch, type HashWork, timeHashGrid } from "./hash_grid.ts";
import type { SceneSize } from "./scene.ts";
import {
  type BesideGsplat,
  type OfThreads,
  type OfViews,
  timeBeside,
  timeThreads,
  timeViews,
  type Turns,
} from "./speed.ts";

/** Threads of both sides. */
const THREADS = 2;

const size = (count: number, side: number): SceneSize => ({ count, side, degree: 1 });
const FIFTY = size(50_000, 256);
/** Levels and sizes of the hash grid; a batch of points is what a step of its training sees. */
const HASH = { levels: 12, features: 2, rowBits: 15, base: 12, finest: 512 };
/** Scenes of each part. */
const SCENES = {
  bench: {
    speed: [size(5000, 128), size(20_000, 128), size(50_000, 128)],
    agreement: [
      { count: 200, side: 32, degree: 3, antialiased: true },
      ...[size(2000, 64), size(5000, 128), size(20_000, 128), FIFTY],
    ] as SceneSize[],
    threads: [size(20_000, 128), FIFTY],
    views: FIFTY,
    hash: { ...HASH, points: 24_576 } as HashWork,
  },
  tiny: {
    speed: [size(50, 16)],
    agreement: [size(50, 16)],
    threads: [size(50, 16)],
    views: size(50, 16),
    hash: { ...HASH, points: 64 } as HashWork,
  },
} as const;

/** What may be measured. */
export const PARTS = ["speed", "agreement", "threads", "views", "hash"] as const;

/** What was measured, with `--json`. */
export interface ScenesReport {
  readonly threads: number;
  /** Of gsplat and PyTorch, where they took part. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly speed?: readonly BesideGsplat[];
  readonly agreement?: readonly Agreement[];
  readonly ofThreads?: readonly OfThreads[];
  readonly views?: OfViews;
  readonly hash?: BesideTorch;
}

/** What the command line says of itself. */
export const command: Command = {
  name: "peers:scenes",
  summary: "The rasteriser of splats beside gsplat's reference in PyTorch, on this machine",
  about: "Draws random Gaussians and takes gradients here and by gsplat's reference in plain " +
    "PyTorch on the CPU, and tells times in turns and how far the two are apart. gsplat leaves three " +
    "things to CUDA, which tests/peers/gsplat_peer.py replaces; the largest, what each pixel meets, " +
    "is timed apart. The first use makes the Python environment of peers:speed in the cache " +
    "(LIKENESS_CACHE), some 3 GB to download, and adds gsplat. Takes some minutes; leave the machine " +
    "alone meanwhile.",
  positionals: [],
  options: [
    { name: "parts", value: "NAMES", about: `Of ${PARTS.join(", ")}. Default: all` },
    {
      name: "rounds",
      value: "N",
      takes: { kind: "whole", minimum: 1 },
      about: "Turns of each side. Default: 9",
    },
    { name: "size", value: "bench|tiny", about: "tiny only shows that all works. Default: bench" },
    { name: "json", about: "One line of JSON with every number in place of a table" },
    { name: "install", about: "Only make the Python environment; again is a no-op" },
  ],
  examples: [
    ["deno task peers:scenes --install", "gsplat and PyTorch, once"],
    ["deno task peers:scenes --parts agreement", "how far from gsplat"],
  ],
  exits: [
    [exitCodes.pass, "measured"],
    [exitCodes.usage, "wrong options, or no Python"],
  ],
  load: () => Promise.resolve({ main }),
};

type Part = typeof PARTS[number];

function partsOf(args: Arguments): readonly Part[] {
  const names = args.list("parts") ?? PARTS;
  for (const name of names) {
    if (PARTS.includes(name as Part)) continue;
    throw new UsageError(
      `--parts: there is no ${name}${didYouMean(name, PARTS)}; known: ${PARTS.join(", ")}`,
    );
  }
  return names as readonly Part[];
}

function scenesOf(args: Arguments): typeof SCENES[keyof typeof SCENES] {
  const name = args.one("size") ?? "bench";
  if (name === "bench" || name === "tiny") return SCENES[name];
  throw new UsageError(`--size: ${name} is neither bench nor tiny`);
}

async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const say = (line: string) => terminal.warn(line);
  if (args.has("install")) {
    const { python, packages } = await gsplatPython(say);
    terminal.print(`gsplat in ${packages}, Python ${python}`);
    return exitCodes.pass;
  }
  const parts = partsOf(args), scenes = scenesOf(args);
  const tiny = args.one("size") === "tiny";
  const turns: Turns = { rounds: args.whole("rounds") ?? 9, turnSeconds: tiny ? 0.01 : 0.3 };
  let report: ScenesReport = { threads: THREADS };
  if (parts.includes("speed") || parts.includes("agreement")) {
    const peer = await GsplatPeer.start(await gsplatPython(say), THREADS);
    try {
      report = { ...report, versions: peer.identity.versions };
      if (parts.includes("agreement")) {
        report = { ...report, agreement: await compareScenes(peer, scenes.agreement) };
      }
      if (parts.includes("speed")) {
        report = { ...report, speed: await timeBeside(peer, scenes.speed, turns) };
      }
    } finally {
      await peer.close();
    }
  }
  if (parts.includes("threads")) {
    report = { ...report, ofThreads: await timeThreads(scenes.threads, turns) };
  }
  if (parts.includes("views")) {
    report = { ...report, views: await timeViews(scenes.views, turns) };
  }
  if (parts.includes("hash")) {
    report = { ...report, hash: await timeHashGrid(await gsplatPython(say), scenes.hash, turns) };
  }
  if (args.has("json")) terminal.print(JSON.stringify(report));
  else for (const line of textOf(report)) terminal.print(line);
  return exitCodes.pass;
}

const milliseconds = (seconds: readonly number[]) => `${(1000 * median(seconds)).toFixed(1)} ms`;
const named = ({ count, side }: SceneSize) => `${count} splats, ${side}²`;

/** A report as lines to read. */
function textOf(
  { versions, speed = [], agreement = [], ofThreads = [], views, hash }: ScenesReport,
): string[] {
  const lines = versions === undefined ? [] : [
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", "),
  ];
  for (const { ours, theirs, ...of } of agreement) {
    lines.push(
      `${named(of)}: picture within ${ours.image.toExponential(1)} (${ours.beyond} pixels beyond ` +
        `1e-4), gradients within ${ours.gradient.toExponential(1)}; gsplat in float32 ` +
        `${theirs.image.toExponential(1)} and ${theirs.gradient.toExponential(1)}`,
    );
  }
  for (const { ours, theirs, lists, ...of } of speed) {
    lines.push(
      `${named(of)}: ${milliseconds(ours)}, gsplat ${milliseconds(theirs)}, ` +
        `${milliseconds(lists)} of it lists`,
    );
  }
  for (const { one, two, ...of } of ofThreads) {
    lines.push(`${named(of)}: one thread ${milliseconds(one)}, two ${milliseconds(two)}`);
  }
  if (views !== undefined) {
    lines.push(`${named(views)}: ${(1 / median(views.seconds)).toFixed(1)} views/s`);
  }
  if (hash !== undefined) {
    lines.push(
      `hash grid, ${hash.points} points: ${milliseconds(hash.ours)}, PyTorch ` +
        `${milliseconds(hash.flat)}, by indexing ${milliseconds(hash.plain)}; within ` +
        hash.apart.toExponential(1),
    );
  }
  return lines;
}

if (import.meta.main) runCommand(command);
