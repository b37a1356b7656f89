import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { z } from "zod";
import { ContractError } from "../../src/families/contract.ts";
import { metricFaults, requireDeclared } from "../../src/metrics/contract.ts";
import { defineMetric, type Metric } from "../../src/metrics/metric.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { metrics, originOf } from "../../src/registry.ts";
import { law } from "../law.ts";

const named = (names: readonly string[]): Metric =>
  defineMetric({
    name: "own",
    version: 1,
    about: "",
    papers: [],
    phase: "quality",
    config: z.object({}),
    declares: () =>
      names.map((name) => ({
        name,
        metric: "own",
        unit: "",
        direction: "none",
        kind: "quality",
      })),
    compute: () => Promise.resolve([]),
  }) as Metric;

const value = (name: string, v: number | null = 1): MetricValue => ({
  name,
  metric: "own",
  unit: "",
  direction: "none",
  kind: "quality",
  value: v,
});

Deno.test("every built-in metric's declaration is sound", async () => {
  for (const [name, { load }] of Object.entries(metrics)) {
    if (originOf("metrics", name) === undefined) assertEquals(metricFaults(await load()), [], name);
  }
});

Deno.test("a declaration that can't be read in a table is refused", () => {
  const faults = (change: object, declared: object = {}) =>
    metricFaults({
      ...named(["a"]),
      declares: () => [{ ...named(["a"]).declares({})[0], ...declared }],
      ...change,
    } as Metric).join("; ");
  assertEquals(faults({}), "");
  assertStringIncludes(faults({}, { metric: "others" }), 'says it is of "others", not of "own"');
  assertStringIncludes(faults({}, { direction: "up" }), "has no direction");
  assertStringIncludes(faults({}, { kind: "number" }), "has no kind");
  assertStringIncludes(faults({}, { unit: undefined }), "has no unit");
  assertStringIncludes(faults({}, { name: "" }), "has no name");
  assertStringIncludes(faults({ phase: "late" }), "its phase is");
  assertStringIncludes(faults({ config: z.object({ k: z.number() }) }), "its config refuses {}");
  assertStringIncludes(faults({ version: "1" }), "its version");
  assertEquals(metricFaults(named(["a", "b", "a"])), ["it declares `a` twice"]);
});

law("values are taken where they are those that were declared, each once, in any order", {
  source: "definition",
  given: {
    names: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 6 }),
    other: fc.stringMatching(/^[A-Z]{1,3}$/),
    at: fc.nat(5),
  },
  holds({ names, other, at }) {
    const metric = named(names), i = at % names.length;
    const check = (given: readonly string[]) =>
      requireDeclared(metric, {}, given.map((name) => value(name)));
    check(names);
    check(names.toReversed());
    const refused = (given: readonly string[], what: string) =>
      assertStringIncludes(assertThrows(() => check(given), ContractError).message, what);
    refused([...names, other], `gives and doesn't declare \`${other}\``);
    refused(names.toSpliced(i, 1), `declares and doesn't give \`${names[i]}\``);
    refused([...names, names[i]], `gives twice \`${names[i]}\``);
  },
  kills: ["undeclared-values-taken", "missing-values-taken", "values-given-twice-taken"],
});

Deno.test("a value is a number, or null with a reason", () => {
  const metric = named(["a"]);
  requireDeclared(metric, {}, [{ ...value("a", null), reason: "too dark" }]);
  requireDeclared(metric, {}, [value("a", NaN)]); // told by whoever computes, with the value
  for (const wrong of [null, "1", true]) {
    assertThrows(
      () => requireDeclared(metric, {}, [value("a", wrong as unknown as null)]),
      ContractError,
      "a number, or null with a reason",
    );
  }
});
