/**
 * Keys that hold paths. In a suite they are relative to the suite's file; given by `--set`, as all
 * that stands on the command line, to where the user stands.
 * @module
 */
import { isAbsolute, relative, resolve } from "@std/path";
import { portable } from "../../content/mod.ts";
import { pathKeys } from "../../base/schema/mod.ts";
import { fieldOf, type Schema, unwrap } from "./introspect.ts";

/** Whether a key's schema is one of `pathText`, or a list of them. */
export function isPathKey(schema: Schema): boolean {
  const element = fieldOf(schema, 0, []);
  return pathKeys.get(unwrap(schema))?.path === true ||
    (element !== undefined && isPathKey(element));
}

/** A path, or a list of them, from where the user stands, as a suite in the folder `base` writes it. */
export function asWritten(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((one) => asWritten(one, base));
  if (typeof value !== "string" || isAbsolute(value)) return value;
  return portable(relative(resolve(base), resolve(value))) || ".";
}
