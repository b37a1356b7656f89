/**
 * Where a figure comes from.
 * @module
 */
import { z } from "zod";

/** Where a measured value comes from: enough to judge it and to repeat it. */
export const sourceSchema = z.strictObject({
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
  /** Engine name and versions; null where no engine took part. */
  engine: z.string().nullable(),
  machineClass: z.string(),
  /** ISO 8601, UTC. */
  date: z.string(),
  command: z.string(),
  /** Ids of the records that it was read from. */
  records: z.array(z.string()),
});

/** See `sourceSchema`. */
export type FigureSource = z.infer<typeof sourceSchema>;
