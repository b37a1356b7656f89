import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { planSuite } from "../../../src/plan/plan.ts";
import type { PlannedRun } from "../../../src/record/record.ts";
import { parseSuite } from "../../../src/suite/load.ts";
import type { Suite } from "../../../src/suite/schema/schema.ts";
import { law } from "../../law.ts";
import { type Dag, dags, dependents, nameOf } from "./dags.ts";

const engine = "wasm" as const;
const module = fromFileUrl(new URL("../../run/tiny.ts", import.meta.url));

/** What an entry has of its own: training pictures, samples of its metric; null is the suite's. */
interface Own {
  readonly data: number | null;
  readonly metrics: number | null;
  /** Stands among the config's keys, not beside the name. */
  readonly inside: boolean;
}

const suiteOwn = { data: 50, metrics: 20 };
const own = fc.record({
  // The suite's own said once more is no other data.
  data: fc.constantFrom(null, suiteOwn.data, 40, 60),
  metrics: fc.constantFrom(null, suiteOwn.metrics, 10, 30),
  inside: fc.boolean(),
});
const owns = fc.array(own, { minLength: 6, maxLength: 6 });

function textOf({ needs, order, reversed }: Dag, owns: readonly Own[]): string {
  const entries = order.map((i) => {
    const roles = Object.entries(needs[i]).map(([role, to]) => `${role}: ${nameOf(to)}`);
    const { data, metrics, inside } = owns[i];
    const extra = [
      ...(data === null ? [] : [`data: { dataset: tiny-blobs, train: ${data} }`]),
      // Two of which the second repeats nothing of the suite's list.
      ...(metrics === null ? [] : [`metrics: [{ tiny-brightness: { samples: ${metrics} } }]`]),
    ];
    const config = [`rate: ${0.01 + i / 1000}`, ...inside ? extra : []];
    const beside = [
      `name: ${nameOf(i)}`,
      ...(roles.length ? [`needs: { ${roles.join(", ")} }`] : []),
      ...inside ? [] : extra,
    ];
    if (reversed) [config, beside].forEach((keys) => keys.reverse());
    return `  - tiny-linear: { ${config.join(", ")} }\n    ${beside.join("\n    ")}`;
  });
  return `suite: dag
modules: [${JSON.stringify(module)}]
data: { dataset: tiny-blobs, train: ${suiteOwn.data} }
budget: { steps: 2 }
seeds: [1, 2]
runs:
${entries.join("\n")}
metrics: [{ tiny-brightness: { samples: ${suiteOwn.metrics} } }, tiny-speed]
`;
}

async function suiteOf(dag: Dag, owns: readonly Own[]): Promise<Suite> {
  return await parseSuite(textOf(dag, owns), { file: "dag.yaml" });
}

const isControl = ({ spec }: PlannedRun) => spec.protocol === "control";
const models = (plan: readonly PlannedRun[]) => plan.filter((run) => !isControl(run));
/** "e2" of "e2 on tiny-blobs train=40". */
const entryOf = ({ label }: PlannedRun) => Number(/^e(\d+)/.exec(label)![1]);
const onOf = ({ spec }: PlannedRun) => JSON.stringify([spec.data, spec.metrics]);

law("a plan with data and metrics of entries depends on no order and has nothing twice", {
  source: "definition",
  given: { dag: dags(), owns },
  cases: 40,
  kills: ["rows-of-two-data-called-alike"],
  async holds({ dag, owns }) {
    const plan = planSuite(await suiteOf(dag, owns), { engine });
    assertEquals(new Set(plan.map(({ id }) => id)).size, plan.length);
    const names = plan.map(({ label, spec }) => `${label} seed ${spec.seed}`);
    assertEquals(new Set(names).size, plan.length);
    const straight = { ...dag, order: dag.needs.map((_, i) => i), reversed: !dag.reversed };
    const turned = owns.map((one) => ({ ...one, inside: !one.inside }));
    const other = planSuite(await suiteOf(straight, turned), { engine });
    assertEquals(
      models(other).map(({ id, label }) => `${id} ${label}`).sort(),
      models(plan).map(({ id, label }) => `${id} ${label}`).sort(),
    );
    assertEquals(other.map(({ id }) => id).sort(), plan.map(({ id }) => id).sort());
  },
});

law("each run is on its entry's own data and metrics, whole lists in place of the suite's", {
  source: "definition",
  given: { dag: dags(), owns },
  cases: 40,
  kills: ["entry-data-ignored", "entry-metrics-merged"],
  async holds({ dag, owns }) {
    const plan = planSuite(await suiteOf(dag, owns), { engine });
    for (const run of models(plan)) {
      const { data, metrics } = owns[entryOf(run)];
      assertEquals(run.spec.data.config, { train: data ?? suiteOwn.data });
      assertEquals(
        run.spec.metrics.map(({ metric, config }) => [metric, config.samples]),
        metrics === null
          ? [["tiny-brightness", suiteOwn.metrics], ["tiny-speed", undefined]]
          : [["tiny-brightness", metrics]],
      );
    }
  },
});

law("there is one set of control rows for each data and metrics that a run is on, and no other", {
  source: "definition",
  given: { dag: dags(), owns },
  cases: 40,
  kills: ["control-rows-of-the-suite-alone"],
  async holds({ dag, owns }) {
    const suite = await suiteOf(dag, owns);
    const plan = planSuite(suite, { engine });
    const wanted = new Set(models(plan).map(onOf));
    const rows = plan.filter(isControl);
    assertEquals(new Set(rows.map(onOf)), wanted);
    assertEquals(rows.length, wanted.size * suite.controls.length);
    // What is narrowed to an entry needs no others, and has its own under the ids of the whole.
    const some = planSuite(suite, { engine, families: [nameOf(0)] });
    assertEquals(new Set(some.filter(isControl).map(onOf)), new Set(models(some).map(onOf)));
    assert(some.every(({ id, label }) => plan.some((p) => p.id === id && p.label === label)));
  },
});

law("other data or metrics of an entry change its ids and its dependents' and no others", {
  source: "definition",
  given: {
    dag: dags(),
    owns,
    at: fc.nat({ max: 5 }),
    to: fc.constantFrom({ data: 70 }, { metrics: 15 }),
  },
  cases: 60,
  kills: ["entry-data-ignored"],
  async holds({ dag, owns, at, to }) {
    const entry = at % dag.needs.length;
    const after = owns.map((one, i) => i === entry ? { ...one, ...to } : one);
    const [one, other] = [
      planSuite(await suiteOf(dag, owns), { engine }),
      planSuite(await suiteOf(dag, after), { engine }),
    ].map((plan) => new Map(models(plan).map((run) => [`${entryOf(run)} ${run.spec.seed}`, run])));
    assertEquals(one.size, 2 * dag.needs.length);
    const changed = dependents(dag, entry);
    for (const [key, run] of one) {
      const wanted = changed.has(entryOf(run)), then = other.get(key)!;
      assertEquals([run.id !== then.id, run.group !== then.group], [wanted, wanted], key);
    }
  },
});
