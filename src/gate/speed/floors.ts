/**
 * Noise floors: how much measurements of the same code differ on a class of machines. A/A sessions
 * (`likeness calibrate`) set them; they are kept with the baselines they belong to,
 * `baselines/<machine class>/<suite>.floors.json`, and reviewed like them. A smaller change than
 * the floor is noise.
 * @module
 */
import { z } from "zod";
import { writeAtomic } from "../../base/mod.ts";
import { deviation, mean, median, tQuantile } from "../../stats/mod.ts";
import { baselinePath, encodeBaseline } from "../baseline/baseline.ts";
import { FEWEST_SESSIONS } from "../limits/fewest.ts";
import { readReviewed, rowsSchema } from "../baseline/reviewed.ts";
import { type Row, rowKey } from "../verdict/rows.ts";

const floorRowSchema = z.strictObject({
  label: z.string(),
  metric: z.string(),
  kind: z.enum(["quality", "speed"]),
  unit: z.string(),
  /** Share of the value below which a difference says nothing; of one timing alone (see `Reach`). */
  floor: z.number().min(0),
  /** What it was set from: one a session (speed), one a seed (quality). */
  values: z.array(z.number()).min(FEWEST_SESSIONS),
});

const floorUpdateSchema = z.strictObject({
  reason: z.string().min(1),
  author: z.string().min(1),
  /** ISO 8601, UTC. */
  date: z.string(),
  commit: z.string().nullable(),
  /** Sessions, or seeds. */
  n: z.int(),
  command: z.string(),
});

/** Where a machine class names no processor, it can't be told whose noise was measured. */
const beforeProcessors = 1, withProcessors = 2;

const floorsSchema = z.strictObject({
  /** 1: its machine class names no processor; 2: it does. */
  format: z.union([z.literal(beforeProcessors), z.literal(withProcessors)]),
  suite: z.string(),
  suiteVersion: z.int(),
  machineClass: z.string(),
  engine: z.looseObject({ name: z.string() }),
  /** Newest first. */
  updates: z.array(floorUpdateSchema).min(1),
  rows: rowsSchema(floorRowSchema),
});

/** A file of floors. */
export type Floors = z.infer<typeof floorsSchema>;
/** The floor of one metric of one group of seeds. */
export type FloorRow = z.infer<typeof floorRowSchema>;
/** A reviewed change of the floors. */
export type FloorUpdate = z.infer<typeof floorUpdateSchema>;

/** `baselines/<machine class>/<suite>.floors.json`. */
export function floorsPath(
  folder: string,
  which: { suite: string; machineClass: string },
): string {
  return baselinePath(folder, which).replace(/\.json$/, ".floors.json");
}

/**
 * Reads the floors of one class; null where there are none.
 * @throws UsageError where the file holds something else
 */
export async function readFloors(
  folder: string,
  which: { suite: string; machineClass: string },
): Promise<Floors | null> {
  return await readReviewed(floorsPath(folder, which), {
    schema: floorsSchema,
    what: "a file of noise floors",
    anew: 'calibrate again: likeness calibrate --reason "…"',
    of: which,
    formats: [beforeProcessors, withProcessors],
  });
}

/** Writes floors, whole or not at all; returns where. */
export async function writeFloors(folder: string, floors: Floors): Promise<string> {
  const path = floorsPath(folder, floors);
  await writeAtomic(path, encodeBaseline(floors));
  return path;
}

/** How wide a floor is: the chance that any of so many timings of two more sessions passes it. */
export interface Reach {
  readonly alpha: number;
  readonly tests: number;
}

const single: Reach = { alpha: 0.05, tests: 1 };

/**
 * The floor of sessions of one and the same code, as a share: the larger of what any two of them
 * differed by and the bound of what two more would, t s√2 over their mean, t at α/tests on both
 * sides. The session is the unit: its runs and repeats share what the machine did meanwhile.
 * @param values one a session, of one sign
 * @throws RangeError below `FEWEST_SESSIONS` values, or where a share means nothing (a value of 0,
 *   both signs)
 */
