/** What a gate measured itself is kept: a report from the records says what the gate said. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { parseArguments } from "../../src/cli/arguments.ts";
import { main as report } from "../../src/commands/report.ts";
import { commands } from "../../src/commands/table.ts";
import { UsageError } from "../../src/base/errors.ts";
import { writeBaseline } from "../../src/gate/baseline/baseline.ts";
import { writeFloors } from "../../src/gate/speed/floors.ts";
import { appendHistory, historyPath, readHistory } from "../../src/gate/history/history.ts";
import type { Interleave, TurnPair, Turns } from "../../src/gate/speed/interleave.ts";
import { keeping, keptPath, type Measuring, readKept } from "../../src/gate/last_gate.ts";
import { type GateOptions, gateRecords } from "../../src/gate/mod.ts";
import { rowKey, rowsOf } from "../../src/gate/verdict/rows.ts";
import { planSuite, writePlan } from "../../src/plan/plan.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { keptTerminal } from "../commands/terminal.ts";
import { law } from "../law.ts";
import { baselinesOf, calibratedFor, record, speed } from "./fixture.ts";

const which = { suite: "made", suiteVersion: 1 };

/** Five runs of two families, timed twice each; the second family's second timing is the slow one. */
function runs(factor: number, again = 0): RunRecord[] {
  return ["vae", "flow"].flatMap((label) =>
    [1, 2, 3, 4, 5].map((seed) =>
      record({
        label,
        seed,
        metrics: [
          { name: "FD@100", value: seed / 3 },
          ...["images/s", "ms"].map((name) => {
            const slow = label === "flow" && name === "ms" ? factor : 1;
            const raw = [0, 1, 2, 3, 4].map((r) => (100 + seed + r / 7 + again) * slow);
            const direction = name === "ms" ? "lower" as const : "higher" as const;
            return { ...speed, name, direction, value: raw[2], raw };
          }),
        ],
      })
    )
  );
}

