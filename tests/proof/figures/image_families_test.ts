/** Figures of the image families: read from small records, which can't be another suite's. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { assertStringIncludes } from "@std/assert";
import { UsageError } from "../../../src/base/errors.ts";
import { equivalencePath } from "../../../src/proof/figures/image_families/equivalence.ts";
import { imageFamilies } from "../../../src/proof/figures/image_families/mod.ts";
import { memorised, normalised } from "../../../src/proof/figures/image_families/readings.ts";
import { planOf } from "../../../src/proof/figures/suites/figures_of_suite.ts";
import {
  above,
  answer,
  broken,
  largest,
  shareOf,
  value,
} from "../../../src/proof/figures/suites/readings.ts";
import {
  configurationOf,
  keepRecords,
  readRecords,
  recordsFolder,
  small,
  type SmallRecord,
} from "../../../src/proof/figures/suites/small_records.ts";
import { type FigureLine, runFigures } from "../../../src/proof/figures/mod.ts";
import type { MetricValue } from "../../../src/record/value.ts";
import { groupId, runId } from "../../../src/record/identity.ts";
import type { RunRecord, RunSpec } from "../../../src/record/record.ts";
import { openStore } from "../../../src/record/store.ts";
import { recordOf } from "../../report/fixture.ts";

const metric = (name: string, found: number, beside?: Record<string, number>): MetricValue => ({
  name,
  metric: "made",
  unit: "",
  direction: "lower",
  kind: "quality",
  value: found,
  ...(beside === undefined ? {} : { beside }),
});

const of = (suite: string) => ({ group: "image-families", suite });

/** A record of faces-quick with these metrics, its id that of its spec. */
function made(
  change: Partial<RunSpec> & { metrics?: RunSpec["metrics"] },
  metrics: readonly MetricValue[],
  rest: Partial<RunRecord> = {},
): RunRecord {
  const control = change.protocol === "control";
  const base = recordOf({
    family: change.family ?? "gan",
    seed: change.seed ?? 1,
    control,
    steps: 9,
  });
  const spec: RunSpec = { ...base.spec, suite: "faces-quick", engine: "tensorflow", ...change };
  const [id, group] = [runId(spec), groupId(spec)];
  return { ...base, spec, id, group, label: change.family ?? "gan", metrics, ...rest };
}

const FD = "FD-judge-heads-v1@2000";
const controls = [
  made({ protocol: "control", family: "held-out" }, [metric(FD, 1)]),
  made({ protocol: "control", family: "gaussian" }, [metric(FD, 5)]),
];
const gans = [1, 2, 3].map((seed) => made({ family: "gan", seed }, [metric(FD, 2 + seed / 10)]));
const question = { family: "gan", read: normalised, better: "lower" as const, seeds: 3 };

Deno.test("a distance is normalised by the suite's own controls and averaged over seeds", () => {
  const found = answer([...controls, ...gans], question);
  assertAlmostEquals(found.value!, 0.3, 1e-12);
  const { seeds, low, high, label } = found.detail as Record<string, number> & {
    seeds: Record<string, number>;
  };
  assertEquals(Object.keys(seeds), ["1", "2", "3"]);
  assertAlmostEquals(seeds[1], 0.275, 1e-12);
  assert(low < 0.275 && high > 0.325);
  assertEquals(label as unknown, "gan");
  assertEquals(found.source!.records, gans.map(({ id }) => id));
  assertEquals(answer(gans, question).value, null, "without controls there is no distance");
});

Deno.test("too few seeds, diverged ones left out, are no number, and say so", () => {
  const lost = { ...gans[2], state: "diverged" as const, metrics: [] };
  const found = answer([...controls, gans[0], gans[1], lost], question);
  assertEquals(found.value, null);
  assertStringIncludes(found.reason!, "2 of the 3 seeds");
  assertEquals(answer(controls, question).reason, "no record of gan");
  assertEquals(broken([...gans.slice(0, 2), lost]).value, 1);
  assertEquals(broken(controls).value, null);
});

