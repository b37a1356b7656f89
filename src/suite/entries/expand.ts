/**
 * The matrix: a list where a schema wants one value is an axis, and a config with axes stands for
 * every combination of their values.
 * @module
 */
import { canonicalJson } from "../../base/text/mod.ts";
import {
  alternatives,
  fieldOf,
  kind,
  objectsFor,
  type Schema,
  shapeOf,
} from "../schema/introspect.ts";
import type { Path } from "../source.ts";

/** A place in a config that takes several values. */
export interface Axis {
  readonly path: Path;
  readonly values: readonly unknown[];
}

/** One combination of a config's axes. */
export interface Combination {
  /** The config with each axis at one value. */
  readonly config: Record<string, unknown>;
  /** Which item of its list each axis is at, by the axis' path joined with "/". */
  readonly chosen: Readonly<Record<string, number>>;
}

/** Whether a schema takes this list as it is, so that it is no axis. */
function takesList(schema: Schema, list: readonly unknown[]): boolean {
  const listy = alternatives(schema).filter((s) =>
    ["array", "tuple", "any", "unknown"].includes(kind(s))
  );
  if (listy.length === 0) return false;
  const parse = (value: unknown) => (schema as Schema & ZodLike).safeParse(value).success;
  if (parse(list)) return true;
  // A list of lists where each item alone would do is an axis over lists; else it is a wrong list.
  return !(list.length > 0 && list.every((item) => parse(item)));
}

interface ZodLike {
  safeParse(value: unknown): { success: boolean };
}

/** The axes of a config, sorted by path, so that the order of keys doesn't matter. */
export function axesOf(schema: Schema, config: unknown, path: Path = []): Axis[] {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return [];
  const axes: Axis[] = [];
  for (const [key, value] of Object.entries(config)) {
    const field = fieldOf(schema, key, config);
    if (field === undefined) continue;
    const at = [...path, key];
    if (Array.isArray(value)) {
      if (!takesList(field, value)) axes.push({ path: at, values: value });
    } else if (objectsFor(field, value ?? {}).some((s) => shapeOf(s) !== undefined)) {
      axes.push(...axesOf(field, value, at));
    }
  }
  const name = (axis: Axis) => axis.path.join("/");
  return axes.sort((a, b) => name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0);
}

/** Every combination of the axes, the last axis fastest. An axis with an empty list gives none. */
export function combinations(
  config: Record<string, unknown>,
  axes: readonly Axis[],
): Combination[] {
  let all: Combination[] = [{ config, chosen: {} }];
  for (const axis of axes) {
    all = all.flatMap((c) =>
      axis.values.map((value, i) => ({
        config: put(c.config, axis.path, value),
        chosen: { ...c.chosen, [axis.path.join("/")]: i },
      }))
    );
  }
  return all;
}

/** What is left when of things with the same canonical JSON only the first stays. */
export function withoutDuplicates<T>(items: readonly T[], content: (item: T) => unknown): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = canonicalJson(content(item));
    return !seen.has(text) && seen.add(text);
  });
}

/** A copy with the value at `path` replaced; what is not on the path is shared. */
export function put(
  object: Record<string, unknown>,
  path: Path,
  value: unknown,
): Record<string, unknown> {
  const [first, ...rest] = path;
  const inner = object[first] as Record<string, unknown>;
  return { ...object, [first]: rest.length === 0 ? value : put(inner ?? {}, rest, value) };
}
