/**
 * Keys that hold paths. In a suite they are relative to the suite's file; given by `--set`, as all
 * that stands on the command line, to where the user stands.
 * @module
 */
import { isAbsolute, relative, resolve } from "@std/path";
import { portable } from "../../content/mod.ts";
import { pathKeys } from "../../base/schema/mod.ts";
import { fieldOf, type Schema, unwrap } from "./introspect.ts";

/** Whether a key's schema is one of `pathText`, or a list of them, and the value none of its names. */
export function isPathKey(schema: Schema, value?: unknown): boolean {
  const key = pathKeys.get(unwrap(schema));
  if (key !== undefined) return !key.names.some((name) => name === value);
  const element = fieldOf(schema, 0, []);
  return element !== undefined && isPathKey(element);
}

/** A path, or a list of them, from where the user stands, as a suite in the folder `base` writes it. */
export function asWritten(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((one) => asWritten(one, base));
  if (typeof value !== "string" || isAbsolute(value)) return value;
  return portable(relative(resolve(base), resolve(value))) || ".";
}