Deno.test("of several configurations the best, with what it was chosen from", () => {
  const style = [1, 2, 3].map((seed) =>
    made({ family: "gan", seed, config: { form: "style" } }, [metric(FD, 1.8)], { label: "style" })
  );
  const found = answer([...controls, ...gans, ...style], question);
  assertAlmostEquals(found.value!, 0.2, 1e-12);
  const { label, others } = found.detail as { label: string; others: Record<string, number> };
  assertEquals(label, "style");
  assertAlmostEquals(others.gan, 0.3, 1e-12);
});

Deno.test("readers: a value, the largest of several, above and as a share of what stands beside", () => {
  const record = made({}, [
    metric("read-expression@2000", 0.5, { pcaPixels: 0.4 }),
    metric("code-perplexity@1000", 200, { codes: 256 }),
    metric("cond-gender-of-ceiling@500", 0.7),
    metric("cond-gender-of-ceiling@500-w2", 0.9),
  ]);
  const all = [record];
  assertEquals(value(/^read-/)(record, all), 0.5);
  assertAlmostEquals(above(/^read-/, "pcaPixels")(record, all)!, 0.1, 1e-12);
  assertEquals(above(/^read-/, "rawPixels")(record, all), null);
  assertEquals(shareOf(/^code-perplexity@/, "codes")(record, all), 200 / 256);
  assertEquals(largest(/^cond-gender-of-ceiling@/)(record, all), 0.9);
  assertEquals([value, largest].map((read) => read(/^none/)(record, all)), [null, null]);
});

Deno.test("memorised runs are counted by both ratios", () => {
  const near = (toHeldOut: number) =>
    made({}, [metric("train-distance-judge-heads-v1@2000", 0.8, {
      standardError: 0.01,
      toHeldOut,
      toHeldOutError: 0.01,
    })]);
  assertEquals([0.8, 1].map((ratio) => memorised([near(ratio)]).value), [1, 0]);
  assertEquals(memorised(gans).value, null);
});

async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("records are kept small: the newest of each run of today's plan; edited ones are refused", () =>
  inFolder(async (folder) => {
    const out = `${folder}/out`, figures = `${folder}/figures`, suite = "faces-quick";
    const store = openStore(out);
    const raw = { ...metric(FD, 2), raw: [1, 2, 3] };
    const own = made({ family: "gan" }, [raw]);
    const settings = { threads: 2 } as RunSpec["settings"];
    const later = made({ family: "gan", settings }, [metric(FD, 3)], {
      provenance: { ...own.provenance, startedAt: "2027-01-01T00:00:00.000Z" },
    });
    const older = made({ family: "gan", batch: 7 }, [raw]);
    const elsewhere = made({ family: "gan", suite: "faces-32" }, [raw]);
    for (const record of [own, later, older, elsewhere]) await store.writeRecord(record);
    const kept = await keepRecords({ ...of(suite), out, figures, plan: [own] });
    assertEquals(kept, [later.id]);
    const [found] = await readRecords(figures, of(suite));
    assertEquals(found, JSON.parse(JSON.stringify(small(later))));
    assert(!("artefacts" in found));
    assertEquals(small(own).metrics.some((m) => "raw" in m), false);
    const command = "likeness run s.yaml --out /data/x --jobs 1";
    const told = small({ ...own, provenance: { ...own.provenance, command } });
    assertEquals(told.provenance.command, "likeness run s.yaml --jobs 1");
    const bytes = (await Deno.stat(`${recordsFolder(figures, of(suite))}/${later.id}.json`)).size;
    assert(bytes < 20_000, `${bytes}`);
    assertEquals(await keepRecords({ ...of("none"), out, figures, plan: [own] }), []);
    const path = `${recordsFolder(figures, of(suite))}/${later.id}.json`;
    const edited = (await Deno.readTextFile(path)).replace('"batch":32', '"batch":64');
    await Deno.writeTextFile(path, edited);
    await assertRejects(() => readRecords(figures, of(suite)), UsageError, "keep it again");
    assertEquals(await readRecords(figures, of("never")), []);
  }));

