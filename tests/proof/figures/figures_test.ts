import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { UsageError } from "../../../src/base/errors.ts";
import { coveredLines } from "../../../src/proof/figures/core.ts";
import { type Figure, type Measured, reaches } from "../../../src/proof/figures/figure.ts";
import {
  chooseFigures,
  type FigureLine,
  groups,
  runFigures,
} from "../../../src/proof/figures/mod.ts";
import {
  differences,
  overheadOf,
  probeReadings,
  timeless,
  worstOverhead,
} from "../../../src/proof/figures/records.ts";
import { lastJson, runDeno } from "../../../src/proof/figures/process.ts";
import { figurePath } from "../../../src/proof/figures/store.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import { loadSuite } from "../../../src/suite/load.ts";
import { record } from "../../gate/fixture.ts";

const figure = (name: string, rest: Partial<Figure> = {}): Figure => ({
  group: "made",
  name,
  about: "made up",
  unit: "s",
  target: { is: "<", value: 2 },
  cost: "short",
  command: "none",
  measure: () => Promise.resolve({ value: 1 }),
  ...rest,
});

async function lines(figures: readonly Figure[], options: Parameters<typeof runFigures>[1]) {
  const found: FigureLine[] = [];
  for await (const line of runFigures(figures, options)) found.push(line);
  return found;
}

async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("targets: every comparison, and no value reaches none", () => {
  const all = ["<", "<=", ">", ">=", "="] as const;
  const at = (value: number) => all.map((is) => reaches(value, { is, value: 2 }));
  assertEquals(at(1), [true, true, false, false, false]);
  assertEquals(at(2), [false, true, false, true, true]);
  assertEquals(at(3), [false, false, true, true, false]);
  assertEquals(all.some((is) => reaches(null, { is, value: 2 })), false);
});

