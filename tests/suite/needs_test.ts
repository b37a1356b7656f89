import { assert, assertEquals, assertRejects } from "@std/assert";
import { planSuite } from "../../src/plan/plan.ts";
import { parseSuite } from "../../src/suite/load.ts";
import { SuiteError } from "../../src/suite/problem.ts";

const example = new URL("../examples/moments.ts", import.meta.url).pathname;

/** A suite with these entries, the first of which stands on line 9. */
const text = (runs: string) =>
  `suite: needs
modules: [${JSON.stringify(example)}]
data: { dataset: heads, size: 16 }
budget: { steps: 10 }
seeds: [1, 2]
controls: []
metrics: [reconstruction]
runs:
${runs}
`;
const load = (runs: string, set: string[] = []) => parseSuite(text(runs), { file: "n.yaml", set });

const cases: { readonly name: string; readonly runs: string; readonly told: string }[] = [
  {
    name: "an unknown name, with the nearest",
    runs: "  - vqvae: { name: codes, prior: none }\n  - vqvae: { from: code, width: 32 }",
    told: "n.yaml:10:20: `from`: no entry of `runs` is called `code`; did you mean `codes`?\n" +
      "  entries with a name: codes",
  },
  {
    name: "a family in the place of a name",
    runs: "  - vqvae: { prior: none }\n  - vqvae: { from: vqvae, width: 32 }",
    told: "n.yaml:10:20: `from`: no entry of `runs` is called `vqvae`\n" +
      "  give the entry of `vqvae` a name, `name: vqvae`, to take from it",
  },
  {
    name: "itself",
    runs: "  - vqvae: {}\n    name: codes\n    from: codes",
    told: "n.yaml:11:11: `from`: `codes` can't take from itself",
  },
  {
    name: "a circle",
    runs: "  - vqvae: { name: a, from: c }\n  - vqvae: { name: b, from: a }\n" +
      "  - vqvae: { name: c, from: b }",
    told: "n.yaml:9:29: `from`: a circle: `a` takes from `c` takes from `b` takes from `a`",
  },
  {
    name: "an entry of several runs",
    runs: "  - vqvae: { name: codes, prior: none, codes: [16, 32] }\n  - vqvae: { from: codes }",
    told:
      "n.yaml:10:20: `from`: `codes` stands for 2 runs a seed, one for each value of its lists; " +
      "name one\n  write an entry with a `name` of its own for the run that is meant",
  },
  {
    name: "a name that two entries have",
    runs: "  - vqvae: { name: a, prior: none }\n  - vqvae: { name: a, prior: none, codes: 32 }\n" +
      "  - vqvae: { from: a }",
    told: "n.yaml:11:20: `from`: 2 entries are called `a`; name one\n" +
      "  write an entry with a `name` of its own for the run that is meant",
  },
  {
    name: "the wrong kind of artefact",
    runs: "  - pixel-moments: { name: table }\n  - vqvae: { from: table }",
    told: "n.yaml:10:20: `from`: `vqvae` takes weights and `table` (pixel-moments) gives table",
  },
  {
    name: "the wrong family",
    runs: "  - vae: { name: first }\n  - vqvae: { from: first }",
    told: "n.yaml:10:20: `from`: `vqvae` takes weights of vqvae, and `first` is of `vae`",
  },
  {
    name: "settings that don't fit",
    runs: "  - vqvae: { name: codes, prior: none, width: 32 }\n  - vqvae: { from: codes }",
    told: "n.yaml:10:20: `from`: `codes` won't do: `width` is 64 here and 32 there\n" +
      "  write here too: width: 32",
  },
  {
    name: "a family that takes nothing",
    runs: "  - vae: { name: first }\n  - autoencoder: { from: first }",
    told: "n.yaml:10:20: `from`: `autoencoder` takes no weights of other runs\n" +
      "  it takes nothing of other runs",
  },
  {
    name: "a role that isn't there",
    runs: "  - vqvae: { name: a, prior: none }\n  - vqvae: {}\n    needs: { weight: a }",
    told: "n.yaml:11:14: `needs.weight`: `vqvae` takes no weight of other runs; did you mean " +
      "`weights`?\n  it takes from: NAME (networks and codes of a finished run, whose prior alone is " +
      "then trained)",
  },
  {
    name: "a role that has to be filled",
    runs: "  - table-gaussian: {}",
    told: "n.yaml:9:5: `table-gaussian` needs a run that gives table: mean and spread of every " +
      "pixel, float32 [2, H·W·C]\n  name its entry: needs: { table: NAME }",
  },
  {
    name: "a role that is filled twice",
    runs: "  - vqvae: { name: a, prior: none }\n  - vqvae: { from: a, needs: { weights: a } }",
    told: "n.yaml:10:32: `needs.weights` names the weights a second time",
  },
  {
    name: "a key inside and beside",
    runs: "  - vqvae: { name: a, prior: none }\n    name: b",
    told: "n.yaml:9:14: `name` stands twice: inside `vqvae` and beside it",
  },
  {
    name: "what can be taken only of a run",
    runs: "  - diffusion: { latent: given }",
    told: "n.yaml:9:26: `diffusion` can't be built for heads (16×16×3): latent: `given` is of a " +
      "finished run: name its entry with `from: NAME`, or let an autoencoder be trained here, " +
      "`latent: autoencoder`",
  },
  {
    name: "a diffusion that trains an autoencoder of its own",
    runs: "  - vae: { name: first }\n  - diffusion: { latent: autoencoder, from: first }",
    told:
      "n.yaml:10:45: `from`: `first` won't do: what is diffused here is `latent: autoencoder`\n" +
      "  write `latent: given`",
  },
  {
    name: "a name that is no text",
    runs: "  - vqvae: { name: a, prior: none }\n  - vqvae: { from: [a] }",
    told: "n.yaml:10:20: `runs.vqvae.from` wants text; found a list of 1",
  },
];

