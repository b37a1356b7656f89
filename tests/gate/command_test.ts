import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { parseArguments } from "../../src/cli/arguments.ts";
import { main } from "../../src/commands/gate/gate.ts";
import { commands } from "../../src/commands/table.ts";
import { UsageError } from "../../src/base/errors.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { openStore } from "../../src/record/store.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { record } from "./fixture.ts";

const suiteText = `suite: made
data: { dataset: heads, size: 16, train: 10, test: 10 }
budget: { steps: 1 }
seeds: [1, 2]
runs: [vae]
metrics: [reconstruction]
controls: []
`;

/** A folder with a suite and records of all its runs, whose PSNR is `psnr` and the seed in dB. */
async function workplace(
  body: (at: {
    gate: (...words: string[]) => Promise<{ code: number; printed: string[] }>;
    measure: (psnr: number) => Promise<void>;
    folder: string;
  }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "made.yaml");
    await Deno.writeTextFile(path, suiteText);
    const out = join(folder, "out");
    const baselines = join(folder, "baselines");
    await Deno.mkdir(baselines);
    const command = commands.find(({ name }) => name === "gate")!;
    await body({
      folder,
      async gate(...words) {
        const printed: string[] = [];
        const print = (line = "") => void printed.push(line);
        const terminal = { print, warn: print, draw: () => {}, live: false, columns: 100 };
        const all = [
          path,
          "--out",
          out,
          "--baselines",
          baselines,
          "--author",
          "A. Uthor",
          ...words,
        ];
        return { code: await main(parseArguments(command, all), terminal), printed };
      },
      async measure(psnr) {
        const store = openStore(out);
        for (const planned of planSuite(await loadSuite(path), { engine: "wasm" })) {
          const { seed } = planned.spec;
          const value = {
            name: "PSNR@64",
            metric: "reconstruction",
            unit: "dB",
            direction: "higher",
            value: psnr + seed,
          } as const;
          const { id, group, label, spec } = planned;
          await store.writeRecord({
            ...record({ seed, metrics: [value] }),
            id,
            group,
            label,
            spec,
          });
        }
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("gate: nothing measured, no baseline, update, pass, change", async () => {
  await workplace(async ({ gate, measure, folder }) => {
    const nothing = await gate();
    assertEquals(nothing.code, 3);
    assertStringIncludes(nothing.printed.join("\n"), "NOTHING MEASURED");
    await measure(20);
    const fresh = await gate();
    assertEquals(fresh.code, 0);
    assertStringIncludes(
      fresh.printed.at(-1)!,
      "NO BASELINE YET: 1 quality number without a baseline",
    );
    // The difference is shown first, and without a reason nothing is written.
    await assertRejects(() => gate("--update"), UsageError, "--reason");
    assertEquals((await gate()).printed.at(-1), fresh.printed.at(-1));
    const updated = await gate("--update", "--reason", "first numbers");
    assertEquals(updated.code, 0);
    assertStringIncludes(updated.printed.join("\n"), "added  any    vae  PSNR@64");
    const file = JSON.parse(await Deno.readTextFile(join(folder, "baselines/any/made.json")));
    assertEquals(file.rows[0].values, { "1": 21, "2": 22 });
    assertEquals([file.updates[0].reason, file.updates[0].author], ["first numbers", "A. Uthor"]);
    const passed = await gate();
    assertEquals(passed.code, 0);
    assertStringIncludes(passed.printed.at(-1)!, "PASS: 1 of 1 quality number has the bits of ");
    assertStringIncludes((await gate("--all")).printed.join("\n"), "bit-identical");
    assertStringIncludes(
      (await gate("--update", "--reason", "again")).printed.join("\n"),
      "hold these numbers already",
    );
    await measure(10);
    const changed = await gate();
    assertEquals(changed.code, 4);
    assertStringIncludes(changed.printed.join("\n"), "the baseline has 2 seeds, the gate needs 5");
    assertEquals((await gate("--allow-inconclusive")).code, 0);
  });
});

Deno.test("gate: a seed of the suite without a record is missing, and --update leaves it only when told", async () => {
  await workplace(async ({ gate, measure, folder }) => {
    await measure(20);
    await gate("--update", "--reason", "first numbers");
    const store = openStore(join(folder, "out"));
    const [first, second] = await store.list();
    await store.clear(second.id);
    for (const exact of [[], ["--exact"]]) {
      const { code, printed } = await gate(...exact);
      assertEquals(code, 3);
      assertStringIncludes(printed.join("\n"), "bit-identical; seed 2: no record");
      assertStringIncludes(printed.at(-1)!, "made: MISSING NUMBERS: 0 of 1 quality number has ");
    }
    const path = join(folder, "baselines/any/made.json");
    const before = await Deno.readTextFile(path);
    const again = ["--update", "--reason", "again"];
    await assertRejects(() => gate(...again), UsageError, "vae, seed 2: no record");
    assertEquals(await Deno.readTextFile(path), before);
    const kept = await gate(...again, "--missing", "keep");
    assertStringIncludes(kept.printed.at(-1)!, "hold these numbers already");
    assertEquals(await Deno.readTextFile(path), before);
    await gate(...again, "--missing", "drop");
    const values = async () => JSON.parse(await Deno.readTextFile(path)).rows[0].values;
    assertEquals(await values(), { "1": 21 });
    await assertRejects(() => gate("--missing", "keep"), UsageError, "give both");
    await assertRejects(() => gate(...again, "--missing", "lose"), UsageError, "keep or drop");
    // Without a record at all the baseline is all that there is.
    await store.clear(first.id);
    assertEquals((await gate()).code, 3);
    await assertRejects(() => gate(...again, "--missing", "drop"), UsageError, "no records");
    assertEquals(await values(), { "1": 21 });
  });
});

Deno.test("gate: a folder of baselines that isn't there is refused, and --update makes it", async () => {
  await workplace(async ({ gate, measure, folder }) => {
    await measure(20);
    const nowhere = ["--baselines", join(folder, "nowhere")];
    await assertRejects(() => gate(...nowhere), UsageError, "nowhere isn't there");
    assertEquals((await gate(...nowhere, "--update", "--reason", "first")).code, 0);
    assertEquals((await gate(...nowhere)).code, 0);
    const path = join(folder, "nowhere/any/made.json");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace(/"values":\{[^}]*\}/, '"values":{}'));
    for (const words of [[], ["--update", "--reason", "again"]]) {
      await assertRejects(() => gate(...nowhere, ...words), UsageError, "a row without values");
    }
  });
});

Deno.test("gate --drift: a history with a line that can't be read is refused; without it that is told", async () => {
  await workplace(async ({ gate, measure, folder }) => {
    await measure(20);
    await gate();
    const path = join(folder, "out/history/made.jsonl");
    const line = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, line.replace('"format":1', '"format":2') + line);
    await assertRejects(() => gate("--drift"), UsageError, `${path}, line 1 is left out`);
    const { code, printed } = await gate();
    assertEquals(code, 0);
    assertStringIncludes(printed.join("\n"), `${path}, line 1 is left out`);
  });
});

Deno.test("gate --json: one verdict a line and a last line with the counts", async () => {
  await workplace(async ({ gate, measure }) => {
    await measure(20);
    await gate("--update", "--reason", "first numbers");
    const { printed, code } = await gate("--json");
    const events = printed.map((line) => JSON.parse(line));
    assertEquals(events.map(({ event }) => event), ["verdict", "gate"]);
    assertEquals([events[0].verdict, events[0].test, events[1].exitCode, code], [
      "pass",
      "bits",
      0,
      0,
    ]);
  });
});

Deno.test("gate for CI: JUnit, Markdown and the job's summary are written, annotations printed", async () => {
  await workplace(async ({ gate, measure, folder }) => {
    await measure(20);
    await gate("--update", "--reason", "first numbers");
    await measure(10);
    const at = (name: string) => join(folder, name);
    const files = ["--junit", at("gate.xml"), "--markdown", at("deep/gate.md")];
    const { printed, code } = await gate(...files, "--annotations", "--quiet");
    assertEquals(code, 4);
    const [annotation] = printed.filter((line) => line.startsWith("::"));
    assertStringIncludes(annotation, "::warning file=");
    assertStringIncludes(await Deno.readTextFile(at("gate.xml")), 'type="inconclusive"');
    assertStringIncludes(
      await Deno.readTextFile(at("deep/gate.md")),
      "### made INCONCLUSIVE",
    );
    // A program that reads JSON reads nothing else.
    const json = await gate("--json", "--annotations");
    const plain = json.printed.filter((line) => !line.startsWith("{"));
    assertEquals(plain.every((line) => line.startsWith("::")), true);
    const before = Deno.env.get("GITHUB_STEP_SUMMARY");
    try {
      Deno.env.delete("GITHUB_STEP_SUMMARY");
      await assertRejects(() => gate("--step-summary"), UsageError, "names none here");
      await Deno.writeTextFile(at("summary.md"), "before\n");
      Deno.env.set("GITHUB_STEP_SUMMARY", at("summary.md"));
      await gate("--step-summary");
      assertStringIncludes(await Deno.readTextFile(at("summary.md")), "before\n<!-- likeness-gate");
    } finally {
      if (before === undefined) Deno.env.delete("GITHUB_STEP_SUMMARY");
      else Deno.env.set("GITHUB_STEP_SUMMARY", before);
    }
  });
});

Deno.test("gate: options that contradict each other, or name nothing, are refused", async () => {
  await workplace(async ({ gate, measure }) => {
    await measure(20);
    await assertRejects(() => gate("--against", "main"), UsageError, "give both");
    await assertRejects(
      () => gate("--interleave", "--against", "no-such-branch"),
      UsageError,
      "--against: ",
    );
    await assertRejects(() => gate("--interleave", "--no-rerun"), UsageError, "only one of them");
    await assertRejects(() => gate("--since", "abcdef"), UsageError, "has no such run");
  });
});

Deno.test("history: every gate's numbers once, and the table of them", async () => {
  await workplace(async ({ gate, measure, folder }) => {
    const { main: history } = await import("../../src/commands/gate/history.ts");
    const command = commands.find(({ name }) => name === "history")!;
    const show = async (...words: string[]) => {
      const printed: string[] = [];
      const print = (line = "") => void printed.push(line);
      const terminal = { print, warn: print, draw: () => {}, live: false, columns: 100 };
      const all = [join(folder, "made.yaml"), "--out", join(folder, "out"), ...words];
      return { code: await history(parseArguments(command, all), terminal), printed };
    };
    assertEquals((await show()).code, 3);
    for (const psnr of [20, 20, 21, 19]) {
      await measure(psnr);
      await gate();
      await gate();
    }
    const { printed, code } = await show("--all");
    assertEquals(code, 0);
    assertStringIncludes(printed.at(-1)!, "made: 3 runs, 1 series, 0 with steps, 0 drifted");
    assertStringIncludes(printed[1], "PSNR@64 (dB)");
    const events = (await show("--json")).printed.map((line) => JSON.parse(line));
    assertEquals(events[0].points.map(({ value }: { value: number }) => value), [21.5, 22.5, 20.5]);
  });
});
