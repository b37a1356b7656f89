/** Files that the gate reads: one that is half right is an error with its name, never a pass. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../src/base/errors.ts";
import {
  encodeBaseline,
  readBaseline,
  writeBaseline,
} from "../../../src/gate/baseline/baseline.ts";
import { type Floors, readFloors, writeFloors } from "../../../src/gate/speed/floors.ts";
import { gateRecords } from "../../../src/gate/mod.ts";
import { inFolder } from "../../run/harness.ts";
import { baselinesOf, record, seeds, speed } from "../fixture.ts";

const which = { suite: "made", machineClass: "any" };
const [baseline] = baselinesOf(seeds([1.5, 2.5, 3.5]));
const raw = [1, 2, 3];
const [timed] = baselinesOf([record({ seed: 1, metrics: [{ ...speed, value: 2, raw }] })]);
const floors: Floors = {
  format: 1,
  ...which,
  suiteVersion: 1,
  engine: { name: "wasm" },
  updates: [{ reason: "r", author: "a", date: "2026", commit: null, n: 5, command: "c" }],
  rows: [{
    label: "vae",
    metric: "ms",
    kind: "speed",
    unit: "",
    floor: 0.1,
    values: [1, 1, 1, 1, 1],
  }],
};

/** How a text is spoilt, and what is said of it. */
type Fault = readonly [name: string, spoil: (text: string) => string, said: string];

const row = (text: string) => text.split("\n").find((line) => line.startsWith('    {"label"'))!;
const anyFile: readonly Fault[] = [
  ["nothing", () => "", "not "],
  ["null", () => "null", "not "],
  ["half of it", (text) => text.slice(0, text.length / 2), "not "],
  ["two halves", (text) => text + text, "not "],
  [
    "conflict markers",
    (text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n`,
    "line 1: a merge is left open (<<<<<<<)",
  ],
  ["a marker left", (text) => text.replace("  ]\n}", "  ]\n}\n======="), ": a merge is left open"],
  ["another format", (text) => text.replace('"format": 1', '"format": 3'), "of format 3, and this"],
  ["a key twice", (text) => text.replace('"suite"', '"suite": "x",\n  "suite"'), "line 4: the key"],
  ["no rows", (text) => text.replace(row(text), ""), "a file without rows"],
  [
    "a row twice",
    (text) => text.replace(row(text), `${row(text)},\n${row(text)}`),
    "appears twice",
  ],
  ["another suite", (text) => text.replace('"made"', '"other"'), "holds suite other of class any"],
  ["a wrong type", (text) => text.replace('"rows": [', '"rows": ["x",'), "not "],
];
const ofBaseline: readonly Fault[] = [
  [
    "no values",
    (text) => text.replace(/"values":\{[^}]*\}/, '"values":{}'),
    "a row without values",
  ],
  ["a list", (text) => text.replace(/"values":\{[^}]*\}/, '"values":[]'), "values"],
  ["a word", (text) => text.replace("1.5", '"1.5"'), "values"],
  ["nothing for a value", (text) => text.replace("1.5", "null"), "values"],
  ["past float64", (text) => text.replace("1.5", "1e999"), "values"],
  ["a seed twice", (text) => text.replace('"2":', '"1":'), 'the key "1" appears twice'],
];

Deno.test("a baseline or floor file that is half right is refused with file, fault and remedy", () =>
  inFolder(async (folder) => {
    const files = [
      {
        path: await writeBaseline(folder, baseline),
        text: encodeBaseline(baseline),
        faults: [...anyFile, ...ofBaseline],
        read: () => readBaseline(folder, which),
        remedy: "gate --update",
      },
      {
        path: await writeFloors(folder, floors),
        text: encodeBaseline(floors),
        faults: anyFile,
        read: () => readFloors(folder, which),
        remedy: "likeness calibrate",
      },
    ];
    for (const { path, text, faults, read, remedy } of files) {
      assert(await read() !== null);
      for (const [name, spoil, said] of faults) {
        const spoilt = spoil(text);
        assert(spoilt !== text, name);
        await Deno.writeTextFile(path, spoilt);
        for (
          const asked of [read, () =>
            gateRecords(seeds([1.5, 2.5, 3.5]), {
              suite: "made",
              suiteVersion: 1,
              baselines: folder,
            })]
        ) {
          const { message } = await assertRejects(asked, UsageError, path, name);
          assertStringIncludes(message, said, name);
          assert(/git checkout|the version that wrote it/.test(message), message);
          if (!message.includes("of format 3")) assertStringIncludes(message, remedy);
        }
        assertEquals(await Deno.readTextFile(path), spoilt);
      }
      await Deno.remove(path);
      assertEquals(await read(), null);
      await Deno.mkdir(path);
      await assertRejects(read, UsageError, "a file should be there");
      await Deno.remove(path);
    }
  }));

Deno.test("repeats of a timing belong to a seed with a value, and there are some", () =>
  inFolder(async (folder) => {
    const of = { suite: "made", machineClass: timed.machineClass };
    const path = await writeBaseline(folder, timed);
    const text = await Deno.readTextFile(path);
    for (
      const [spoilt, said] of [
        [text.replace('"raw":{"1":[1,2,3]}', '"raw":{"1":[]}'), "a timing without repeats"],
        [text.replace('"raw":{"1"', '"raw":{"7"'), "repeats of a seed that has no value"],
      ]
    ) {
      await Deno.writeTextFile(path, spoilt);
      await assertRejects(() => readBaseline(folder, of), UsageError, said);
    }
  }));

Deno.test("a baseline of another version of the suite is an error; one that isn't compared is not", () =>
  inFolder(async (folder) => {
    const path = await writeBaseline(folder, { ...baseline, suiteVersion: 3 });
    const options = { suite: "made", suiteVersion: 1, baselines: folder };
    const { message } = await assertRejects(
      () => gateRecords(seeds([1]), options),
      UsageError,
      `${path}: of version 3 of suite made, which is now version 1`,
    );
    assertStringIncludes(message, "gate --update");
    const classy = { determinism: "machine-class: fixed threads" };
    const outcome = await gateRecords(seeds([1], classy), options);
    assertEquals(outcome.verdicts.map(({ verdict }) => verdict), ["new"]);
  }));

Deno.test("a folder of baselines that was named must be there", () =>
  inFolder(async (folder) => {
    const gate = (baselines: string) =>
      gateRecords(seeds([1]), { suite: "made", suiteVersion: 1, baselines });
    const nowhere = join(folder, "nowhere"), file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assertRejects(() => gate(nowhere), UsageError, `--baselines ${nowhere} isn't there`);
    await assertRejects(() => gate(file), UsageError, `--baselines ${file} is no folder`);
    assertEquals((await gate(folder)).exitCode, 0);
  }));
