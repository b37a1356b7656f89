/**
 * The JSON Schema of suite files, so that editors complete and check them. Made from the same zod
 * schemas that `loadSuite` uses.
 * @module
 */
import { z } from "zod";
import { gatePolicy } from "./gate_policy.ts";
import {
  controls,
  datasets,
  loaded,
  metrics,
  originOf,
  type Rows,
  runnable,
} from "../../registry.ts";
import type { Schema } from "./introspect.ts";
import { runKeys, suiteFile } from "./schema.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = { [key: string]: unknown };

/**
 * The schema of suite files over what is built in. Suites that name `modules` may also use names
 * that no schema can know, so for those `data`, `runs` and `metrics` stay open.
 */
export async function suiteJsonSchema(): Promise<JsonSchema> {
  const top = json(suiteFile);
  const properties = top.properties as JsonSchema;
  const [data, runs, rows] = await Promise.all([
    builtIn(datasets, "datasets"),
    builtIn(runnable(), "families"),
    builtIn(metrics, "metrics"),
  ]);
  const oneOf = (budget: unknown) => ({
    ...budget as JsonSchema,
    minProperties: 1,
    maxProperties: 1,
  });
  const keys = json(runKeys).properties as JsonSchema;
  const own = (key: "data" | "metrics") => {
    const { description } = keys[key] as JsonSchema;
    return { description, allOf: [{ $ref: `#/$defs/${key}` }] };
  };
  const beside = {
    ...keys,
    budget: oneOf(keys.budget),
    data: own("data"),
    metrics: own("metrics"),
  };
  const { name, from, needs } = keys;
  const inside = { name, from, needs, data: beside.data, metrics: beside.metrics } as JsonSchema;
  const policy = json(gatePolicy);
  const defs = {
    data: { anyOf: data.map(([name, { config, about }]) => dataset(name, { config, about })) },
    metrics: list(
      rows.map(([name, { config, about }]) => ({
        type: "object",
        properties: {
          [name]: {
            ...withKey(axes(json(config)), "gate", { $ref: "#/$defs/gate" }),
            description: about,
          },
        },
        required: [name],
        additionalProperties: false,
      })),
      rows.map(([name]) => name),
    ),
    gate: policy,
  };
  const strict = {
    data: { $ref: "#/$defs/data" },
    runs: list(
      runs.map(([name, { config, about }]) => ({
        type: "object",
        properties: {
          [name]: { ...withKeys(axes(json(config)), inside), description: about },
          ...beside,
        },
        required: [name],
        additionalProperties: false,
      })),
      runs.map(([name]) => name),
    ),
    metrics: { $ref: "#/$defs/metrics" },
  };
  const control = { type: "array", items: { enum: Object.keys(controls) } };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Likeness suite",
    type: "object",
    properties: {
      ...properties,
      budget: oneOf(properties.budget),
      controls: { ...properties.controls as JsonSchema, ...control },
    },
    required: top.required,
    additionalProperties: false,
    if: { required: ["modules"] },
    else: { properties: strict },
    $defs: defs,
  };
}

interface Named {
  readonly config: Schema;
  readonly about: string;
}

async function builtIn(
  table: Rows<Named>,
  noun: "families" | "datasets" | "metrics",
): Promise<[string, Named][]> {
  const names = Object.keys(table).filter((name) => originOf(noun, name) === undefined);
  return await Promise.all(names.map(async (name): Promise<[string, Named]> => [
    name,
    await loaded(table[name]),
  ]));
}

function json(schema: Schema): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    target: "draft-7",
  });
  return rest;
}

function dataset(name: string, { config, about }: Named): JsonSchema {
  const keys = json(config);
  return {
    ...withKey(keys, "dataset", { const: name, description: about }),
    required: ["dataset", ...(keys.required as string[] | undefined) ?? []],
  };
}

/** With further keys, but for those that it has. */
function withKeys(keys: JsonSchema, more: JsonSchema): JsonSchema {
  return { ...keys, properties: { ...more, ...keys.properties as JsonSchema } };
}

/** Strict, with one key more. */
function withKey(keys: JsonSchema, name: string, schema: JsonSchema): JsonSchema {
  return {
    ...keys,
    properties: { [name]: schema, ...keys.properties as JsonSchema },
    additionalProperties: false,
  };
}

function list(items: JsonSchema[], names: readonly string[]): JsonSchema {
  return { type: "array", items: { anyOf: [{ enum: names }, ...items] } };
}

/** Every key that wants one value takes a list of them too: an axis. Objects inside likewise. */
function axes(schema: JsonSchema): JsonSchema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return {
    ...schema,
    properties: Object.fromEntries(properties.map(([key, field]) => {
      if (field.type === "object") return [key, axes(field)];
      if (field.type === "array") return [key, field];
      const { description, default: value, ...one } = field;
      const around = {
        ...(description === undefined ? {} : { description }),
        ...(value === undefined ? {} : { default: value }),
      };
      return [key, { ...around, anyOf: [one, { type: "array", items: one, minItems: 1 }] }];
    })),
    additionalProperties: false,
  };
}
