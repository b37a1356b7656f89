/** Which runs are timed, and for how long, where speed is judged and where it is only shown. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type FinishedRun, timeRounds, timingOf } from "../../src/launch/timing.ts";
import { record, speed } from "../gate/fixture.ts";
import { law } from "../law.ts";

const speedMetrics = new Set(["throughput"]);

/** A finished run; `timed`: its speed was measured before. */
function run(
  { label, seed, timed, machineClass }: {
    label: string;
    seed: number;
    timed: boolean;
    machineClass: string;
  },
): FinishedRun {
  const metrics = [
    { name: "FD@100", value: 1 },
    { metric: "throughput", name: "FLOPs", kind: "deterministic" as const, value: 2 },
    ...timed ? [{ ...speed, value: 3 }] : [],
  ];
  const made = record({ label, seed, machineClass, metrics });
  const { id, group, spec, timings } = made;
  return {
    planned: { id, group, label, spec },
    record: { ...made, timings: { ...timings, total: 10 * seed } },
  };
}

const runs = fc.uniqueArray(
  fc.record({
    label: fc.constantFrom("a", "b", "c"),
    seed: fc.integer({ min: 1, max: 6 }),
    timed: fc.boolean(),
    machineClass: fc.constantFrom("judged", "shown"),
  }),
  { selector: ({ label, seed }) => `${label} ${seed}`, maxLength: 14 },
);

law("timing: all where speed is judged; elsewhere a seed of each row first, nothing twice", {
  source: "DESIGN, Statistics",
  given: { runs },
  holds: ({ runs }) => {
    const finished = runs.map(run);
    const { rounds } = timingOf(finished, { speedMetrics, judged: new Set(["judged"]) });
    const all = rounds.flat().map(({ id }) => id);
    assertEquals(new Set(all).size, all.length);
    assert(rounds.every((round) => round.length > 0));
    const untimed = finished.filter((_, i) => !runs[i].timed);
    const ids = (some: readonly FinishedRun[]) => some.map(({ planned }) => planned.id);
    const at = (name: string) =>
      untimed.filter(({ record }) => record.provenance.machineClass === name);
    // Whatever is judged is timed in the first round, whether or not there is time.
    const first = new Set((rounds[0] ?? []).map(({ id }) => id));
    assert(ids(at("judged")).every((id) => first.has(id)));
    assert(all.every((id) => ids(untimed).includes(id)));
    for (const label of ["a", "b", "c"]) {
      const own = finished.filter(({ planned }) => planned.label === label);
      const shown = ids(at("shown")).filter((id) => id.startsWith(`${label}-`));
      const places = shown.map((id) => rounds.findIndex((round) => round.some((r) => r.id === id)));
      // A row that has a timing shows that; one without has a seed in the first round, one in the next.
      const has = own.length > untimed.filter((one) => own.includes(one)).length;
      if (has) assert(places.every((place) => place < 0));
      else assertEquals(places, places.map((_, turn) => turn));
    }
  },
  kills: ["every-seed-timed-where-nothing-is-judged", "judged-seeds-left-untimed"],
});

law("timing: further rounds only while they fit into the budget; the first one always", {
  source: "definition",
  given: {
    seconds: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 }),
    budgetSeconds: fc.integer({ min: 0, max: 100 }),
  },
  holds: async ({ seconds, budgetSeconds }) => {
    let clock = 0;
    let done = 0;
    const { planned } = run({ label: "a", seed: 1, timed: false, machineClass: "shown" });
    await timeRounds({ rounds: seconds.map(() => [planned]), budgetSeconds }, {
      time: () => {
        clock += 1000 * seconds[done++];
        return Promise.resolve();
      },
      now: () => clock,
    });
    const spent = (n: number) => seconds.slice(0, n).reduce((a, b) => a + b, 0);
    assert(done >= 1);
    for (let n = 1; n < done; n++) assert(spent(n) + seconds[n - 1] <= budgetSeconds);
    if (done < seconds.length) assert(spent(done) + seconds[done - 1] > budgetSeconds);
  },
  kills: ["timing-without-a-budget"],
});

Deno.test("timing: the budget is a share of what the runs that are only shown took", () => {
  const of = (machineClass: string) =>
    [1, 2, 3].map((seed) => run({ label: "a", seed, timed: false, machineClass }));
  const judged = new Set(["judged"]);
  const { rounds, budgetSeconds } = timingOf(of("shown"), { speedMetrics, judged });
  assertEquals([rounds.map((round) => round.length), budgetSeconds], [[1, 1, 1], 6]);
  const all = timingOf(of("judged"), { speedMetrics, judged });
  assertEquals([all.rounds.map((round) => round.length), all.budgetSeconds], [[3], 0]);
});
