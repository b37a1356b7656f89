/**
 * Checks a value against a schema and tells each mistake in plain words, with its place.
 * @module
 */
import type { z } from "zod";
import { nearest } from "../base/text/mod.ts";
import {
  alternatives,
  descriptionOf,
  fieldOf,
  found,
  isOpen,
  kind,
  objectsFor,
  type Schema,
  shapeOf,
  wants,
} from "./schema/introspect.ts";
import type { Problem } from "./problem.ts";
import type { Path, Source } from "./source.ts";

/** Where problems go and where values stand. */
export interface Place {
  readonly source: Source;
  readonly problems: Problem[];
  /** Path of the checked value in the file. */
  readonly path: Path;
  /** How messages call it: "vae", "data", "budget"; "" for the suite itself. */
  readonly name: string;
  /** Where to read more: "deno task list vae". */
  readonly more?: string;
}

/**
 * Adds a problem for every key that the schema doesn't name, at any depth, with the nearest right
 * key. Schemas need not be strict for that: zod would drop such keys in silence.
 */
export function checkKeys(schema: Schema, value: unknown, place: Place): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const at = { ...place, path: [...place.path, i] };
      const element = fieldOf(schema, i, value);
      checkKeys(element ?? schema, item, at);
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const objects = objectsFor(schema, value);
  const open = alternatives(schema).some((s) => isOpen(s) || kind(s) === "any");
  const known = [...new Set(objects.flatMap((s) => Object.keys(shapeOf(s) ?? {})))];
  for (const [key, child] of Object.entries(value)) {
    const field = fieldOf(schema, key, value);
    const path = [...place.path, key];
    if (field !== undefined) {
      checkKeys(field, child, { ...place, path, name: join(place.name, key) });
    } else if (!open && objects.length > 0) {
      place.problems.push(unknownKey(key, known, { ...place, path }));
    }
  }
}

/** The problem of a key that is not among `known`. `place.path` ends with the key. */
export function unknownKey(key: string, known: readonly string[], place: Place): Problem {
  const near = nearest(key, known);
  const inside = place.name === "" ? "a suite" : `\`${place.name}\``;
  return {
    ...place.source.locate(place.path, "key"),
    message: `unknown key \`${key}\` in ${inside}` +
      (near === undefined ? "" : `; did you mean \`${near}\`?`),
    hints: [
      `keys of ${place.name === "" ? "a suite" : place.name}: ${known.join(", ")}` +
      (place.more === undefined ? "" : `   (${place.more})`),
    ],
  };
}

/**
 * Parses `value`. Problems are added to `place` and the result is undefined where there are any.
 * @param locate maps the path of an issue inside `value` to its path in the file, where they differ.
 */
export function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  place: Place & { locate?: (path: Path) => Path },
): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    for (const problem of tell(issue, { schema, value, place })) place.problems.push(problem);
  }
  return undefined;
}

type Issue = z.core.$ZodIssue;

function tell(
  issue: Issue,
  { schema, value, place }: {
    schema: Schema;
    value: unknown;
    place: Place & { locate?: (path: Path) => Path };
  },
): Problem[] {
  const path = issue.path.map((p) => typeof p === "symbol" ? String(p) : p);
  if (issue.code === "unrecognized_keys") return []; // told by checkKeys
  if (issue.code === "invalid_union") {
    const inner = bestOption({ schema, value, path });
    if (inner !== undefined) {
      return inner.flatMap((i) =>
        tell({ ...i, path: [...issue.path, ...i.path] } as Issue, { schema, value, place })
      );
    }
  }
  const at = place.locate?.(path) ?? path;
  const name = at.reduce<string>((n, p) => join(n, p), place.name) || "the suite";
  const actual = get(value, path);
  const wanted = schemaAt(schema, path, value);
  const where = [...place.path, ...at];
  if (actual === undefined && issue.code !== "custom") {
    return [{
      ...place.source.locate(where, "key"),
      message: `\`${name}\` is missing${missing(wanted)}`,
    }];
  }
  const rule = issue.code === "custom" || wanted === undefined
    ? issue.message
    : `wants ${format(issue) ?? size(issue) ?? wants(wanted)}; found ${found(actual)}`;
  const options = wanted === undefined ? [] : choices(wanted);
  const near = typeof actual === "string" ? nearest(actual, options) : undefined;
  return [{
    ...place.source.locate(where),
    message: `\`${name}\` ${rule}` + (near === undefined ? "" : `; did you mean \`${near}\`?`),
  }];
}

/** What is wrong by the option of a union that an object is meant for: its discriminator says. */
function bestOption(
  { schema, value, path }: { schema: Schema; value: unknown; path: Path },
): readonly Issue[] | undefined {
  const union = schemaAt(schema, path, value);
  const actual = get(value, path);
  if (union === undefined || typeof actual !== "object" || actual === null) return undefined;
  const objects = objectsFor(union, actual);
  if (objects.length !== 1) return undefined;
  return (objects[0] as z.ZodType).safeParse(actual).error?.issues;
}

function missing(wanted: Schema | undefined): string {
  if (wanted === undefined) return "";
  const about = descriptionOf(wanted);
  return about === "" ? `; it wants ${wants(wanted)}` : `: ${about}`;
}

/** Issues whose own text says more than the schema's kind: patterns, multiples. */
function format(issue: Issue): string | undefined {
  if (issue.code !== "invalid_format" && issue.code !== "not_multiple_of") return undefined;
  return issue.message.replace(/^wants /, "").replace(/^Invalid \w+: must/, "what must");
}

/** "at least 1 item" for lists and texts that are too short or long. */
function size(issue: Issue): string | undefined {
  if (issue.code !== "too_small" && issue.code !== "too_big") return undefined;
  const unit = issue.origin === "array" ? "item" : issue.origin === "string" ? "character" : "";
  if (unit === "") return undefined;
  const bound = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const most = issue.code === "too_small" ? "at least" : "at most";
  return `${most} ${bound} ${unit}${Number(bound) === 1 ? "" : "s"}`;
}

function choices(schema: Schema): string[] {
  return alternatives(schema).flatMap((s) => {
    const values = (s._zod.values ?? new Set()) as Set<unknown>;
    return [...values].filter((v): v is string => typeof v === "string");
  });
}

/** The schema at a path inside `schema`, as far as it can be followed. */
export function schemaAt(schema: Schema, path: Path, value?: unknown): Schema | undefined {
  let here: Schema | undefined = schema;
  let inside = value;
  for (const step of path) {
    if (here === undefined) return undefined;
    here = fieldOf(here, step, inside);
    inside = get(inside, [step]);
  }
  return here;
}

/** The value at a path, or undefined. */
export function get(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

function join(name: string, step: string | number): string {
  if (typeof step === "number") return `${name}[${step}]`;
  return name === "" ? step : `${name}.${step}`;
}
