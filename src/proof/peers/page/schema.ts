/**
 * The JSON that `deno task peers:speed` writes: every raw sample and where it comes from.
 * @module
 */
import { z } from "zod";
import { readJson } from "../../../base/mod.ts";

const bytes = z.number().nullable();

const measured = z.strictObject({
  name: z.string(),
  versions: z.record(z.string(), z.string()),
  device: z.string(),
  /** null: the library makes a thread for each processor that it may run on. */
  threads: z.number().nullable(),
  /** Seconds of the first step, compilation included. */
  firstSeconds: z.number(),
  /** The first step less the fastest round's, which another process slowed least. */
  compileSeconds: z.number(),
  /** Steps between two readings of the clock. */
  stepsPerTurn: z.int(),
  /** Seconds a step, one number a round. */
  samples: z.array(z.number()),
  median: z.number(),
  minimum: z.number(),
  memory: z.strictObject({
    /** Resident bytes once the libraries are loaded. */
    libraries: bytes,
    /** Most resident bytes through loading and the first step. */
    first: bytes,
    /** Most resident bytes while the rounds ran. */
    steady: bytes,
    /** Most bytes of a GPU's memory, by the library's own count. */
    device: bytes,
  }),
  /** Seconds of the fastest float32 product of two 2048² matrices. */
  matmulSeconds: z.number(),
  /** Operations a second of the median step, over the greatest measured in this run by anyone. */
  utilisation: z.number().nullable(),
  /** Losses of the first steps from equal weights. */
  losses: z.array(z.number()),
});

const failed = z.strictObject({
  name: z.string(),
  /** Why there are no numbers. */
  failed: z.string(),
});

const ratio = z.strictObject({
  of: z.string(),
  to: z.string(),
  /** Ratio of the medians: below 1, `of` is the faster. */
  estimate: z.number(),
  /** 95 % interval of the ratio, from the logarithms of each round's; null for one round. */
  low: z.number().nullable(),
  high: z.number().nullable(),
});

const model = z.strictObject({
  name: z.string(),
  about: z.string(),
  task: z.enum(["train", "decode"]),
  batch: z.int(),
  parameters: z.int(),
  /** Floating-point operations of a step: 2 a multiply-add of products and convolutions. */
  flopsPerStep: z.number().nullable(),
  contenders: z.array(z.union([measured, failed])),
  /** Largest relative difference of two contenders' losses, as a share of what rounding allows. */
  disagreement: z.number().nullable(),
  ratios: z.array(ratio),
});

/** The whole file. */
export const peersReport = z.strictObject({
  version: z.literal(1),
  size: z.enum(["bench", "tiny"]),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Engine of `ours`; null where it took no part. */
  engine: z.string().nullable(),
  device: z.enum(["cpu", "cuda"]),
  threads: z.int(),
  rounds: z.int(),
  /** Operations a second of the fastest contender's matrix product. */
  peakFlops: z.number(),
  provenance: z.strictObject({
    gitSha: z.string().nullable(),
    gitDirty: z.boolean().nullable(),
    lock: z.string().nullable(),
    deno: z.string(),
    v8: z.string(),
    os: z.string(),
    cpu: z.string(),
    cores: z.int(),
    memoryBytes: z.number(),
    command: z.string(),
    instructionSet: z.string(),
  }),
  models: z.array(model),
});

/** A report. */
export type PeersReport = z.output<typeof peersReport>;
/** One model of a report. */
export type PeersModel = PeersReport["models"][number];
/** A contender's numbers. */
export type Measured = z.output<typeof measured>;
/** A contender without numbers. */
export type Failed = z.output<typeof failed>;

/** Name of the file in a report's folder. */
export const REPORT_FILE = "peers-speed.json";

/** Whether a contender has numbers. */
export function isMeasured(contender: Measured | Failed): contender is Measured {
  return !("failed" in contender);
}

/**
 * Reads a report; null where there is none.
 * @throws Error naming the field where the file is not one
 */
export async function readPeersReport(folder: string): Promise<PeersReport | null> {
  const path = `${folder}/${REPORT_FILE}`;
  const found = await readJson(path);
  if (found === null) return null;
  const parsed = peersReport.safeParse(found);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${path}: ${issue.path.join(".")}: ${issue.message}`);
}

/** Whether a contender is this harness, in either way of running a captured step. */
export function isOurs({ name }: { readonly name: string }): boolean {
  return name.startsWith("ours");
}