Deno.test("short figures are measured now; a line says all that the project promises", async () => {
  await inFolder(async (folder) => {
    const [line] = await lines([figure("quick")], { folder });
    const keys = ["group", "figure", "value", "unit", "target", "holds", "engine", "machineClass"];
    for (const key of [...keys, "command"]) assertEquals(key in line, true, key);
    assertEquals([line.value, line.holds, line.target, line.measured], [1, true, "< 2", "now"]);
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("long figures are null with the reason until measured, then stored with their source", async () => {
  await inFolder(async (folder) => {
    let runs = 0;
    const long = figure("slow", {
      cost: "long",
      measure: () => {
        runs++;
        return Promise.resolve({
          value: 3,
          detail: { parts: [1, 2] },
          source: { engine: "wasm", machineClass: "class", records: ["abc"] },
        });
      },
    });
    const [never] = await lines([long], { folder });
    assertEquals([never.value, never.holds, never.measured], [null, false, "never"]);
    assertStringIncludes(never.reason!, "never measured");
    const [now] = await lines([long], { folder, measure: true });
    assertEquals([now.value, now.holds, now.measured, runs], [3, false, "now", 1]);
    const [stored] = await lines([long], { folder });
    assertEquals([stored.value, stored.measured, runs], [3, "stored", 1]);
    assertEquals([stored.engine, stored.machineClass, stored.detail], ["wasm", "class", {
      parts: [1, 2],
    }]);
    assertEquals(stored.date, now.date);
    // What was stored for another unit, or by another figure, is not read as this one's.
    await assertRejects(
      () => lines([{ ...long, unit: "ms" }], { folder }),
      UsageError,
      "--measure",
    );
    await Deno.writeTextFile(figurePath(folder, long), "{}");
    await assertRejects(() => lines([long], { folder }), UsageError, "not this figure's file");
  });
});

Deno.test("a measurement that breaks down says so, is not stored, and stops no other", async () => {
  await inFolder(async (folder) => {
    const broken = figure("broken", {
      cost: "long",
      measure: () => Promise.reject(new Error("no disk")),
    });
    const [first, second] = await lines([broken, figure("fine")], { folder, measure: true });
    assertEquals([first.value, first.holds, second.value], [null, false, 1]);
    assertStringIncludes(first.reason!, "no disk");
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("what several figures need is made once", async () => {
  await inFolder(async (folder) => {
    let made = 0;
    const shared = (name: string) =>
      figure(name, {
        measure: async ({ once }): Promise<Measured> => ({
          value: await once("same", () => Promise.resolve(++made)),
        }),
      });
    assertEquals((await lines([shared("a"), shared("b")], { folder })).map((l) => l.value), [1, 1]);
  });
});

Deno.test("figures are asked for by group or by name; others are refused with the nearest", () => {
  const all = Object.values(groups).flat();
  assertEquals(new Set(all.map(({ group, name }) => `${group}/${name}`)).size, all.length);
  assertEquals(chooseFigures([]).length, all.length);
  assertEquals(chooseFigures(["core/help-seconds", "core/help-seconds"]).length, 1);
  assertEquals(chooseFigures(["core"]).length, groups.core.length);
  const error = assertThrows(() => chooseFigures(["core/help-second"]), UsageError);
  assertStringIncludes(error.message, "did you mean `core/help-seconds`");
});

Deno.test("overhead is what data, steps, metrics and pictures leave of the worst run", () => {
  const timings = { data: 1, compile: 2, steps: 80, metrics: 10, pictures: 5, total: 100 };
  assertEquals(overheadOf({ timings }), 0.04);
  const made = { ...record({ seed: 1, metrics: [] }), timings };
  const worse = { ...made, timings: { ...timings, steps: 70 } };
  const { value } = worstOverhead([made, worse]);
  assertEquals(Math.abs(value! - 14) < 1e-9, true);
  assertEquals(worstOverhead([{ ...made, state: "failed" }]).value, null);
});

Deno.test("probe readings: of the family asked for, with chance and shuffled labels beside", () => {
  const value = {
    metric: "control",
    name: "read-expression@100",
    value: 0.5,
    beside: { chance: 0.2, shuffled: 0.22, rawPixels: 0.6 },
  };
  const records = [
    record({ seed: 1, metrics: [value] }),
    record({ seed: 2, metrics: [{ ...value, value: null }] }),
    record({ seed: 3, state: "diverged", metrics: [value] }),
  ];
  assertEquals(
    probeReadings(records, "vae").map(({ seed, accuracy, chance, shuffled }) => [
      seed,
      accuracy,
      chance,
      shuffled,
    ]),
    [[1, 0.5, 0.2, 0.22]],
  );
  assertEquals(probeReadings(records, "autoencoder"), []);
});

Deno.test("two records differ in named fields; time, provenance and speed don't count", () => {
  const speed = { name: "s", kind: "speed", value: 1 } as const;
  const one = record({ seed: 1, metrics: [{ value: 1 }, speed] });
  const later = {
    ...record({ seed: 1, gitSha: "other", metrics: [{ value: 1 }, { ...speed, value: 2 }] }),
    timings: { ...one.timings, total: 9 },
  };
  assertEquals(differences(timeless(one), timeless(later)), []);
  const other = record({ seed: 1, metrics: [{ value: 1 + Number.EPSILON }] });
  assertEquals(differences(timeless(one), timeless(other)), ["metrics.0.value"]);
  assertEquals(differences({ a: [1, 2] }, { a: [1], b: null }), ["a.1", "b"]);
});

Deno.test("coverage counts the lines of src alone", () => {
  const lcov = "SF:/x/src/a.ts\nLF:10\nLH:9\nend_of_record\nSF:/x/tests/a_test.ts\nLF:50\nLH:50\n" +
    "end_of_record\nSF:/x/src/b.ts\nLF:10\nLH:0\nend_of_record\n";
  assertEquals(coveredLines(lcov), { found: 20, hit: 9, files: 2 });
});

Deno.test("--help figure: measured by starting the real command", async () => {
  await inFolder(async (folder) => {
    const [line] = await lines(chooseFigures(["core/help-seconds"]), { folder });
    assertEquals(typeof line.value, "number", line.reason);
    assertEquals((line.detail!.seconds as number[]).length, 9);
  });
});

Deno.test("the suites that figures run are valid and have runs", async () => {
  const folder = new URL("../../../src/proof/figures/", import.meta.url);
  for (const path of ["repeat", "evaluation/aa", "faults/inject/kills", "faults/inject/writes"]) {
    const suite = await loadSuite(fromFileUrl(new URL(`${path}.yaml`, folder)));
    assertEquals(planSuite(suite, { engine: "wasm" }).length > 0, true, path);
  }
});

Deno.test("programs: notes are heard while they run, and what they found is read; else why not", async () => {
  const said = (text: string) => `console.error(${JSON.stringify(text)});`;
  const heard: string[] = [];
  const note = (text: string) => heard.push(text);
  const found = `${said("note: half")}${said("a warning")}console.log("words\\n[1,2]");`;
  const ran = await runDeno(["eval", found], { note });
  assertEquals(heard, ["half"]);
  assertEquals(lastJson(ran), [1, 2]);
  assertStringIncludes(ran.stderr, "a warning");
  const broken = await runDeno(["eval", `${said("why")}Deno.exit(3);`]);
  assertEquals(lastJson(broken), "exit code 3: why");
});
