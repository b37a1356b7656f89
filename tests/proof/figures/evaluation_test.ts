/** Figures of the evaluation: what they run, on small sizes, and what they say when it can't be had. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { evaluation } from "../../../src/proof/figures/evaluation/mod.ts";
import { seededFeatures } from "../../../src/proof/figures/evaluation/features.ts";
import { groups, runFigures } from "../../../src/proof/figures/mod.ts";
import { runDeno } from "../../../src/proof/figures/process.ts";
import { coverageOf } from "../../../src/metrics/features/coverage.ts";
import { frechetDistance } from "../../../src/metrics/features/frechet.ts";
import { findPeersPython } from "../../../src/proof/peers/contender/python.ts";
import { withoutOpenblas } from "../../algebra/algebras.ts";
import { need, needing } from "../../needs.ts";

const work = "src/proof/figures/evaluation/work.ts";
const python = await findPeersPython("cpu");
const test = needing(await need("peers"));

Deno.test("the group has each figure once, with what repeats it", () => {
  assertEquals(groups.evaluation, evaluation);
  const names = evaluation.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { group, name, command } of evaluation) {
    assertEquals(group, "evaluation");
    assertStringIncludes(command, `evaluation/${name}`);
  }
});

Deno.test("parity is measured now, within what is promised", async () => {
  const figures = evaluation.filter(({ name }) => name.startsWith("parity-"));
  for await (const line of runFigures(figures)) assert(line.holds, JSON.stringify(line));
});

Deno.test("a comparison that breaks down is a figure without a value", async () => {
  const figures = evaluation.filter(({ name }) => name === "parity-kernel");
  const run = () => Promise.resolve({ code: 1, seconds: 0, stdout: "", stderr: "no such file" });
  for await (const line of runFigures(figures, { run })) {
    assertEquals([line.value, line.holds], [null, false]);
    assertStringIncludes(line.reason!, "no such file");
  }
});

Deno.test("the timed work gives the values of the functions that it times, and its peak", async () => {
  const ran = await runDeno(["run", "-A", work, "prdc", "80", "16", "4"]);
  assertEquals(ran.code, 0, ran.stderr);
  const found = JSON.parse(ran.stdout);
  const shape = { count: 80, dimension: 16 };
  const sets = {
    real: seededFeatures(3, shape),
    samples: seededFeatures(4, { ...shape, shift: 0.05 }),
  };
  assertEquals(found.values, coverageOf(sets, 4));
  assert(found.seconds > 0 && found.megabytes >= found.before);
});

test("ours and scipy's route give one number for the race's files", async () => {
  const folder = await Deno.makeTempDir({ prefix: "race-" });
  try {
    const shape = { count: 60, dimension: 12 };
    const sets = [
      seededFeatures(1, shape),
      seededFeatures(2, { ...shape, shift: 0.3, lean: 0.1 }),
    ];
    const files = await Promise.all(sets.map(async ({ data }, i) => {
      const path = join(folder, `${i}.f64`);
      await Deno.writeFile(path, new Uint8Array(data.buffer as ArrayBuffer));
      return path;
    }));
    const ran = await runDeno(["run", "-A", work, "frechet", ...files, "12"]);
    const ours = JSON.parse(ran.stdout);
    assertEquals(ours.value, frechetDistance(sets[0], sets[1]));
    const said = await new Deno.Command(python!, {
      args: ["tests/peers/frechet_peer.py", ...files, "12"],
    }).output();
    const theirs = JSON.parse(new TextDecoder().decode(said.stdout));
    assertAlmostEquals(ours.value / theirs.value, 1, 1e-9);
    assertStringIncludes(theirs.versions, "scipy");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without OpenBLAS the race and the neighbours say what gets it", async () => {
  const found = await withoutOpenblas("tests/proof/figures/without_openblas.ts") as {
    name: string;
    value: number | null;
    reason?: string;
  }[];
  assertEquals(found.map(({ name }) => name), [
    "fd-2048-speedup",
    "fd-2048-error",
    "prdc-10k-peak-memory",
    "prdc-10k-seconds",
  ]);
  for (const { value, reason } of found) {
    assertEquals(value, null);
    assertStringIncludes(reason!, "deno task openblas");
  }
});
