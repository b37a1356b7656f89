/**
 * Config keys that hold paths.
 * @module
 */
import { z } from "zod";

/** The schemas that `pathText` made, with the names that are no paths. */
export const pathKeys: z.core.$ZodRegistry<{ readonly names: readonly string[] }> = z.registry();

/** Schema of a key that holds the path of a file or folder, or one of some names in place of it. */
export function pathText({ names = [] }: { readonly names?: readonly string[] } = {}): z.ZodString {
  return z.string().min(1).register(pathKeys, { names });
}

/** Schema of a key that holds the path of a file or folder, or a list of such. */
export function pathTexts(): z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]> {
  const one = z.string().min(1);
  return z.union([one, z.array(one).min(1)]).register(pathKeys, { names: [] });
}
