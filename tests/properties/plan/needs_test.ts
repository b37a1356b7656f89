import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../../src/base/errors.ts";
import {
  parsePlan,
  planSuite,
  planWithNeeds,
  printPlan,
  withNeeds,
} from "../../../src/plan/plan.ts";
import type { PlannedRun } from "../../../src/record/record.ts";
import { law } from "../../law.ts";
import { ancestors, dags, dependents, nameOf, suiteOf } from "./dags.ts";

const engine = "wasm" as const;
const needsOf = ({ spec }: PlannedRun) => Object.values(spec.needs ?? {}).map(({ run }) => run);
const ids = (plan: readonly PlannedRun[]) => plan.map(({ id }) => id).sort();

law("a plan is a DAG: each run comes once, after those that it needs, at their seed", {
  source: "definition",
  given: { dag: dags() },
  cases: 60,
  kills: ["needs-plan-in-file-order", "needs-of-the-first-seed"],
  async holds({ dag }) {
    const plan = planSuite(await suiteOf(dag), { engine });
    assertEquals(plan.length, 2 * dag.needs.length);
    const place = new Map(plan.map(({ id }, i) => [id, i]));
    assertEquals(place.size, plan.length);
    for (const [i, run] of plan.entries()) {
      const entry = Number(run.label.slice(1));
      const wanted = Object.entries(dag.needs[entry])
        .map(([role, to]) => [role, nameOf(to), run.spec.seed]);
      const found = Object.entries(run.needed ?? {})
        .map(([role, { label, spec }]) => [role, label, spec.seed]);
      assertEquals(found.sort(), wanted.sort());
      for (const other of needsOf(run)) assert(place.get(other)! < i, `${run.label} before a need`);
    }
  },
});

law("a plan depends on no order, of entries, of keys or of roles", {
  source: "definition",
  given: { dag: dags() },
  cases: 40,
  kills: ["needs-by-place-in-the-file"],
  async holds({ dag }) {
    const straight = { ...dag, order: dag.needs.map((_, i) => i), reversed: !dag.reversed };
    assertEquals(
      ids(planSuite(await suiteOf(dag), { engine })),
      ids(planSuite(await suiteOf(straight), { engine })),
    );
  },
});

law("another run in the place of a needed one changes the ids of its dependents and no others", {
  source: "definition",
  given: { dag: dags(), at: fc.nat({ max: 5 }) },
  cases: 60,
  kills: ["needs-not-hashed", "needs-hashed-by-group"],
  async holds({ dag, at }) {
    const entry = at % dag.needs.length;
    const before = planSuite(await suiteOf(dag), { engine });
    const after = planSuite(await suiteOf(dag, new Map([[entry, 0.5]])), { engine });
    const changed = dependents(dag, entry);
    const byName = new Map(after.map((run) => [`${run.label} ${run.spec.seed}`, run]));
    for (const run of before) {
      const other = byName.get(`${run.label} ${run.spec.seed}`)!;
      const wanted = changed.has(Number(run.label.slice(1)));
      assertEquals([run.id !== other.id, run.group !== other.group], [wanted, wanted], run.label);
    }
  },
});

law("runs that differ in the seed alone share a group, whatever they need", {
  source: "definition",
  given: { dag: dags() },
  cases: 30,
  kills: ["needs-part-groups"],
  async holds({ dag }) {
    const plan = planSuite(await suiteOf(dag), { engine });
    assertEquals(new Set(plan.map(({ group }) => group)).size, dag.needs.length);
    assertEquals(new Set(plan.map(({ id }) => id)).size, plan.length);
  },
});

law("a narrowed plan holds what is asked for and what that needs, under the ids of the whole", {
  source: "definition",
  given: { dag: dags(), at: fc.nat({ max: 5 }), seed: fc.constantFrom(1, 2) },
  cases: 60,
  kills: ["needs-left-out-when-narrowed", "needs-pulled-unsaid"],
  async holds({ dag, at, seed }) {
    const entry = at % dag.needs.length, suite = await suiteOf(dag);
    const whole = planSuite(suite, { engine });
    const { plan, pulled } = planWithNeeds(suite, {
      engine,
      seeds: [seed],
      families: [nameOf(entry)],
    });
    const wanted = [...ancestors(dag, entry)].map(nameOf).sort();
    assertEquals(plan.map(({ label }) => label).sort(), wanted);
    assertEquals(
      pulled.map(({ label }) => label).sort(),
      wanted.filter((name) => name !== nameOf(entry)),
    );
    assert(plan.every(({ id }) => whole.some((run) => run.id === id)));
    const chosen = whole.filter(({ label, spec }) => label === nameOf(entry) && spec.seed === seed);
    assertEquals(ids(withNeeds(whole, chosen)), ids(plan));
  },
});

law("a plan comes back from its text, and a line that was told of another need does not", {
  source: "definition",
  given: { dag: dags(4) },
  cases: 20,
  kills: ["needs-of-a-plan-unchecked"],
  async holds({ dag }) {
    fc.pre(dag.needs.some((roles) => Object.keys(roles).length > 0));
    const plan = planSuite(await suiteOf(dag), { engine });
    assertEquals(parsePlan(printPlan(plan)), plan);
    const forged = plan.map((run) => ({
      ...run,
      ...(run.needed === undefined ? {} : {
        needed: Object.fromEntries(
          Object.entries(run.needed).map(([role, one]) => [
            role,
            { ...one, spec: { ...one.spec, seed: 9 } },
          ]),
        ),
      }),
    }));
    assertThrows(() => parsePlan(printPlan(forged)), UsageError, "plan again instead of editing");
  },
});
