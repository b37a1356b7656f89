import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { peakFlops, type TimedModel, withUtilisation } from "../../../src/proof/peers/measure.ts";
import { writePeersReport } from "../../../src/proof/peers/page/page.ts";
import {
  isMeasured,
  type Measured,
  type PeersReport,
  peersReport,
  readPeersReport,
  REPORT_FILE,
} from "../../../src/proof/peers/page/schema.ts";
import { close } from "../../law.ts";
import { agreementText, textTable } from "../../../src/proof/peers/page/table.ts";

function timed(name: string, scale: number): Omit<Measured, "utilisation"> {
  return {
    name,
    versions: { [name]: "1.0" },
    device: "cpu",
    threads: 2,
    firstSeconds: 1 + scale,
    compileSeconds: 1,
    stepsPerTurn: 3,
    samples: [0.9 * scale, scale, 1.1 * scale],
    median: scale,
    minimum: 0.9 * scale,
    memory: { libraries: 1e8, first: 9e8, steady: 8e8, device: null },
    matmulSeconds: 0.1 * scale,
    losses: [3, 2, 1],
  };
}

const model: TimedModel = {
  name: "unet",
  about: "a U-Net",
  task: "train",
  batch: 32,
  parameters: 5_000_000,
  flopsPerStep: 1e9,
  contenders: [timed("ours", 0.1), timed("jax", 0.2), {
    name: "torch-compile",
    failed: "no compiler <here>\nsecond line",
  }],
  disagreement: 0.25,
  ratios: [{ of: "ours", to: "jax", estimate: 0.5, low: 0.45, high: 0.55 }],
};

function report(): PeersReport {
  const peak = peakFlops([model]);
  return {
    version: 1,
    size: "bench",
    startedAt: "2026-11-25T00:00:00.000Z",
    finishedAt: "2026-11-25T01:00:00.000Z",
    engine: "wasm",
    device: "cpu",
    threads: 2,
    rounds: 3,
    peakFlops: peak,
    provenance: {
      gitSha: null,
      gitDirty: null,
      lock: null,
      deno: "2.9.6",
      v8: "15",
      os: "linux",
      cpu: "a processor",
      cores: 2,
      memoryBytes: 1e10,
      command: "deno task peers:speed",
      instructionSet: "avx2",
    },
    models: withUtilisation([model], peak),
  };
}

Deno.test("utilisation is of the fastest product that anyone made", () => {
  const { peakFlops, models: [{ contenders }] } = report();
  close(peakFlops / (2 * 2048 ** 3 / 0.01), 1, 1e-12);
  const [ours, jax] = contenders.filter(isMeasured);
  close(ours.utilisation!, 1e9 / 0.1 / peakFlops, 1e-12);
  close(jax.utilisation!, 1e9 / 0.2 / peakFlops, 1e-12);
});

Deno.test("what is written is read back whole; a page and Markdown tell the same", async () => {
  const folder = await Deno.makeTempDir({ prefix: "peers-" });
  try {
    assertEquals(await readPeersReport(folder), null);
    const index = await writePeersReport(report(), folder);
    assertEquals(await readPeersReport(folder), peersReport.parse(report()));
    const page = await Deno.readTextFile(index);
    assertStringIncludes(page, "no compiler &lt;here&gt;");
    assertMatch(page, /<svg [^>]*role="img"/);
    const markdown = await Deno.readTextFile(join(folder, "report.md"));
    for (const text of [page, markdown]) {
      assertStringIncludes(text, "0.500 ×");
      assertStringIncludes(text, "0.450 to 0.550");
      assertStringIncludes(text, "a processor, 2 cores, avx2");
    }
    const { models: _, ...rest } = report();
    await Deno.writeTextFile(join(folder, REPORT_FILE), JSON.stringify(rest));
    await assertRejects(() => readPeersReport(folder), Error, "models");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a table says who failed and why, and other work is called that", () => {
  const [whole] = report().models;
  const lines = textTable(whole);
  assertEquals(lines.length, 4);
  assertMatch(lines[1], /Likeness\s+100 ms\s+90\.0 ms/);
  assertMatch(lines[3], /torch\.compile\s+failed: no compiler <here>$/);
  assert(agreementText(whole).includes("agree: 25 %"));
  assert(agreementText({ ...whole, disagreement: 3 }).startsWith("NOT THE SAME WORK"));
});
