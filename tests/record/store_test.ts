import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { failedRecord } from "../../src/record/failed.ts";
import { StoreError, writeAtomic } from "../../src/base/files.ts";
import { hostProvenance, machineClass } from "../../src/record/provenance.ts";
import { openStore } from "../../src/record/store.ts";
import { law } from "../law.ts";
import { inFolder, planned } from "../run/harness.ts";

async function anyRecord(seed = 1) {
  return await failedRecord(planned({ seed }), {
    cause: "a test",
    provenance: await hostProvenance("test"),
    engine: null,
    engineChoice: "named",
    startedAt: new Date().toISOString(),
    metrics: [],
    seconds: 1,
  });
}

Deno.test("records come back as they were, in the order of label and seed", () =>
  inFolder(async (out) => {
    const store = openStore(out);
    const records = [await anyRecord(2), await anyRecord(1), await anyRecord(10)];
    for (const record of records) await store.writeRecord(record);
    assertEquals(await store.readRecord(records[0].id), records[0]);
    assertEquals((await store.list()).map(({ spec }) => spec.seed), [1, 2, 10]);
    assertEquals(await store.list({ suite: "another" }), []);
    assertEquals(await store.readRecord("absent"), null);
    assertEquals(await openStore(join(out, "nothing-here")).list(), []);
  }));

law("series: what is written is read, NaN for whatever isn't finite", {
  source: "definition",
  given: {
    columns: fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
      fc.array(fc.oneof(fc.double(), fc.float(), fc.constantFrom(NaN, Infinity)), {
        maxLength: 20,
      }),
      { maxKeys: 4 },
    ),
  },
  cases: 40,
  holds: ({ columns }) =>
    inFolder(async (out) => {
      const store = openStore(out);
      const first = await store.writeSeries("a", { format: 1, columns });
      const read = (await store.readSeries("a"))!;
      const expected = Object.entries(columns).map(([name, values]) =>
        [name, values.map((v) => Number.isFinite(v) ? v + 0 : NaN)] as const
      );
      // JSON has no −0: it comes back as 0, the same number.
      assertEquals(
        Object.entries(read.columns) as unknown,
        expected.map(([name, values]) => [name, values.map((v) => v === 0 ? 0 : v)] as const),
      );
      assertEquals(await store.writeSeries("a", { format: 1, columns }), first);
    }),
});

Deno.test("series: a column of an older version is read by the name that it has now", () =>
  inFolder(async (out) => {
    const store = openStore(out), columns = { loss: [2, 1], bits_per_dim: [4, NaN] };
    await store.writeSeries("a", { format: 1, columns });
    assertEquals(await store.readSeries("a"), {
      format: 1,
      columns: { loss: [2, 1], bits_per_dimension: [4, NaN] },
    });
  }));

Deno.test("a broken file is told with its path and what to do", () =>
  inFolder(async (out) => {
    const store = openStore(out);
    const record = await anyRecord();
    await store.writeRecord(record);
    const path = join(store.folder(record.id), "record.json");
    const whole = await Deno.readTextFile(path);
    const unsealed = (change: (record: object) => object) => {
      const { sha256: _, ...plain } = JSON.parse(whole);
      return JSON.stringify(change(plain));
    };
    const broken: [content: string, complaint: string][] = [
      [whole.slice(0, whole.length / 2), "is not valid JSON"],
      ["", "is not valid JSON"],
      ["{}", "is not what a run writes: format"],
      [whole.replace('"failed"', '"excellent"'), "was changed since it was written"],
      [whole.replace(/"seed": 1/, '"seed": 2'), "was changed since it was written"],
      [unsealed((record) => ({ ...record, state: "x" })), "is not what a run writes: state"],
      [unsealed((record) => ({ ...record, id: "another" })), "is the record of run another"],
    ];
    for (const [content, complaint] of broken) {
      await Deno.writeTextFile(path, content);
      const error = await assertRejects(
        async () => await store.readRecord(record.id),
        StoreError,
        complaint,
      );
      assert(error.message.includes(path), error.message);
      await assertRejects(async () => await store.list(), StoreError);
      const problems: string[] = [];
      assertEquals(await store.list({ onProblem: (message) => problems.push(message) }), []);
      assertEquals(problems, [error.message]);
    }
  }));

Deno.test("an id can't leave the folder of records", () => {
  const store = openStore("somewhere");
  for (const id of ["../x", "a/b", "", "."]) {
    assertThrows(() => store.folder(id), StoreError, "is not a run id");
  }
});

Deno.test("a write that can't be done says so and leaves the old file", () =>
  inFolder(async (out) => {
    const path = join(out, "file");
    await Deno.writeTextFile(join(out, "blocked"), "a file where a folder should be");
    await assertRejects(
      async () => await writeAtomic(join(out, "blocked", "file"), "x"),
      Error,
      "blocked",
    );
    await writeAtomic(path, "old");
    await writeAtomic(path, "new");
    assertEquals(await Deno.readTextFile(path), "new");
    assertEquals([...Deno.readDirSync(out)].map(({ name }) => name).sort(), ["blocked", "file"]);
  }));

Deno.test("a status that is broken is a hint lost, not an error; sweeping takes temporary files", () =>
  inFolder(async (out) => {
    const store = openStore(out);
    await store.write("a", "status.json", new TextEncoder().encode("{"));
    assertEquals(await store.statuses(), []);
    await Deno.writeTextFile(join(store.folder("a"), ".x.1-1-abc.tmp"), "half");
    await store.sweep("a");
    assertEquals([...Deno.readDirSync(store.folder("a"))].map(({ name }) => name), ["status.json"]);
    await store.clear("a");
    await store.clear("a");
    assertEquals(await store.statuses(), []);
  }));

Deno.test("provenance: code, machine and command, and a class that is a folder's name", async () => {
  const host = await hostProvenance("likeness run x");
  assertEquals(host.command, "likeness run x");
  assertEquals(host.deno, Deno.version.deno);
  assertEquals(host.cores, navigator.hardwareConcurrency);
  assert(host.memoryBytes > 1e8);
  assert(host.gitSha === null || /^[0-9a-f]{40}$/.test(host.gitSha));
  assert(host.lock === null || /^[0-9a-f]{64}$/.test(host.lock));
  const wasm = { name: "wasm", versions: { b: "2", a: "1" }, device: "cpu", threads: 1 } as const;
  const name = await machineClass(wasm);
  assert(/^[a-z0-9._-]+$/.test(name), name);
  assertEquals(await machineClass({ ...wasm, versions: { a: "1", b: "2" } }), name);
  const changes = [
    { versions: { a: "1", b: "3" } },
    { name: "tensorflow" as const },
    { device: "NVIDIA A100", driver: "550.1" },
    { device: "NVIDIA A100", driver: "560.2" },
  ];
  const classes = await Promise.all(changes.map((change) => machineClass({ ...wasm, ...change })));
  assertEquals(new Set([name, ...classes]).size, changes.length + 1);
});