for (const { name, runs, told } of cases) {
  Deno.test(`needs: refused when the suite is read: ${name}`, async () => {
    const error = await assertRejects(() => load(runs), SuiteError);
    assertEquals(error.message, told);
  });
}

Deno.test("needs: keys may stand inside the entry or beside it, `from` is short for a role", async () => {
  const base = "  - vqvae: { name: codes, prior: none }\n";
  const ids = async (runs: string, set: string[] = []) =>
    planSuite(await load(base + runs, set), { engine: "wasm" }).map(({ id }) => id);
  const inside = await ids("  - vqvae: { from: codes }");
  assertEquals(await ids("  - vqvae: {}\n    from: codes"), inside);
  assertEquals(await ids("  - vqvae:\n    needs: { weights: codes }"), inside);
  assertEquals(await ids("  - vqvae: { name: p }", ["runs.p.from=codes"]), inside);
});

Deno.test("needs: a step is scored by nothing, done once, and needed by the runs of all seeds", async () => {
  const suite = await load(
    "  - table-gaussian: { needs: { table: table } }\n  - pixel-moments: { name: table }",
  );
  const plan = planSuite(suite, { engine: "wasm" });
  assertEquals(plan.map(({ label, spec }) => `${label} ${spec.seed}`), [
    "table 1",
    "table-gaussian 1",
    "table-gaussian 2",
  ]);
  assertEquals(plan.map(({ spec }) => spec.metrics.length), [0, 1, 1]);
  assert(plan.slice(1).every(({ spec }) => spec.needs?.table.run === plan[0].id));
  // Whichever seeds are asked for: else a run would have another id in a part of the suite.
  const part = planSuite(suite, { engine: "wasm", seeds: [2] });
  assertEquals(part.map(({ id }) => id), [plan[0].id, plan[2].id]);
});
