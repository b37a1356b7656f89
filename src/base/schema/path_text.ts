/**
 * Config keys that hold paths.
 * @module
 */
import { z } from "zod";

/** The schemas that `pathText` made. */
export const pathKeys: z.core.$ZodRegistry<{ readonly path: true }> = z.registry();

/** Schema of a key that holds the path of a file or folder. */
export function pathText(): z.ZodString {
  return z.string().min(1).register(pathKeys, { path: true });
}
