/** The history of runs: kept once, read whole, stepped and drifted. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  appendHistory,
  entriesSince,
  histories,
  type HistoryEntry,
  historyPath,
  readHistory,
} from "../../src/gate/history/history.ts";
import {
  driftText,
  historyTable,
  sparkline,
  withDrift,
} from "../../src/gate/history/history_text.ts";
import { evaluateGate } from "../../src/gate/verdict/evaluate.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { baselinesOf, calibratedFor, record, seeds } from "./fixture.ts";

const quiet = (message: string) => {
  throw new Error(message);
};

/** Records of a run on some day. */
const onDay = (records: readonly RunRecord[], day: number, gitSha = `commit${day}`): RunRecord[] =>
  records.map((r) => ({
    ...r,
    provenance: {
      ...r.provenance,
      gitSha,
      finishedAt: `2026-03-${String(day).padStart(2, "0")}T00:00:00Z`,
    },
  }));

async function inFolder(body: (path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(historyPath(folder, "made"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a run is told once, the file only grows, and a cut line costs only itself", () =>
  inFolder(async (path) => {
    const first = onDay(seeds([1, 2]), 1);
    await appendHistory(path, { records: first, onProblem: quiet });
    await appendHistory(path, { records: first, onProblem: quiet });
    const before = await Deno.readTextFile(path);
    const both = await appendHistory(path, {
      records: onDay(seeds([3, 4]), 2),
      onProblem: quiet,
    });
    assertEquals(both.map(({ rows }) => [rows[0].value, rows[0].n]), [[1.5, 2], [3.5, 2]]);
    const after = await Deno.readTextFile(path);
    assertEquals(after.startsWith(before), true);
    await Deno.writeTextFile(path, after.slice(0, -30));
    assertEquals((await readHistory(path, quiet)).length, 1);
    const again = await appendHistory(path, { records: onDay(seeds([5]), 3), onProblem: () => {} });
    assertEquals(again.map(({ commit }) => commit), ["commit1", "commit3"]);
    const told: string[] = [];
    await readHistory(path, (message) => told.push(message));
    assertStringIncludes(told.join(), "line 2 is left out");
  }));

Deno.test("a timing's value is the median of its runs; classes and codes are entries of their own", () =>
  inFolder(async (path) => {
    const speed = { kind: "speed", direction: "higher" } as const;
    const [a, b, c] = seeds([10, 11, 50], speed);
    const other = { ...a, provenance: { ...a.provenance, machineClass: "another" } };
    const entries = await appendHistory(path, {
      records: [a, b, c, other].map((r) => onDay([r], 1)[0]),
      onProblem: quiet,
    });
    assertEquals(entries.map(({ machineClass, rows }) => [machineClass, rows[0].value]).sort(), [
      ["another", 10],
      ["wasm_2-cores", 11],
    ]);
  }));

/** A history of one timing. */
async function historyOfValues(values: readonly number[]): Promise<HistoryEntry[]> {
  let entries: HistoryEntry[] = [];
  await inFolder(async (path) => {
    const records = values.flatMap((value, i) =>
      onDay([
        record({
          seed: 1,
          metrics: [{ kind: "speed", direction: "lower", name: "ms", unit: "ms", value }],
        }),
      ], i + 1)
    );
    entries = await appendHistory(path, { records, onProblem: quiet });
  });
  return entries;
}

Deno.test("a slow drift that every gate passes is found over the runs", async () => {
  const noise = [...hostNormal(hostKey(51), 24)];
  // Each run is 1 % slower than the one before; the gate's minimum effect is 10 %.
  const values = noise.map((x, i) => 100 * (1 + 0.01 * i) + 0.5 * x);
  const made = (value: number) => [
    record({
      seed: 1,
      metrics: [{
        kind: "speed",
        direction: "lower",
        name: "ms",
        value,
        raw: [0, 1, 2, 3, 4].map((r) => value + r / 100),
      }],
    }),
  ];
  values.slice(1).forEach((value, i) => {
    const [verdict] = evaluateGate({
      records: made(value),
      baselines: baselinesOf(made(values[i])),
      floors: calibratedFor(made(value)),
      suiteVersion: 1,
    });
    assertEquals(verdict.verdict, "pass");
  });
  const entries = await historyOfValues(values);
  const [found] = histories(entries);
  assertEquals(found.drift !== null && found.drift.change > 0.15, true);
  assertStringIncludes(driftText(found.drift!), "since commit");
  const [, line] = historyTable([found]);
  assertStringIncludes(line, "drifted");
  // A note on the verdict, and with --drift a failure.
  const input = {
    records: made(values[23]),
    baselines: baselinesOf(made(values[22])),
    suiteVersion: 1,
  };
  const verdicts = evaluateGate({ ...input, floors: calibratedFor(input.records) });
  const noted = withDrift(verdicts, { found: [found], fail: false })[0];
  assertEquals(noted.verdict, "pass");
  assertStringIncludes(noted.why, "history: +");
  assertEquals(withDrift(verdicts, { found: [found], fail: true })[0].verdict, "regressed");
  // Where nobody has calibrated the machine it stays a note.
  const shown = withDrift(evaluateGate(input), { found: [found], fail: true })[0];
  assertEquals(shown.verdict, "shown");
  assertStringIncludes(shown.why, "history: +");
  // From the last level on there is nothing to complain of.
  const since = found.points[found.drift!.last.from].commit!;
  assertEquals(histories(entries, { since })[0].drift, null);
});

Deno.test("noise drifts nowhere, an improvement is no drift, a change of the spec starts anew", async () => {
  const noise = [...hostNormal(hostKey(52), 20)].map((x) => 100 + x);
  const [steady] = histories(await historyOfValues(noise));
  assertEquals([steady.drift, steady.levels.length], [null, 1]);
  const [faster] = histories(await historyOfValues(noise.map((x, i) => i < 10 ? x : x - 40)));
  assertEquals([faster.drift, faster.levels.length], [null, 2]);
  assertStringIncludes(historyTable([faster])[1], "stepped");
  const entries = await historyOfValues(noise.map((x, i) => i < 10 ? x : x + 40));
  const other = entries.map((entry, i) => ({
    ...entry,
    rows: entry.rows.map((row) => ({ ...row, group: i < 10 ? "old" : "new" })),
  }));
  const [anew] = histories(other);
  assertEquals([anew.points.length, anew.earlier, anew.drift], [10, 10, null]);
});

Deno.test("since: a commit's first run or a date; nothing where there is no such run", async () => {
  const entries = await historyOfValues([1, 2, 3]);
  assertEquals(entriesSince(entries, "commit2").length, 2);
  assertEquals(entriesSince(entries, "2026-03-03").length, 1);
  assertEquals(entriesSince(entries, "nothing"), []);
});

Deno.test("sparklines: least to most, the newest, a line where nothing moves", () => {
  assertEquals(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assertEquals(sparkline([9, 0, 1], 2), "▁█");
  assertEquals(sparkline([2, 2]), "▄▄");
});
