import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { UsageError } from "../../src/base/errors.ts";
import { checkPolicies, parseEffect, resolvePolicy } from "../../src/gate/policy.ts";
import { gatePolicy } from "../../src/suite/schema/gate_policy.ts";

Deno.test("a policy as suites write it: defaults by kind, percentages and units", () => {
  const quality = resolvePolicy(
    { kind: "quality", direction: "lower" },
    gatePolicy.parse({ effect: "5%" }),
  );
  assertEquals([quality.effect, quality.seeds, quality.test, quality.direction], [
    { kind: "relative", size: 0.05 },
    5,
    "t",
    "lower",
  ]);
  assertEquals(resolvePolicy({ kind: "speed", direction: "higher" }).test, "rank");
  assertEquals(parseEffect(0.5), { kind: "absolute", size: 0.5 });
  assertThrows(() => parseEffect("five"), UsageError, "five");
});

Deno.test("fewer than 5 seeds are refused for quality, allowed for what is deterministic", () => {
  const refused = gatePolicy.safeParse({ seeds: 3 });
  assertEquals(refused.success, false);
  assertStringIncludes(z.prettifyError(refused.error!), "smallest two-sided rank p is 0.10");
  assertEquals(gatePolicy.safeParse({ seeds: 1, kind: "deterministic" }).success, true);
  assertEquals(gatePolicy.safeParse({ effects: "5%" }).success, false);
});

Deno.test("a rank policy that could never fail is refused, with the seeds it needs", () => {
  const use = (values: number) => ({
    metric: "frechet",
    policy: resolvePolicy({ kind: "quality", direction: "lower" }, { test: "rank" }),
    values,
  });
  checkPolicies([use(5)]); // 2/252 = 0.008 ≤ 0.05
  // 40 tests: α/m = 0.00125; 2/C(12, 6) = 0.0022 is above, 2/C(14, 7) = 0.00058 below.
  const error = assertThrows(() => checkPolicies(Array(40).fill(use(6))), UsageError);
  assertStringIncludes(error.message, "Use 7 seeds or more");
  checkPolicies(Array(40).fill(use(7)));
  const student = { ...use(5), policy: { ...use(5).policy, test: "t" as const } };
  checkPolicies(Array(40).fill(student));
});

Deno.test("the policy's JSON Schema can be generated, for editors", () => {
  const schema = z.toJSONSchema(gatePolicy) as { properties: { [key: string]: unknown } };
  assertEquals(Object.keys(schema.properties).includes("effect"), true);
});
