import { assert, assertEquals } from "@std/assert";
import { leaves, type TensorTree } from "../../src/engine/tree.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { planSuite } from "../../src/plan/plan.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import type { PlannedRun, RunRecord } from "../../src/record/record.ts";
import { openStore } from "../../src/record/store.ts";
import { datasets, families, fromTable, metrics } from "../../src/registry.ts";
import { checkpointFile, decodeState } from "../../src/run/checkpoint.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { inFolder, tinyHost } from "../run/harness.ts";

/** Runs entries on small heads, in the plan's order; their final states by label, on the host. */
async function run(entries: readonly string[], out: string) {
  const suite = await parseSuite(
    `suite: given
data: { dataset: heads, size: 16, train: 24, test: 16, judge: 0, judge_test: 0 }
budget: { steps: 10 }
batch: 8
controls: []
metrics: [{ reconstruction: { samples: 8 } }]
runs:
${entries.map((entry) => `  - ${entry}`).join("\n")}
`,
    { file: "given.yaml" },
  );
  const heads = (await datasets.heads()).load(suite.data.config, { cache: out, jobs: 1 });
  const host = await tinyHost(out, {
    dataset: () => heads,
    family: (name) => fromTable(families, name, "family"),
    metric: (name) => fromTable(metrics, name, "metric"),
  });
  const { engine } = await openEngine("wasm"), store = openStore(out);
  const states = new Map<string, ReadonlyMap<string, number[]>>();
  const records = new Map<string, RunRecord>();
  for (const planned of planSuite(suite, { engine: "wasm" }) as PlannedRun[]) {
    const outcome = await executeRun(planned, host);
    assert(outcome.kind === "record" && outcome.record.state === "done", JSON.stringify(outcome));
    records.set(planned.label, outcome.record);
    const { state } = decodeState(engine, (await store.read(planned.id, checkpointFile))!);
    const own = new Map<string, number[]>();
    for (const [path, leaf] of leaves(state as TensorTree)) {
      own.set(path, [...await engine.read(leaf)]);
    }
    states.set(planned.label, own);
  }
  return { states, records };
}

/** Leaves of a state whose paths match, under their paths without what `prefix` says. */
function part(state: ReadonlyMap<string, number[]> | undefined, wanted: RegExp, prefix = "") {
  const found = [...state!].filter(([path]) => wanted.test(path))
    .map(([path, values]) => [path.replace(prefix, ""), values] as const);
  assert(found.length > 0, `no leaf is like ${wanted}`);
  return Object.fromEntries(found);
}

/** Equal, bit for bit. Without the difference, which takes a minute to find among so many numbers. */
function assertSame(found: unknown, wanted: unknown, what: string) {
  assert(JSON.stringify(found) === JSON.stringify(wanted), `${what}: other numbers`);
}

const tokeniser = /(^|\/)(networks|books)(\/|$)/;

// The first phase of a training in two phases and a run of the same steps alone see the same pictures
// under the same keys: they agree bit for bit. The second phase doesn't: its steps are counted from 0
// where the codes are taken, and from the end of the first phase where they aren't, and a step's
// number says which pictures it sees.
const twoPhases = [
  {
    name: "vqvae",
    of: (rest: string) => `vqvae: { width: 8, codes: 8, priorWidth: 12, priorHeads: 2, ${rest} }`,
  },
  {
    name: "autoregressive",
    of: (rest: string) =>
      `autoregressive: { form: scales, scales: 2, codecWidth: 8, codes: 8, width: 8, heads: 2, ` +
      `layers: 1, ${rest} }`,
  },
];

for (const { name, of } of twoPhases) {
  Deno.test(`given: ${name}: codes trained alone are those of the first phase, and stay when taken`, () =>
    inFolder(async (out) => {
      const { states, records } = await run([
        of("name: whole, priorShare: 0.4"),
        `${of("name: codes, prior: none")}\n    budget: { steps: 6 }`,
        of("name: prior, from: codes"),
      ], out);
      const codes = part(states.get("codes"), tokeniser);
      assertSame(part(states.get("whole"), tokeniser), codes, "trained in two phases");
      assertSame(part(states.get("prior"), tokeniser), codes, "taken");
      const prior = /^params\/prior\//;
      const fresh = part(states.get("whole"), prior), taken = part(states.get("prior"), prior);
      assertEquals(Object.keys(taken), Object.keys(fresh));
      assert(JSON.stringify(taken) !== JSON.stringify(fresh));
      assertEquals([...states.get("codes")!.keys()].filter((path) => prior.test(path)), []);
      const { capabilities, parameters } = records.get("codes")!;
      assertEquals([capabilities!.samples, capabilities!.reconstructs], [false, true]);
      assert(parameters < records.get("prior")!.parameters);
      assertEquals(records.get("prior")!.steps, 10);
    }));
}

Deno.test("given: diffusion: an autoencoder that is taken stays as it was trained, whatever it is of", () =>
  inFolder(async (out) => {
    const diffused = (name: string, from: string) =>
      `diffusion: { latent: given, width: 8, name: ${name}, from: ${from} }`;
    const { states, records } = await run([
      "autoencoder: { name: plain, width: 8, latent: 4 }",
      "vae: { name: variational, width: 8, latent: 4 }",
      "diffusion: { name: map, latent: vq, latentWidth: 8, latentCodes: 8, width: 8 }",
      diffused("of-plain", "plain"),
      diffused("of-variational", "variational"),
      diffused("of-map", "map"),
    ], out);
    const first = (label: string) => part(states.get(label), /^first\/model\//, "first/model/");
    for (const label of ["plain", "variational"]) {
      const kept = first(`of-${label}`), whole = states.get(label)!;
      for (const [path, values] of Object.entries(kept)) {
        assertSame(values, whole.get(path), path);
      }
      assert(Object.keys(kept).some((path) => path.startsWith("ema/decoder/")), label);
      assert(!Object.keys(kept).some((path) => /^(params|slots)\//.test(path)), label);
    }
    const map = states.get("map")!;
    for (const [path, values] of Object.entries(first("of-map"))) {
      assertSame(values, map.get(path), path);
    }
    assert(Object.keys(first("of-map")).some((path) => path.startsWith("books/")));
    for (const label of ["of-plain", "of-variational", "of-map"]) {
      // Means and mean squares of codes of training pictures: the squares are above those of the means.
      const { mean_C, square_C } = part(states.get(label), /^first\/\w+_C$/, "first/");
      assert(mean_C.every((mean, i) => square_C[i] > mean * mean), label);
      assert(mean_C.some((mean) => mean !== 0), label);
      assertEquals(records.get(label)!.capabilities!.noise, label === "of-map" ? 4 * 4 * 4 : 4);
    }
  }));
