/**
 * Reading a zod schema: its keys, what it wants, where it takes lists. All that suites do with the
 * configs of families, datasets and metrics (unknown keys, matrix axes, `--set`, `list`) rests on it.
 * @module
 */
import { z } from "zod";

/** Any schema. */
export type Schema = z.core.$ZodType;

/** The parts of zod's definitions that are read here; the one place that knows their names. */
interface Definition {
  type: string;
  innerType?: Schema;
  in?: Schema;
  out?: Schema;
  getter?: () => Schema;
  shape?: Record<string, Schema>;
  catchall?: Schema;
  element?: Schema;
  options?: readonly Schema[];
  left?: Schema;
  right?: Schema;
  valueType?: Schema;
  entries?: Record<string, string | number>;
  values?: readonly unknown[];
  defaultValue?: unknown;
}

function definition(schema: Schema): Definition {
  return schema._zod.def as unknown as Definition;
}

/** The schema under defaults, optionals, read-only marks, lazy references and transforms. */
export function unwrap(schema: Schema): Schema {
  const def = definition(schema);
  if (def.innerType !== undefined) return unwrap(def.innerType);
  if (def.type === "lazy" && def.getter !== undefined) return unwrap(def.getter());
  if (def.type === "pipe" && def.in !== undefined && def.out !== undefined) {
    return unwrap(definition(def.in).type === "transform" ? def.out : def.in);
  }
  return schema;
}

/** All schemas that a value may match: the options of (nested) unions, else the schema itself. */
export function alternatives(schema: Schema): Schema[] {
  const plain = unwrap(schema);
  const def = definition(plain);
  return def.type === "union" ? (def.options ?? []).flatMap(alternatives) : [plain];
}

/** The kind of a schema that is no wrapper: "object", "number", "array", … */
export function kind(schema: Schema): string {
  return definition(unwrap(schema)).type;
}

/** The named keys of an object schema (both sides of an intersection), or undefined for others. */
export function shapeOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const plain = unwrap(schema);
  const def = definition(plain);
  if (def.type === "intersection") {
    return { ...shapeOf(def.left as Schema), ...shapeOf(def.right as Schema) };
  }
  return def.type === "object" ? def.shape : undefined;
}

/** Whether an object schema takes keys that it doesn't name. */
export function isOpen(schema: Schema): boolean {
  const plain = unwrap(schema);
  const def = definition(plain);
  if (def.type === "record") return true;
  return def.catchall !== undefined && definition(def.catchall).type !== "never";
}

/**
 * The object schemas that fit `value`: of a union, those whose literal keys (its discriminators)
 * `value` doesn't contradict; all of them where each is contradicted.
 */
export function objectsFor(schema: Schema, value: unknown): Schema[] {
  const objects = alternatives(schema).filter((s) => shapeOf(s) !== undefined);
  const fits = objects.filter((s) =>
    Object.entries(shapeOf(s) ?? {}).every(([key, field]) => {
      const def = definition(unwrap(field));
      const found = (value as Record<string, unknown>)[key];
      return def.type !== "literal" || found === undefined || (def.values ?? []).includes(found);
    })
  );
  return fits.length > 0 ? fits : objects;
}

/** The schema of a key of an object, record or list that `value` is; undefined where it has none. */
export function fieldOf(schema: Schema, key: string | number, value: unknown): Schema | undefined {
  for (const option of alternatives(schema)) {
    const def = definition(option);
    if (def.type === "record" && def.valueType !== undefined) return def.valueType;
    if (def.type === "array" && typeof key === "number") return def.element;
  }
  for (const object of objectsFor(schema, value ?? {})) {
    const shape = shapeOf(object) ?? {};
    if (Object.hasOwn(shape, key)) return shape[key];
  }
  return undefined;
}

/** The default of a key, if it has one that is fixed. */
export function defaultOf(schema: Schema): unknown {
  const def = definition(schema);
  if (def.type === "default" || def.type === "prefault") return def.defaultValue;
  return def.innerType === undefined ? undefined : defaultOf(def.innerType);
}

/** Whether a key may be left out. */
export function isOptional(schema: Schema): boolean {
  return schema._zod.optin === "optional";
}

/** The text of `.describe(…)`, wherever in the wrappers it stands; "" where there is none. */
export function descriptionOf(schema: Schema): string {
  const own = (schema as z.ZodType).description;
  const inner = definition(schema).innerType;
  return own ?? (inner === undefined ? "" : descriptionOf(inner));
}

/** What a schema wants, for messages and for `list`: "a whole number of at least 1", "one of a, b". */
export function wants(schema: Schema): string {
  return isNullable(schema) ? `${wantsSome(schema)}, or null` : wantsSome(schema);
}

function isNullable(schema: Schema): boolean {
  const def = definition(schema);
  return def.type === "nullable" || (def.innerType !== undefined && isNullable(def.innerType));
}

function wantsSome(schema: Schema): string {
  const options = alternatives(schema);
  if (options.length > 1) return [...new Set(options.map(wants))].join(", or ");
  const plain = options[0] ?? unwrap(schema);
  const def = definition(plain);
  switch (def.type) {
    case "number":
      return numberWanted(plain);
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "enum":
      return `one of ${Object.values(def.entries ?? {}).join(", ")}`;
    case "literal":
      return (def.values ?? []).map((v) => String(v)).join(" or ");
    case "array":
      return def.element === undefined ? "a list" : `a list of: ${wants(def.element)}`;
    case "tuple":
      return "a list";
    case "object":
      return `keys ${Object.keys(def.shape ?? {}).join(", ")}`;
    case "null":
      return "nothing (null)";
    case "record":
    case "intersection":
      return "keys and values";
    default:
      return def.type;
  }
}

function numberWanted(schema: Schema): string {
  const json = z.toJSONSchema(schema, { unrepresentable: "any" });
  const safe = Number.MAX_SAFE_INTEGER;
  const bounds: string[] = [];
  if (json.exclusiveMinimum !== undefined) bounds.push(`above ${json.exclusiveMinimum}`);
  else if (json.minimum !== undefined && json.minimum !== -safe) {
    bounds.push(`of at least ${json.minimum}`);
  }
  if (json.exclusiveMaximum !== undefined) bounds.push(`below ${json.exclusiveMaximum}`);
  else if (json.maximum !== undefined && json.maximum !== safe) {
    bounds.push(`at most ${json.maximum}`);
  }
  const what = json.type === "integer" ? "a whole number" : "a number";
  return [what, bounds.join(" and ")].filter((text) => text !== "").join(" ");
}

/** What was found, for messages: "the text `four`", "nothing", "a list of 3". */
export function found(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return `the text \`${value}\``;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return `keys ${Object.keys(value).join(", ") || "(none)"}`;
  return `\`${String(value)}\``;
}
