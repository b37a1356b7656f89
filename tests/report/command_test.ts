import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { main } from "../../src/commands/report.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { commands } from "../../src/commands/table.ts";
import { planSuite, writePlan } from "../../src/plan/plan.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { openStore } from "../../src/record/store.ts";
import { UsageError } from "../../src/base/errors.ts";
import { keptTerminal } from "../commands/terminal.ts";
import { fixture, seriesOf } from "./fixture.ts";

const command = commands.find((c) => c.name === "report")!;

/** Runs the command in a store of a made suite called `recorded`, of which there is no file. */
async function report(words: (dir: string) => string[], fill = true) {
  const dir = await Deno.makeTempDir({ prefix: "likeness-report-" });
  const terminal = keptTerminal();
  try {
    const store = openStore(dir);
    for (const record of fill ? fixture({ seeds: [1, 2], families: ["vae"] }).records : []) {
      await store.writeRecord({ ...record, spec: { ...record.spec, suite: "recorded" } });
      if (record.steps > 0) await store.writeSeries(record.id, seriesOf(record));
    }
    const code = await main(parseArguments(command, words(dir)), terminal);
    const files: string[] = [];
    const listed = await Deno.stat(`${dir}/to`).then(() => true, () => false);
    if (listed) { for await (const { name } of Deno.readDir(`${dir}/to`)) files.push(name); }
    return { code, terminal, files: files.sort() };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("report: a recorded suite without a file is reported from its newest records", async () => {
  const words = (dir: string) => ["recorded", "--out", dir, "--to", `${dir}/to`];
  const { code, terminal, files } = await report((dir) => [...words(dir), "--format", "md,json"]);
  assertEquals(code, 0);
  assertEquals(files, ["report.json", "report.md"]);
  assert(terminal.out.some((line) => line.startsWith("report: ")), terminal.out.join("\n"));
});

Deno.test("report: --quiet prints the path alone, --json one value", async () => {
  const words = (
    dir: string,
  ) => ["recorded", "--out", dir, "--to", `${dir}/to`, "--format", "json"];
  const quiet = await report((dir) => [...words(dir), "--quiet"]);
  assertEquals(quiet.terminal.out.length, 1);
  assert(quiet.terminal.out[0].endsWith("/to/report.json"));
  const json = await report((dir) => [...words(dir), "--json"]);
  const [value] = json.terminal.out.map((line) => JSON.parse(line));
  assertEquals([value.event, value.suite, value.files.length], ["report", "recorded", 1]);
});

Deno.test("report: a plan that was narrowed to one family hides no record of the others", async () => {
  const dir = await Deno.makeTempDir({ prefix: "likeness-report-" });
  try {
    const whole = planSuite(await loadSuite("smoke"), { engine: "wasm" });
    const store = openStore(dir);
    const [like] = fixture({ seeds: [1], families: ["vae"] }).records;
    for (const { id, label, group, spec } of whole) {
      await store.writeRecord({ ...like, id, label, group, spec, seriesSha256: null });
    }
    await Deno.mkdir(join(dir, "plans"));
    await writePlan(
      join(dir, "plans", "smoke.jsonl"),
      whole.filter(({ spec }) => spec.family === "vae"),
    );
    const words = ["smoke", "--out", dir, "--to", join(dir, "to"), "--format", "json", "--quiet"];
    assertEquals(await main(parseArguments(command, words), keptTerminal()), 0);
    const text = await Deno.readTextFile(join(dir, "to", "report.json"));
    for (const { label } of whole) assert(text.includes(`"${label}"`), label);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("report: nothing to report is exit 3 and says what to do", async () => {
  const { code, terminal } = await report((dir) => ["recorded", "--out", dir], false);
  assertEquals(code, 3);
  assert(terminal.err.join().includes("no records of recorded"), terminal.err.join());
});

Deno.test("report: a wrong format is a usage error with the nearest right one", async () => {
  await assertRejects(
    () => report((dir) => ["recorded", "--out", dir, "--format", "htm"]),
    UsageError,
    "html",
  );
  await assertRejects(
    () => report((dir) => ["recorded", "other", "--out", dir, "--to", dir]),
    UsageError,
    "--to names one folder",
  );
});
