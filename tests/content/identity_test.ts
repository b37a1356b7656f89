/** A run's id is of all its inputs and of nothing else. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import type { z } from "zod";
import { codeDigest, moduleCode } from "../../src/content/modules.ts";
import { engineOf } from "../../src/commands/gate/remeasure.ts";
import { planSuite, writePlan } from "../../src/plan/plan.ts";
import { openStore } from "../../src/record/store.ts";
import { datasets, families, loaded, metrics, type Rows } from "../../src/registry.ts";
import { loadSuite, parseSuite } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";
import { unwrap } from "../../src/suite/schema/introspect.ts";
import type { Suite } from "../../src/suite/schema/schema.ts";
import { law } from "../law.ts";
import { changes, idsOf, kinds, project } from "./project.ts";

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const base = await inFolder((folder) => idsOf(project(), folder));

Deno.test("law: each change of an input changes the ids of the runs that have it, and no other's", async () => {
  for (const change of changes) {
    await inFolder(async (folder) => {
      const changed = project();
      change.apply(changed, 3);
      const ids = await idsOf(changed, join(folder, "moved", "elsewhere"));
      const others = kinds.filter((kind) => ids[kind] !== base[kind]);
      assertEquals(others, kinds.filter((kind) => change.runs.includes(kind)), change.of);
    });
  }
});

law("whatever else changes with it, an input is in the id, and what is none is not", {
  source: "definition",
  given: {
    chosen: fc.uniqueArray(fc.nat(changes.length - 1), { minLength: 2, maxLength: 6 }),
    n: fc.integer({ min: 1, max: 9 }),
  },
  cases: 12,
  holds: ({ chosen, n }) =>
    inFolder(async (folder) => {
      const changed = project();
      chosen.forEach((at, i) => changes[at].apply(changed, n + i));
      const ids = await idsOf(changed, folder);
      for (const kind of kinds) {
        const mine = chosen.filter((at) => changes[at].runs.includes(kind));
        const what = `${kind}: ${chosen.map((at) => changes[at].of).join(", ")}`;
        if (mine.length === 0) assertEquals(ids[kind], base[kind], what);
        else assertNotEquals(ids[kind], base[kind], what);
      }
    }),
});

/** Values that a key may have, of any schema. */
const candidates = [2, 3, 0, 1, 0.5, 0.25, 8, 16, 28, 32, 64, 100, true, false, "x", null, [2], [
  3,
]];

/** Other values of each key of a definition's schema: what it takes and means something else. */
function* othersOf(schema: { safeParse(value: unknown): { success: boolean; data?: unknown } }) {
  const plain = schema.safeParse({}), text = JSON.stringify;
  if (!plain.success) return;
  const shape = (unwrap(schema as never) as unknown as { shape?: Record<string, unknown> }).shape;
  for (const [key, field] of Object.entries(shape ?? {})) {
    const inner = unwrap(field as never) as unknown as { options?: readonly unknown[] };
    const words = (inner.options ?? []).filter((option) => typeof option === "string");
    for (const value of [...words, ...candidates]) {
      const read = schema.safeParse({ [key]: value });
      if (!read.success || text(read.data) === text(plain.data)) continue;
      yield { key, value };
      break;
    }
  }
}