export function sessionFloor(values: readonly number[], { alpha, tests }: Reach = single): number {
  if (values.length < FEWEST_SESSIONS) {
    throw new RangeError(`a floor from ${values.length} sessions: ${FEWEST_SESSIONS} or more`);
  }
  const sizes = values.map((value) => value * Math.sign(values[0]));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (!(least > 0) || !Number.isFinite(most)) {
    throw new RangeError(
      `a floor from ${values.join(", ")}: shares need values of one sign, not 0`,
    );
  }
  const t = tQuantile(1 - alpha / (2 * tests), sizes.length - 1);
  const reach = t * Math.SQRT2 * deviation(sizes);
  return Math.max((most - least) / least, reach / mean(sizes));
}

/**
 * The floor of a quality metric, as a share of its mean: what two sets of `seeds` seeds of one and
 * the same code differ by in 95 of 100 cases, t s√(2/seeds).
 * @throws RangeError as `sessionFloor`
 */
export function seedFloor(values: readonly number[], seeds: number): number {
  if (values.length < FEWEST_SESSIONS) {
    throw new RangeError(`a floor from ${values.length} seeds: ${FEWEST_SESSIONS} or more`);
  }
  const centre = Math.abs(mean(values));
  if (centre === 0) throw new RangeError("a floor as a share of a mean of 0");
  const t = tQuantile(1 - single.alpha / 2, values.length - 1);
  return t * deviation(values) * Math.sqrt(2 / seeds) / centre;
}

/** A run's own value of a timing: the median of its repeats. */
export function runValue(row: Pick<Row, "values" | "raw">, seed: number): number {
  const raw = row.raw.get(seed);
  return raw === undefined ? row.values.get(seed)! : median(raw);
}

/** A session's value of a timing: the median of its runs. */
export function sessionValue(row: Pick<Row, "values" | "raw">): number {
  return median([...row.values.keys()].map((seed) => runValue(row, seed)));
}

/** A floor, and what it rests on. */
export interface Floor {
  readonly share: (reach: Reach) => number;
  /** Sessions, or seeds. */
  readonly n: number;
}

/**
 * Whether the noise of timings was calibrated on this class of machines, for this version of the
 * suite: elsewhere speed is shown and not judged. Floors of before classes named a processor don't
 * count.
 */
export function isCalibrated(
  floors: readonly Floors[],
  { scope, suiteVersion }: { readonly scope: string; readonly suiteVersion: number },
): boolean {
  return floors.some((file) =>
    file.format !== beforeProcessors && file.machineClass === scope &&
    file.suiteVersion === suiteVersion && file.rows.some(({ kind }) => kind === "speed")
  );
}

/** Whether `folder` holds a calibration of this class of machines; see `isCalibrated`. */
export async function readCalibrated(
  folder: string,
  which: { readonly suite: string; readonly suiteVersion: number; readonly machineClass: string },
): Promise<boolean> {
  const floors = await readFloors(folder, which);
  const { machineClass: scope, suiteVersion } = which;
  return floors !== null && isCalibrated([floors], { scope, suiteVersion });
}

/** Finds the floor of a row in files of its suite's version and its scope. */
export function floorOf(
  floors: readonly Floors[],
  suiteVersion: number,
): (row: Row) => Floor | undefined {
  const known = new Map(
    floors.filter((file) => file.suiteVersion === suiteVersion).flatMap((file) =>
      file.rows.map((row) =>
        [
          `${file.machineClass}\u0000${rowKey({ label: row.label, name: row.metric })}`,
          {
            // Between two sets of seeds the test itself knows the noise, and Holm the tests.
            share: row.kind === "speed" && row.floor > 0
              ? (reach: Reach) => sessionFloor(row.values, reach)
              : () => row.floor,
            n: row.values.length,
          },
        ] as const
      )
    ),
  );
  return (row) => known.get(`${row.scope}\u0000${rowKey(row)}`);
}