Deno.test("runs are of one configuration whatever their seed, settings and metrics; not of another", () => {
  const { spec } = gans[0];
  const same = [
    { ...spec, seed: 9 },
    { ...spec, metrics: [] },
    { ...spec, settings: { threads: 8 } as RunSpec["settings"] },
  ];
  const others = [
    { ...spec, familyVersion: 2 },
    { ...spec, suiteVersion: 2 },
    { ...spec, batch: 1 },
    { ...spec, config: { width: 3 } },
  ];
  assertEquals(new Set([spec, ...same].map(configurationOf)).size, 1);
  assertEquals(new Set([spec, ...others].map(configurationOf)).size, 5);
});

async function lines(figures: typeof imageFamilies, folder: string) {
  const found: FigureLine[] = [];
  for await (const line of runFigures(figures, { folder })) found.push(line);
  return found;
}

Deno.test("without records every figure is null with the reason and the command; none is invented", () =>
  inFolder(async (folder) => {
    for (const line of await lines(imageFamilies, folder)) {
      assertEquals([line.value, line.holds, line.measured], [null, false, "never"], line.figure);
      assert(/no record|there is no|has not been compared/.test(line.reason!), line.reason);
      assertStringIncludes(line.command, "deno task figures image-families --measure");
    }
  }));

Deno.test("records of today's faces-quick are read; those of another configuration are not", () =>
  inFolder(async (folder) => {
    const plan = (await planOf({ suite: "faces-quick", engine: "tensorflow" }))!;
    const vae = plan.filter(({ spec }) => spec.family === "vae");
    const write = async (records: readonly SmallRecord[]) => {
      const path = recordsFolder(folder, of("faces-quick"));
      await Deno.remove(path, { recursive: true }).catch(() => {});
      await Deno.mkdir(path, { recursive: true });
      for (const record of records) {
        await Deno.writeTextFile(`${path}/${record.id}.json`, JSON.stringify(record));
      }
    };
    const records = vae.map(({ spec, label }, i) =>
      small({ ...made({}, [metric("PSNR@1000", 29 + i)]), spec, label, id: runId(spec) })
    );
    await write(records);
    const [psnr] = imageFamilies.filter(({ name }) => name === "vae-psnr");
    const [line] = await lines([psnr], folder);
    assertEquals([line.value, line.measured], [29 + (vae.length - 1) / 2, "stored"]);
    const moved = records.map((record) => {
      const spec = { ...record.spec, familyVersion: 99 };
      return { ...record, spec, id: runId(spec) };
    });
    await write(moved);
    const [stale] = await lines([psnr], folder);
    assertEquals(stale.value, null);
    assertStringIncludes(stale.reason!, "are not of today's faces-quick");
  }));

Deno.test("equivalence with PyTorch is read from its report, and from that alone", () =>
  inFolder(async (folder) => {
    const rows = imageFamilies.filter(({ name }) => name.endsWith("against-pytorch"));
    assertEquals(rows.length, 4);
    const path = equivalencePath(folder);
    await Deno.mkdir(path.replace(/[/\\][^/\\]+$/, ""), { recursive: true });
    const source = {
      commit: null,
      dirty: null,
      engine: "tensorflow",
      machineClass: "m",
      date: "2026-11-26",
      command: "c",
      records: [],
    };
    const end = { score: "d", margin: 0.1, difference: 0.01, low: -0.04, high: 0.06 };
    const models = {
      vae: { steps: 200, maxRelativeDifference: 4e-4, end },
      flow: { steps: 50, maxRelativeDifference: 4e-4 },
    };
    await Deno.writeTextFile(path, JSON.stringify({ format: 1, source, models }));
    const found = Object.fromEntries((await lines(rows, folder)).map((l) => [l.figure, l]));
    const vae = found["vae-loss-against-pytorch"];
    assertEquals([vae.value, vae.holds, vae.engine], [4e-4, true, "tensorflow"]);
    assertAlmostEquals(found["vae-end-against-pytorch"].value!, 0.6, 1e-12);
    assertEquals(found["flow-loss-against-pytorch"].reason, "only 50 of 200 steps were compared");
    assertEquals(found["flow-end-against-pytorch"].value, null);
    await Deno.writeTextFile(path, "{}");
    await assertRejects(() => lines(rows, folder), UsageError, "no report of equivalence");
  }));
