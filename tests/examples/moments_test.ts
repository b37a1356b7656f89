import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { asInstalled } from "../../src/base/program/child.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { openStore } from "../../src/record/store.ts";
import { loadSuite } from "../../src/suite/load.ts";

const file = "tests/examples/moments.yaml";

/** Runs a command of the program; its exit code and all that it said. */
async function likeness(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, "src/main.ts", ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { code, text: [stdout, stderr].map((part) => new TextDecoder().decode(part)).join("") };
}

Deno.test("example: a protocol of the user's own takes part in plan, run, gate and report", async () => {
  const out = await Deno.makeTempDir();
  try {
    const baselines = join(out, "baselines");
    await Deno.mkdir(join(baselines, "any"), { recursive: true });
    const where = ["--out", out, "--baselines", baselines];
    const suite = await loadSuite(file);
    const plan = planSuite(suite, { engine: "wasm" });
    assertEquals(plan.map(({ label, spec }) => `${spec.protocol}: ${label} ${spec.seed}`), [
      "control: noise 1",
      "pixel-moments: table 1",
      "train-evaluate: table-gaussian 1",
      "train-evaluate: table-gaussian 2",
    ]);
    // Only the model is asked for: the step is run too, and that is said.
    const wanted = ["--families", "table-gaussian", "--engine", "wasm"];
    const dry = await likeness("run", file, ...where, ...wanted, "--dry-run");
    assertEquals(dry.code, 0, dry.text);
    assertMatch(dry.text, /table +1 .*not estimated/);
    assertMatch(dry.text, /table-gaussian +2 .*needs table/);
    const ran = await likeness("run", file, ...where, ...wanted);
    assertEquals(ran.code, 0, ran.text);
    assertStringIncludes(ran.text, "1 family × 2 seeds + 1 control row + 1 step");
    assertStringIncludes(ran.text, "table seed 1 is run too: it is needed by table-gaussian");
    const store = openStore(out);
    const [, table, first, second] = await Promise.all(plan.map(({ id }) => store.readRecord(id)));
    assertEquals([table!.state, first!.state, second!.state], ["done", "done", "done"]);
    const { sha256 } = table!.artefacts.find(({ name }) => name === "moments")!;
    for (const record of [first!, second!]) {
      const { role, run, artefact } = record.needs![0];
      assertEquals([role, run, artefact, record.needs![0].sha256], [
        "table",
        table!.id,
        "moments",
        sha256,
      ]);
    }
    for (const { id } of plan) {
      // A baseline is of code that others can get; this test's may be uncommitted.
      const record = (await store.readRecord(id))!;
      const provenance = { ...record.provenance, gitSha: "0".repeat(40), gitDirty: false };
      await store.writeRecord({ ...record, provenance });
    }
    const kept = await likeness(
      "gate",
      file,
      ...where,
      "--update",
      "--reason",
      "r",
      "--author",
      "a",
    );
    assertEquals(kept.code, 0, kept.text);
    const gated = await likeness("gate", file, ...where);
    assertEquals(gated.code, 0, gated.text);
    assertStringIncludes(gated.text, "PASS");
    const { cards, groups } = JSON.parse(
      await Deno.readTextFile(join(out, "reports", "example-moments", "report.json")),
    ) as {
      cards: { label: string; sections: { entries: [string, string][] }[] }[];
      groups: { label: string }[];
    };
    assertEquals(groups.map(({ label }) => label), ["table-gaussian", "noise"]);
    const entries = (label: string) =>
      cards.filter((card) => card.label === label)
        .map(({ sections }) => new Map(sections.flatMap((section) => section.entries)));
    assertEquals(entries("table").map((card) => card.get("pictures")), ["100"]);
    assertEquals(entries("table-gaussian").map((card) => card.get("table from")), [
      `table seed 1, run ${table!.id}: its moments, sha256 ${sha256}`,
      `table seed 1, run ${table!.id}: its moments, sha256 ${sha256}`,
    ]);
    // Where the step is gone, status says who waits for it.
    await store.clear(table!.id);
    await store.clear(second!.id);
    const status = await likeness("status", file, "--out", out);
    assertMatch(status.text, /table-gaussian +seed 2 +planned +waits for table seed 1 \(planned\)/);
    assert(!/table-gaussian +seed 1 .*waits/.test(status.text), status.text);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
