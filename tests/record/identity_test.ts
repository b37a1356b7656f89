import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { groupId, runId } from "../../src/record/identity.ts";
import { canonicalJson } from "../../src/base/text/canonical_json.ts";
import type { RunSpec } from "../../src/record/record.ts";
import { law } from "../law.ts";

/** What JSON can hold. −0 is left out: it is 0 in canonical JSON. */
const json = fc.jsonValue({ maxDepth: 3 }).map((v) => JSON.parse(JSON.stringify(v)) as unknown);

/** The same content, the keys of every map in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, reversed(v)]));
}

const spec: RunSpec = {
  format: 1,
  suite: "s",
  suiteVersion: 1,
  protocol: "train-evaluate",
  family: "vae",
  familyVersion: 1,
  config: { beta: 1, optimiser: { rate: 1e-3 }, widths: [8, 16] },
  data: { dataset: "heads", version: 1, config: { size: 32 } },
  budget: { steps: 10 },
  batch: 64,
  seed: 1,
  engine: "wasm",
  metrics: [{ metric: "kernel", version: 1, config: { samples: 10 } }],
};

/** Paths of all leaves. */
function paths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([k, v]) => paths(v, [...path, k]));
}

function changed(value: unknown, path: readonly (string | number)[]): unknown {
  if (path.length === 0) return typeof value === "number" ? value + 1 : `${value}x`;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[path[0]] = changed(copy[path[0]], path.slice(1));
  return copy;
}

law("the hash ignores key order", {
  source: "definition",
  given: { value: json },
  cases: 300,
  kills: ["canonical-json-unsorted"],
  holds: ({ value }) => canonicalJson(value) === canonicalJson(reversed(value)),
});

law("canonical JSON parses to what it was made from, and different values have different texts", {
  source: "definition",
  given: { a: json, b: json },
  cases: 300,
  kills: ["canonical-json-drops-falsy"],
  holds: ({ a, b }) => {
    assertEquals(JSON.parse(canonicalJson(a)), a);
    const same = JSON.stringify(reversed(a)) === JSON.stringify(reversed(b));
    if (!same && canonicalJson(a) === canonicalJson(b)) assertEquals(a, b);
  },
});

Deno.test("law: the hash of a run changes with any value of its spec, its group with all but the seed", () => {
  const all = paths(spec);
  assertEquals(all.length, 20);
  for (const path of all) {
    const other = changed(spec, path) as RunSpec;
    assertNotEquals(runId(other), runId(spec), path.join("."));
    if (path.join(".") === "seed") assertEquals(groupId(other), groupId(spec));
    else assertNotEquals(groupId(other), groupId(spec), path.join("."));
  }
});

Deno.test("a run's id is the first 16 hex digits of the sha256 of its canonical JSON", async () => {
  const bytes = new TextEncoder().encode(canonicalJson(spec));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((b) => b.toString(16).padStart(2, "0")).join("");
  assertEquals(runId(spec), hex.slice(0, 16));
});

Deno.test("canonical JSON: sorted, tight, −0 is 0, undefined left out", () => {
  assertEquals(
    canonicalJson({ b: [1, { z: -0, a: "é\n" }], a: null, c: undefined, B: true }),
    '{"B":true,"a":null,"b":[1,{"a":"é\\n","z":0}]}',
  );
});

Deno.test("what JSON can't hold is an error with its place", () => {
  assertThrows(() => canonicalJson({ a: [NaN] }), TypeError, ".a[0] is no JSON: number NaN");
  assertThrows(() => canonicalJson({ a: { b: () => 1 } }), TypeError, ".a.b is no JSON: function");
  assertThrows(() => canonicalJson(new Date(0)), TypeError, "the value is no JSON: Date");
  assertThrows(() => canonicalJson(undefined), TypeError, "the value is no JSON: undefined");
  assertThrows(() => canonicalJson([new Float32Array(1)]), TypeError, "Float32Array");
});
