/**
 * A schema's keys as rows for `list`: name, what it wants, its default, what it means.
 * @module
 */
import {
  alternatives,
  defaultOf,
  descriptionOf,
  isOptional,
  kind,
  type Schema,
  shapeOf,
  wants,
} from "./introspect.ts";

/** One key of a config. */
export interface KeyRow {
  /** Dotted where it is inside another: "optimiser.rate". */
  readonly key: string;
  readonly wants: string;
  /** Undefined where the key has none. */
  readonly default?: unknown;
  readonly optional: boolean;
  readonly about: string;
}

/** The keys of an object schema, those inside others after them. */
export function describeKeys(schema: Schema, prefix = ""): KeyRow[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([name, field]): KeyRow[] => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const inner = alternatives(field).length === 1 && kind(field) === "object"
      ? describeKeys(field, key)
      : [];
    const value = defaultOf(field);
    if (inner.length > 0) return inner;
    return [{
      key,
      wants: wants(field),
      ...(value === undefined ? {} : { default: value }),
      optional: isOptional(field),
      about: descriptionOf(field),
    }];
  });
}
