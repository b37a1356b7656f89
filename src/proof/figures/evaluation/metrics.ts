/**
 * Figures of the metrics' arithmetic: a wide Fréchet distance against scipy's route, its exactness,
 * neighbours of many rows in bounded memory, and agreement with other programs.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { frechetDistance, gaussianDistance, gaussianOf } from "../../../metrics/features/mod.ts";
import { type Features, openblas } from "../../../algebra/mod.ts";
import { metricNames } from "../../../metrics/table/mod.ts";
import { findPeersPython } from "../../peers/contender/python.ts";
import { median } from "../../../stats/mod.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { lastWords } from "../process.ts";
import { seededFeatures } from "./features.ts";

const group = "evaluation";
const repeat = (name: string, measure = true) =>
  `deno task figures ${group}/${name}${measure ? " --measure" : ""}`;
const work = join("src", "proof", "figures", "evaluation", "work.ts");
const peer = fromFileUrl(new URL("../../../../tests/peers/frechet_peer.py", import.meta.url));

const [rows, dimension] = [10_000, 2048];
const rounds = 3;

interface Timed {
  readonly seconds: number;
  readonly moments: number;
  readonly value: number;
}

interface Race {
  readonly ours: readonly Timed[];
  readonly theirs: readonly Timed[];
  readonly threads: number;
  readonly algebra: string;
  readonly versions: string;
}

async function python(command: string, args: readonly string[], threads: number): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${peer}: ${text(stderr).split("\n").slice(-2).join(" | ")}`);
  return text(stdout);
}

/** Both routes in turns on the same files, each in fresh processes; or why not. */
function race({ once, note, run }: FigureContext): Promise<Race | string> {
  return once("frechet race", async () => {
    const library = openblas();
    if ("obstacle" in library) return `OpenBLAS is ${library.obstacle}`;
    const interpreter = await findPeersPython("cpu");
    if (interpreter === null) return "no Python with scipy: `deno task peers:speed --install`";
    const threads = navigator.hardwareConcurrency;
    const folder = await Deno.makeTempDir({ prefix: "frechet-" });
    try {
      const files = await Promise.all([1, 2].map(async (seed) => {
        const options = { count: rows, dimension, shift: 0.05 * seed, lean: 0.3 * seed };
        const { data } = seededFeatures(seed, options), path = join(folder, `${seed}.f64`);
        await Deno.writeFile(path, new Uint8Array(data.buffer as ArrayBuffer));
        return path;
      }));
      const ours: Timed[] = [], theirs: Timed[] = [];
      let algebra = "", versions = "";
      for (let round = 0; round < rounds; round++) {
        note(`Fréchet distance of 2 × ${rows} × ${dimension}, round ${round + 1} of ${rounds}`);
        const ran = await run(["run", "-A", work, "distance", ...files, String(dimension)], {
          env: { OPENBLAS_NUM_THREADS: String(threads) },
        });
        if (ran.code !== 0) return `${work}: ${lastWords(ran)}`;
        const mine = JSON.parse(ran.stdout);
        algebra = mine.algebra;
        ours.push(mine);
        const said = JSON.parse(
          await python(interpreter, [peer, ...files, String(dimension)], threads),
        );
        versions = said.versions;
        theirs.push(said);
      }
      return { ours, theirs, threads, algebra, versions };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const speedup: Figure = {
  group,
  name: "fd-2048-speedup",
  about:
    `Time of scipy's sqrtm route over ours for the Fréchet distance of 2 × ${rows} features of ` +
    `${dimension} dimensions, from features to number: medians of ${rounds} rounds in turns, as many ` +
    "threads",
  unit: "×",
  target: { is: ">=", value: 2 },
  cost: "long",
  command: repeat("fd-2048-speedup"),
  async measure(context): Promise<Measured> {
    const found = await race(context);
    if (typeof found === "string") return { value: null, reason: found };
    const { ours, theirs, ...detail } = found;
    const seconds = (all: readonly Timed[]) => all.map((t) => t.seconds);
    return {
      value: median(seconds(theirs)) / median(seconds(ours)),
      detail: {
        ...detail,
        ours: seconds(ours),
        scipy: seconds(theirs),
        oursWithoutMoments: ours.map((t) => t.seconds - t.moments),
        scipyWithoutMoments: theirs.map((t) => t.seconds - t.moments),
      },
    };
  },
};

/** A set whose columns are `by` times those of another and moved: the distance is known exactly. */
function stretched(set: Features, by: number, move: number): Features {
  return { ...set, data: set.data.map((v) => by * v + move) };
}

/**
 * tr Σ (by − 1)² + ‖move + (by − 1) μ‖² of a stretched set: its covariance commutes with the other's
 * (Dowson & Landau 1982).
 */
function stretchedDistance(set: Features, by: number, move: number): number {
  const { mean, trace } = gaussianOf(set);
  return trace * (by - 1) * (by - 1) +
    mean.reduce((sum, m) => sum + (move + (by - 1) * m) ** 2, 0);
}

const error: Figure = {
  group,
  name: "fd-2048-error",
  about:
    `Largest relative error of the fast Fréchet distance at ${dimension} dimensions: against ` +
    "scipy's on the race's features, and against closed forms of stretched sets with more and with " +
    "fewer rows than dimensions",
  unit: "relative",
  target: { is: "<=", value: 1e-6 },
  cost: "long",
  command: repeat("fd-2048-error"),
  async measure(context): Promise<Measured> {
    const found = await race(context);
    if (typeof found === "string") return { value: null, reason: found };
    const library = openblas();
    if ("obstacle" in library) return { value: null, reason: `OpenBLAS is ${library.obstacle}` };
    const { algebra } = library, relative = (a: number, b: number) => Math.abs(a - b) / b;
    const errors: Record<string, number> = {
      scipy: relative(found.ours[0].value, found.theirs[0].value),
    };
    for (const count of [500, 4000]) {
      const set = seededFeatures(5, { count, dimension }), other = stretched(set, 1.1, 0.01);
      const known = gaussianDistance(gaussianOf(set, algebra), gaussianOf(other, algebra), algebra);
      errors[`stretched, ${count} rows`] = relative(known, stretchedDistance(set, 1.1, 0.01));
    }
    const narrow = { count: 600, dimension: 96 };
    const [a, b] = [seededFeatures(6, narrow), seededFeatures(7, { ...narrow, lean: 0.2 })];
    errors["plain JavaScript, 96 dimensions"] = relative(
      frechetDistance(a, b, algebra),
      frechetDistance(a, b),
    );
    return { value: Math.max(...Object.values(errors)), detail: { errors } };
  },
};

/** Neighbours of 10,000 rows a side, once for both figures. */
function manyNeighbours({ once, run }: FigureContext) {
  return once("many neighbours", async () => {
    const library = openblas();
    if ("obstacle" in library) return `OpenBLAS is ${library.obstacle}`;
    const ran = await run(["run", "-A", work, "prdc", String(rows), String(dimension), "5"]);
    if (ran.code !== 0) return `${work}: ${lastWords(ran)}`;
    return JSON.parse(ran.stdout) as { seconds: number; megabytes: number | null; before: number };
  });
}

function neighbourFigure(
  name: string,
  { about, unit, target, of }: Pick<Figure, "about" | "unit" | "target"> & {
    readonly of: (found: { seconds: number; megabytes: number | null }) => number | null;
  },
): Figure {
  return {
    group,
    name,
    about,
    unit,
    target,
    cost: "long",
    command: repeat(name),
    async measure(context): Promise<Measured> {
      const found = await manyNeighbours(context);
      if (typeof found === "string") return { value: null, reason: found };
      const value = of(found);
      const detail = { ...found, features: 2 * rows * dimension * 8 / 1e6 };
      return value === null
        ? { value, reason: "the kernel doesn't count the peak" }
        : { value, detail };
    },
  };
}

const neighbours: readonly Figure[] = [
  neighbourFigure("prdc-10k-peak-memory", {
    about:
      `Peak memory of the process that finds precision, recall, density and coverage of 2 × ${rows} ` +
      `features of ${dimension} dimensions; the features are 328 MB of it`,
    unit: "MB",
    target: { is: "<=", value: 1000 },
    of: ({ megabytes }) => megabytes,
  }),
  neighbourFigure("prdc-10k-seconds", {
    about: `Wall time of the same, exact to the last comparison`,
    unit: "s",
    target: { is: "<=", value: 120 },
    of: ({ seconds }) => seconds,
  }),
];

/** How far from other programs' committed numbers ours are, by tests/extractors/parity.ts. */
function parityFigure(
  what: string,
  about: string,
  value: number,
): Figure {
  return {
    group,
    name: `parity-${what}`,
    about,
    unit: "relative",
    target: { is: "<=", value },
    cost: "short",
    command: repeat(`parity-${what}`, false),
    async measure({ once, run }): Promise<Measured> {
      const ran = await once(
        "metric parity",
        () => run(["run", "-A", "tests/extractors/parity.ts"]),
      );
      if (ran.code !== 0) return { value: null, reason: `parity.ts: ${lastWords(ran)}` };
      const found = JSON.parse(ran.stdout);
      const of: Record<string, number> = found[what];
      return { value: Math.max(...Object.values(of)), detail: { made: found.made, ...of } };
    },
  };
}

const parity: readonly Figure[] = [
  parityFigure(
    metricNames.frechet,
    "Largest relative difference of FD from pytorch-fid, clean-fid and torch-fidelity on the same arrays",
    1e-6,
  ),
  parityFigure(
    metricNames.kernel,
    "Largest relative difference of KID from torch-fidelity on the same arrays and subsets",
    1e-6,
  ),
  parityFigure(
    "neighbours",
    "Largest relative difference of precision, recall, density and coverage from prdc, ties included: " +
      "whole counts, so all beyond the last bits is a wrong count",
    4 * 2 ** -53,
  ),
  parityFigure(
    "images",
    "Largest relative difference of PSNR and SSIM from scikit-image, of MS-SSIM from torchmetrics",
    1e-9,
  ),
];

/** See the module. */
export const metricFigures: readonly Figure[] = [speedup, error, ...neighbours, ...parity];