Deno.test("law: every key of every family, dataset and metric is in the id, by its schema", async () => {
  const data = { dataset: "toys" }, plain = { vae: {} }, metric = { histogram: {} };
  const base = await parseSuite(
    JSON.stringify({
      ...{ suite: "keys", data, budget: { steps: 1 }, runs: [plain], metrics: [metric] },
      controls: ["noise"],
    }),
    { file: "suites/keys.yaml" },
  );
  // Past the loader, which refuses what can't be built for these data: the id is of any config.
  const ids = async (data: { dataset: string }, runs: object, asks: object) => {
    const resolved = async (table: Rows<{ config: z.ZodType; version: number }>, of: object) => {
      const [[name, given]] = Object.entries(of);
      const { config, version } = await loaded(table[name]);
      return { name, version, config: config.parse(given) as Record<string, unknown> };
    };
    const { dataset, ...keys } = data;
    const [of, run, asked] = [
      await resolved(datasets, { [dataset]: keys }),
      await resolved(families, runs),
      await resolved(metrics, asks),
    ];
    const suite: Suite = {
      ...base,
      data: { dataset, version: of.version, config: of.config },
      runs: [{ ...base.runs[0], family: run.name, familyVersion: run.version, config: run.config }],
      metrics: [{ metric: asked.name, version: asked.version, config: asked.config }],
    };
    const [noise, trained] = planSuite(suite, { engine: "wasm" });
    return { noise: noise.id, trained: trained.id };
  };
  let tried = 0;
  const differ = async (first: string, key: string, ids: Promise<{ trained: string }>) => {
    assertNotEquals((await ids).trained, first, key);
    tried++;
  };
  const mine = (name: string) => /^(project-|toy$|blocks$|score$)/.test(name);
  for (const [name, load] of Object.entries(families).filter(([name]) => !mine(name))) {
    const first = (await ids(data, { [name]: {} }, metric)).trained;
    for (const { key, value } of othersOf((await load()).config as never)) {
      // A list of one is an axis of one value, or a list: neither is the default.
      await differ(first, `${name}.${key}`, ids(data, { [name]: { [key]: value } }, metric));
    }
  }
  for (const [name, load] of Object.entries(datasets).filter(([name]) => !mine(name))) {
    const first = (await ids({ dataset: name }, plain, metric)).trained;
    for (const { key, value } of othersOf((await load()).config as never)) {
      const other = ids({ dataset: name, [key]: value }, plain, metric);
      await differ(first, `${name}.${key}`, other);
    }
  }
  for (const [name, { load }] of Object.entries(metrics).filter(([name]) => !mine(name))) {
    const of = (config: object) => ids(data, plain, { [name]: config });
    if (!(await load()).config.safeParse({}).success) continue; // it has keys without a default
    const first = await of({});
    for (const { key, value } of othersOf((await load()).config as never)) {
      await differ(first.trained, `${name}.${key}`, of({ [key]: value }));
    }
  }
  assert(tried > 150, `${tried} keys were tried`);
});

Deno.test("a module's digest is of what it imports, wherever it lies, and not of Likeness itself", () =>
  inFolder(async (folder) => {
    const at = async (place: string) => {
      await idsOf(project(), join(folder, place));
      return await moduleCode(new URL(`file://${join(folder, place, "family.ts")}`).href);
    };
    const [one, two] = [await at("one"), await at("two/deeper")];
    assertEquals(Object.keys(one.files).sort(), [
      "family.ts",
      "lib/deeper/number.ts",
      "lib/later.ts",
      "lib/scale.ts",
      "lib/table.json",
    ]);
    assertEquals(one.packages, []);
    assertEquals(await codeDigest(one), await codeDigest(two));
    // A package that it names itself counts, with what that needs.
    const path = join(folder, "one", "beside.ts");
    await Deno.writeTextFile(path, 'import "npm:zod@4.6.7";\n');
    const { packages } = await moduleCode(new URL(`file://${path}`).href);
    assertEquals(packages, ["zod@4.6.7"]);
  }));

Deno.test("files that aren't there yet leave a suite readable; a list of files that aren't is refused", () =>
  inFolder(async (folder) => {
    await idsOf(project(), folder);
    const there = planSuite(await loadSuite(join(folder, "suite.yaml")), { engine: "wasm" });
    await Deno.remove(join(folder, "pictures"), { recursive: true });
    const { data } = await loadSuite(join(folder, "suite.yaml"));
    assertEquals(data.content, undefined);
    // Runs on them are found all the same where the last plan says what they were.
    const store = openStore(join(folder, "out"));
    await Deno.mkdir(join(store.out, "plans"), { recursive: true });
    await writePlan(join(store.out, "plans", "project.jsonl"), there);
    const without = await loadSuite(join(folder, "suite.yaml"));
    const again = planSuite(without, await engineOf(without, store));
    assertEquals(again.map(({ id }) => id), there.map(({ id }) => id));
    const other = {
      ...without,
      data: { ...without.data, config: { ...without.data.config, size: 32 } },
    };
    const [run] = planSuite(other, await engineOf(other, store));
    assertEquals(run.spec.data.content, undefined, "other data has other files");
    await Deno.remove(join(folder, "parts"), { recursive: true });
    const error = await assertRejects(() => loadSuite(join(folder, "suite.yaml")), SuiteError);
    assert(/suite\.yaml:\d+:\d+: `runs`: .*isn't there/.test(error.message), error.message);
    // A suite that is only looked at reads nothing, and can't be planned.
    const looked = await loadSuite(join(folder, "suite.yaml"), { inputs: false });
    let message = "";
    try {
      planSuite(looked, { engine: "wasm" });
    } catch (error) {
      ({ message } = error as Error);
    }
    assertEquals(message, "suite project was read without its files: its runs have no ids");
  }));