/** What turns would give, on the rows of these records. */
function turnsOf(records: readonly RunRecord[], percent: number): Turns {
  const rows = rowsOf(records).rows.filter(({ kind }) => kind === "speed");
  const pairs = Array.from({ length: 9 }, (_, i): TurnPair => {
    const [baseline, value] = [90 + i, (90 + i) * percent / 100 + i / 50];
    const raw = { baseline: [baseline, baseline + 0.1], value: [value, value / 3] };
    return { seed: 1 + i % 5, baseline, value, raw };
  });
  const { provenance } = records[0];
  return {
    commit: "abcdef0123456789",
    provenance,
    rows: new Map(rows.map((row) => [rowKey(row), { row, pairs }])),
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-kept-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Gates as a command does, or as a report does from what the command left. */
async function gated(
  records: readonly RunRecord[],
  { folder, measuring }: { folder: string; measuring: Measuring },
) {
  const { exact, rerun, turns, drift: fail, since } = measuring;
  const options: GateOptions = {
    ...which,
    baselines: join(folder, "baselines"),
    exact,
    rerun,
    turns,
    history: {
      entries: await readHistory(historyPath(folder, "made"), () => {}),
      since,
      fail,
    },
  };
  return (await gateRecords(records, options)).verdicts;
}

law("a gate kept on disk is made again to the same verdicts, as often as one likes", {
  source: "DESIGN, The nouns: a report is a pure function of records and baselines",
  given: {
    factor: fc.constantFrom(0.5, 1, 1.8, 3),
    how: fc.constantFrom("turns", "no checkout, rerun", "no checkout, no rerun", "neither"),
    percent: fc.constantFrom(60, 100, 104, 180),
    everything: fc.boolean(),
    exact: fc.boolean(),
    drift: fc.boolean(),
    calibrated: fc.boolean(),
  },
  cases: 40,
  holds: ({ factor, how, percent, everything, exact, drift, calibrated }) =>
    inFolder(async (folder) => {
      const records = runs(factor);
      for (const baseline of baselinesOf(runs(1, 0.25))) {
        await writeBaseline(join(folder, "baselines"), baseline);
      }
      if (calibrated) {
        for (const floors of calibratedFor(records)) {
          await writeFloors(join(folder, "baselines"), floors);
        }
      }
      await appendHistory(historyPath(folder, "made"), { records, onProblem: () => {} });
      let measured = 0;
      const interleave: Interleave = () => {
        measured++;
        return Promise.resolve(
          how === "turns"
            ? turnsOf(records, percent)
            : { reason: "commit abc is not in this clone" },
        );
      };
      const measuring: Measuring = {
        exact,
        drift,
        ...(how === "neither" ? {} : {
          turns: { everything, interleave: () => interleave },
          rerun: () => {
            measured++;
            return Promise.resolve(
              how === "no checkout, rerun" ? runs(percent / 100, 0.5) : null,
            );
          },
        }),
      };
      const kept = keeping(measuring);
      const first = await gated(records, { folder, measuring: kept.measuring });
      await kept.write(folder, { ...which, records });
      const before = measured;
      for (let time = 0; time < 2; time++) {
        const found = await readKept(folder, { ...which, records });
        assertEquals(await gated(records, { folder, measuring: found! }), first);
      }
      assertEquals(measured, before, "nothing is measured for a report");
    }),
  kills: ["turns-are-forgotten", "reruns-are-forgotten", "kept-turns-ask-for-less"],
});

Deno.test("what was measured beside other records is not said of these; a broken file is named", () =>
  inFolder(async (folder) => {
    const records = runs(1);
    const kept = keeping({ drift: false });
    await kept.write(folder, { ...which, records });
    assert(await readKept(folder, { ...which, records }) !== null);
    assert(await readKept(folder, { ...which, records: records.slice(3) }) !== null);
    const changed = records.map((r, i) => i === 0 ? { ...r, steps: r.steps + 1 } : r);
    assertEquals(await readKept(folder, { ...which, records: changed }), null);
    const more = [...records, record({ label: "new", seed: 1, metrics: [] })];
    assertEquals(await readKept(folder, { ...which, records: more }), null);
    assertEquals(await readKept(folder, { ...which, suiteVersion: 2, records }), null);
    assertEquals(await readKept(join(folder, "elsewhere"), { ...which, records }), null);
    await Deno.writeTextFile(keptPath(folder, "made"), '{"format": 2}');
    const error = await assertRejects(() => readKept(folder, { ...which, records }), UsageError);
    assertStringIncludes(error.message, keptPath(folder, "made"));
    assertStringIncludes(error.message, "gate again");
  }));

Deno.test("kept turns hold the commit, every pair with its repeats, and whose machine it was", () =>
  inFolder(async (folder) => {
    const records = runs(1);
    const turns = turnsOf(records, 90);
    const kept = keeping({
      drift: false,
      turns: { everything: true, interleave: () => () => Promise.resolve(turns) },
    });
    await kept.measuring.turns!.interleave("abc")([], { tests: 1, alpha: 0.05 });
    await kept.write(folder, { ...which, records });
    const stored = JSON.parse(await Deno.readTextFile(keptPath(folder, "made"))).turns;
    assertEquals(stored.commit, turns.commit);
    assertEquals(stored.provenance, { ...records[0].provenance });
    const pairs = [...turns.rows.values()].map(({ pairs }) => pairs);
    assertEquals(stored.rows.map((row: { pairs: unknown }) => row.pairs), pairs);
  }));

const suiteText = `suite: made
data: { dataset: heads, size: 16, train: 10, test: 10 }
budget: { steps: 1 }
seeds: [1, 2, 3, 4, 5]
runs: [vae]
metrics: [{ throughput: { batches: [16] } }]
controls: []
`;

Deno.test("report: timings that a gate measured in turns stand there as the gate had them", () =>
  inFolder(async (folder) => {
    const path = join(folder, "made.yaml");
    await Deno.writeTextFile(path, suiteText);
    const suite = await loadSuite(path);
    const store = openStore(folder);
    const plan = planSuite(suite, { engine: "wasm" });
    const records: RunRecord[] = [];
    for (const { id, group, label, spec } of plan) {
      const raw = [0, 1, 2, 3, 4].map((r) => 100 + spec.seed + r);
      const metrics = [{ ...speed, name: "train-speed-b16", unit: "images/s", value: raw[2], raw }];
      const made = { ...record({ seed: spec.seed, metrics }), id, group, label, spec };
      await store.writeRecord(made);
      records.push((await store.readRecord(id))!);
    }
    await Deno.mkdir(join(folder, "plans"));
    await writePlan(join(folder, "plans", "made.jsonl"), plan);
    const kept = keeping({
      drift: false,
      turns: { everything: true, interleave: () => () => Promise.resolve(turnsOf(records, 50)) },
    });
    await kept.measuring.turns!.interleave("abc")([], { tests: 1, alpha: 0.05 });
    await kept.write(folder, { ...which, records });
    const command = commands.find(({ name }) => name === "report")!;
    await Deno.mkdir(join(folder, "none"));
    const texts: string[] = [];
    for (const to of ["a", "b"]) {
      const words = [path, "--out", folder, "--baselines", join(folder, "none"), "--quiet"];
      const args = parseArguments(command, [...words, "--to", join(folder, to)]);
      assertEquals(await report(args, keptTerminal()), 0);
      texts.push(await Deno.readTextFile(join(folder, to, "report.json")));
    }
    assertEquals(texts[0], texts[1]);
    const { gate } = JSON.parse(texts[0]);
    const [verdict] = gate.verdicts;
    assertEquals([verdict.verdict, verdict.test], ["regressed", "signed rank"]);
    assertEquals([verdict.baseline, Math.round(verdict.value)], [94, 47]);
    assertStringIncludes(verdict.why, "in turns with abcdef0123; 9 pairs");
  }));
