/** Records that can't be read: every writer leaves them alone, every reader names them. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { dispatch } from "../../src/cli/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import { launch } from "../../src/launch/schedule.ts";
import { sealedJson } from "../../src/base/digest/sealed.ts";
import { openStore, UnreadableRecord } from "../../src/record/store.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import { executeSpeed } from "../../src/run/model/speed.ts";
import { keptTerminal } from "../commands/terminal.ts";
import { tinySuite } from "../commands/tiny_suite.ts";
import { options } from "../launch/launching.ts";
import { inFolder, planned, tinyHost } from "../run/harness.ts";

/** As a program would write it, with its own checksum. */
function resealed(text: string): string {
  const { sha256: _, ...record } = JSON.parse(text);
  return sealedJson(record, 1);
}

/** How a record is spoilt, and what is said of it. */
const spoils: readonly (readonly [name: string, spoil: (text: string) => string, said: string])[] =
  [
    ["cut", (text) => text.slice(0, text.length / 2), "is not valid JSON"],
    ["empty", () => "", "is not valid JSON"],
    ["changed", (text) => text.replace('"done"', '"gone"'), "its checksum differs"],
    [
      "newer",
      (text) => text.replace('"format": 1', '"format": 2'),
      "is of format 2, and this version",
    ],
    [
      "unknown state",
      (text) => resealed(text.replace('"done"', '"paused"')),
      "is not what a run writes: state",
    ],
    [
      "another's",
      (text) => resealed(text.replace(/"id": "\w+"/, '"id": "x1"')),
      "is the record of run x1, not",
    ],
  ];

Deno.test("a record that can't be read is overwritten by no run, only by one that starts over", () =>
  inFolder(async (out) => {
    const run = planned();
    const host = await tinyHost(out);
    const first = await executeRun(run, host);
    assert(first.kind === "record");
    const store = openStore(out);
    const path = join(store.folder(run.id), "record.json");
    const whole = await Deno.readTextFile(path);
    for (const [name, spoil, said] of spoils) {
      const spoilt = spoil(whole);
      assert(spoilt !== whole, name);
      await Deno.writeTextFile(path, spoilt);
      for (
        const write of [
          () => store.writeRecord(first.record),
          () => executeRun(run, host),
          () => executeSpeed(run, host),
        ]
      ) {
        const { message } = await assertRejects(write, UnreadableRecord, said, name);
        assertStringIncludes(message, path);
        assert(/--fresh|remove it/.test(message), message);
        assertEquals(await Deno.readTextFile(path), spoilt, name);
      }
    }
    const fresh = await executeRun(run, host, { fresh: true });
    assert(fresh.kind === "record" && fresh.record.state === "done");
    assertEquals((await store.readRecord(run.id))?.artefacts, first.record.artefacts);
  }));

Deno.test("a launch leaves it alone and does the other runs, also where the worker can't start", () =>
  inFolder(async (out) => {
    const tiny = fromFileUrl(new URL("../run/tiny.ts", import.meta.url));
    const made = await options(out, { jobs: 1, speedMetrics: new Set() });
    const plan = [1, 2, 3].map((seed) => planned({ seed }));
    const path = join(openStore(out).folder(plan[1].id), "record.json");
    await Deno.mkdir(openStore(out).folder(plan[1].id), { recursive: true });
    for (
      const [name, modules] of [["runs", [tiny]], ["no worker", [tiny, `${tiny}.gone`]]] as const
    ) {
      await Deno.writeTextFile(path, '{"format": 2}');
      const { outcomes } = await launch(plan, {
        ...made,
        settings: { ...made.settings, modules: [...modules] },
      });
      const outcome = outcomes.get(plan[1].id)!;
      assert(outcome.kind === "failed", name);
      if (name === "runs") assertStringIncludes(outcome.cause, `${path} is of format 2`);
      assertEquals(await Deno.readTextFile(path), '{"format": 2}');
      const problems: string[] = [];
      const records = await openStore(out).list({ onProblem: (_, id) => problems.push(id) });
      assertEquals(problems, [plan[1].id]);
      const state = name === "runs" ? "done" : "failed";
      assertEquals(records.map((r) => [r.spec.seed, r.state]), [[1, state], [3, state]]);
      for (const { id } of records) await openStore(out).clear(id);
    }
  }));

Deno.test("run, gate, status and report name it, count it, and nothing passes without it", () =>
  inFolder(async (folder) => {
    const path = await tinySuite(folder), out = join(folder, "out");
    const baselines = join(folder, "baselines");
    await Deno.mkdir(baselines);
    const likeness = async (...words: string[]) => {
      const terminal = keptTerminal();
      const code = await dispatch([...words, "--out", out], { commands, version: "0", terminal });
      return { code, out: terminal.out.join("\n"), err: terminal.err.join("\n") };
    };
    const run = () =>
      likeness("run", path, "--engine", "wasm", "--baselines", baselines, "--allow-inconclusive");
    assertEquals((await run()).code, 0);
    const store = openStore(out);
    const broken = (await store.list()).find(({ spec, label }) =>
      label === "tiny-linear" && spec.seed === 2
    )!;
    const file = join(store.folder(broken.id), "record.json");
    const text = (await Deno.readTextFile(file)).replace('"format": 1', '"format": 2');
    await Deno.writeTextFile(file, text);
    const said = `${file} is of format 2`;

    const ran = await run();
    assertEquals(ran.code, 3, ran.out + ran.err);
    assertEquals(ran.out, "", "it is told before anything runs");
    assertStringIncludes(ran.err, said);

    const gated = await likeness("gate", path, "--baselines", baselines, "--no-rerun");
    assertEquals(gated.code, 3);
    assertStringIncludes(gated.out, `seed 2: ${said}`);
    const update = ["--update", "--reason", "r", "--author", "a", "--baselines", baselines];
    const refused = await likeness("gate", path, ...update);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.err, said);
    assertEquals([...Deno.readDirSync(baselines)], []);

    const status = await likeness("status");
    assertStringIncludes(status.out, "tiny · 3 runs: 2 done, 1 unreadable");
    assertStringIncludes(status.out, said);

    const to = join(folder, "report");
    await likeness("report", path, "--to", to, "--format", "md");
    const page = await Deno.readTextFile(join(to, "report.md"));
    assertStringIncludes(page, "1 record of 3 can't be read");
    assertStringIncludes(page, "2 of 3 runs done");
    assertStringIncludes(page, "tiny-linear seed 2");
    assertStringIncludes(page, "of format 2");
    assert(!page.includes(out), "a page does not say where the store lies");
    // The plan lost too: what can't be read is named, and the rest is reported.
    await Deno.remove(join(out, "plans"), { recursive: true });
    const listed = await likeness("report", path, "--to", to, "--format", "md");
    assertEquals(listed.code, 0);
    assertStringIncludes(listed.err, said);
    assertEquals(await Deno.readTextFile(file), text);
    // Baselines that can't be read cost the comparison, not the report.
    await Deno.mkdir(join(baselines, "any"));
    await Deno.writeTextFile(join(baselines, "any", "tiny.json"), "{");
    const shown = await likeness("report", path, "--to", to, "--baselines", baselines);
    assertEquals(shown.code, 2);
    assertStringIncludes(shown.out, "report: ");
    assertStringIncludes(shown.err, "compared with no baseline: ");
  }));
