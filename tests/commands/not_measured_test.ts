import { assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "@std/path";
import sharp from "sharp";
import { notMeasured, notMeasuredLines } from "../../src/commands/run/not_measured.ts";
import { dispatch } from "../../src/cli/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import type { RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { inFolder } from "../run/harness.ts";
import { tinySuite } from "./tiny_suite.ts";
import { keptTerminal } from "./terminal.ts";

const record = (label: string, change: object): RunRecord =>
  ({
    label,
    state: "done",
    spec: { protocol: "train-evaluate", seed: 1 },
    metrics: [],
    ...change,
  }) as unknown as RunRecord;
const lacking = (name: string, status: string, reason?: string) => ({
  name,
  value: null,
  status,
  reason,
});

Deno.test("what could not be measured is told with its rows and reason; what isn't defined is no lack", () => {
  const metrics = [
    lacking("KID@64", "not-measured", "no network"),
    lacking("ELBO@64", "not-defined", "has no likelihood"),
    { name: "PSNR@64", value: 0 },
    { name: "old@64", value: null },
  ];
  const found = notMeasured([
    record("vae", { metrics }),
    record("noise", { metrics: [metrics[0]], spec: { protocol: "control", seed: 1 } }),
    record("gan", { state: "diverged", metrics }),
    record("flow", { state: "failed", metrics }),
    record("flow", { state: "unreliable", metrics: [lacking("KID@64", "not-measured", "no N")] }),
  ]);
  assertEquals(notMeasuredLines(found), [
    "not measured: KID@64 of vae seed 1, noise: no network",
    "not measured: old@64 of vae seed 1: no reason was recorded",
    "not measured: KID@64 of flow seed 1: no N",
  ]);
});

/** A folder of colour pictures of unequal sides, each another. */
async function pictures(folder: string, count: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from(
      { length: 20 * 28 * 3 },
      (_, j) => (i * 37 + j * (i % 7 + 1)) & 255,
    );
    await sharp(data, { raw: { width: 28, height: 20, channels: 3 } }).png()
      .toFile(join(folder, `${String(i).padStart(3, "0")}.png`));
  }
}

/** Runs a suite on the embedded engine, beside its file. */
async function run(suite: string, ...more: string[]) {
  const terminal = keptTerminal();
  const words = ["run", suite, "--engine", "wasm", "--out", join(dirname(suite), "out")];
  words.push("--no-gate", ...more);
  const code = await dispatch(words, { commands, version: "0", terminal });
  return { code, out: terminal.out.join("\n"), err: terminal.err.join("\n") };
}

Deno.test("a folder of few pictures trains, has every default row and picture, and says its numbers", () =>
  inFolder(async (folder) => {
    await pictures(join(folder, "few"), 160);
    const suite = join(folder, "few.yaml");
    await Deno.writeTextFile(
      suite,
      [
        "suite: few",
        `data: { dataset: folder, path: ${JSON.stringify(join(folder, "few"))}, size: 16 }`,
        "budget: { steps: 3 }",
        "batch: 8",
        "seeds: [1]",
        "runs:",
        "  - autoencoder: { latent: 4, width: 8 }",
        "metrics:",
        "  - duplicates: { features: pixels }",
        "  - reconstruction",
        "  - posterior",
      ].join("\n"),
    );
    const { code, out, err } = await run(suite);
    assertEquals(code, 0, out + err);
    assertMatch(out, /reconstruction: samples \d+, not 1,000: the test split of folder holds/);
    assertMatch(out, /duplicates: samples \d+, not 2,000: the held-out row takes as many/);
    assertMatch(out, /5 runs done, 0 diverged/);
    assertMatch(out, /held-out data +\d/);
    const records = await openStore(join(folder, "out")).list();
    const heldOut = records.find(({ spec }) => spec.family === "held-out")!;
    const sheet = heldOut.artefacts.find(({ name }) => name === "samples");
    assertMatch(sheet!.about, /^Samples from the same [1-9] latents/);
  }));

Deno.test("a metric that can't be had is told under the table, and the exit code is 3", () =>
  inFolder(async (folder) => {
    const suite = await tinySuite(folder);
    const text = await Deno.readTextFile(suite);
    await Deno.writeTextFile(suite, text.replace("samples: 20", "samples: 20, fault: unavailable"));
    const { code, out, err } = await run(suite, "--no-report");
    assertMatch(out, /3 runs done, 0 diverged/);
    assertMatch(
      err,
      /not measured: brightness@20 of training copy, tiny-linear seed 1, tiny-linear seed 2: told so/,
    );
    assertEquals(code, 3, err);
  }));
