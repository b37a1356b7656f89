/** Numbers of README.md, and what it says of targets, are those of stored figures and published reports. */
import { assert, assertEquals } from "@std/assert";
import { groups, runFigures } from "../src/proof/figures/mod.ts";
import { builds, sizeOf } from "../src/install/tensorflow/wheels.ts";
import { wheel } from "../src/algebra/openblas_library.ts";
import faces from "../reports/faces-quick/report.json" with { type: "json" };
import peers from "../reports/peers-speed/peers-speed.json" with { type: "json" };

const text = (await Deno.readTextFile(new URL("../README.md", import.meta.url)))
  .replaceAll(/\s+/g, " ");

function says(words: string, of = text): void {
  assert(of.includes(words), `README.md should say: ${words}`);
}

type Figures = Map<string, { value: number | null; holds: boolean; detail?: unknown }>;

/** The figures that stored records hold, by "group/name". */
async function stored(): Promise<Figures> {
  const found: Figures = new Map();
  const long = Object.values(groups).flat().filter(({ cost }) => cost === "long");
  for await (const line of runFigures(long)) found.set(`${line.group}/${line.figure}`, line);
  return found;
}

/** The records of a suite that figures are read from. */
async function records(suite: string) {
  const folder = new URL(`../baselines/figures/image-families/${suite}/`, import.meta.url);
  const all: {
    label: string;
    spec: { family: string; protocol: string };
    timings: { steps: number };
  }[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    all.push(JSON.parse(await Deno.readTextFile(new URL(name, folder))));
  }
  return all.filter(({ spec }) => spec.protocol === "train-evaluate");
}

const range = (values: readonly number[], digits: number) =>
  [Math.min(...values), Math.max(...values)].map((v) => v.toFixed(digits)).join(" to ");

const figures = await stored();
const valueOf = (name: string) => figures.get(name)!.value!;

Deno.test("README: every stored figure that misses its target is named, and no other one", () => {
  const missing = text.match(/\*\*What misses its target\*\*(.*?)(?= ## | `src\/` is | `@std)/)![1];
  const named = [...missing.matchAll(/`([\w-]+\/[\w-]+)`/g)].map(([, name]) => name);
  const missed = [...figures].filter(([, { value, holds }]) => value !== null && !holds);
  assertEquals(named.sort(), missed.map(([name]) => name).sort());
  for (
    const [name, digits] of [
      ["engines/step-over-pytorch-eager", 2],
      ["engines/decode-8-over-pytorch", 2],
      ["evaluation/evaluate-memory", 2],
      ["image-families/vae-expression-above-pixels-32", 3],
    ] as const
  ) says(Math.abs(valueOf(name)).toFixed(digits), missing);
});

Deno.test("README: what the faces took and reached", async () => {
  const { points } = faces.charts.cost.find(({ id }) => id === "cost-training-time")!;
  says(`trained for ${range(points.map(({ x }) => x.mean), 0)} s a run, by family`);
  const reached = (family: string) => points.find(({ label }) => label === family)!.y.mean;
  const others = [reached("autoencoder").toFixed(2), reached("normalizing_flow").toFixed(1)];
  says(`(autoencoder ${others[0]}, normalising flow ${others[1]})`);
  const best = (await records("faces-32")).filter(({ label }) =>
    ["gan-linear", "diffusion", "flow", "diffusion-guided"].includes(label)
  );
  assertEquals(best.length, 4);
  const minutes = range(best.map(({ timings }) => timings.steps / 60), 0);
  says(`one seed each, ${minutes} minutes`);
  const of = (name: string) => valueOf(`image-families/${name}`);
  const d = ["gan", "diffusion", "flow", "vae", "autoregressive", "vqvae"].map((f) => of(`${f}-d`));
  says(`distances to held-out heads of ${range(d, 2)} (`);
  const [gan, diffusion, flow] = ["gan", "diffusion", "flow"].map((f) =>
    of(`${f}-d-32`).toFixed(2)
  );
  says(`${gan} for the GAN, ${diffusion} for diffusion and ${flow} for flow`);
  const ceilings = ["gender", "expression"].map((factor) =>
    of(`diffusion-${factor}-of-ceiling-32`).toFixed(2)
  ).join(" and ");
  says(`asked for at ${ceilings} of the judge's own ceiling`);
});

Deno.test("README: speed and memory beside PyTorch and JAX", () => {
  const trained = peers.models.filter(({ task }) => task === "train");
  assertEquals(trained.length, 4);
  const ratios = (other: string, of: (c: (typeof peers.models)[0]["contenders"][0]) => number) =>
    trained.map(({ contenders }) => {
      const [ours, theirs] = ["ours", other].map((name) =>
        contenders.find((c) => c.name === name)!
      );
      return of(ours) / of(theirs);
    });
  says(
    `${range(ratios("torch-eager", (c) => c.median), 2)} times eager PyTorch's time and ` +
      `${range(ratios("jax", (c) => c.median), 2)} times JAX's`,
  );
  const memory = figures.get("engines/memory-over-pytorch")!.detail as Record<
    string,
    { ratio: number }
  >;
  const shares = trained.map(({ name }) => memory[name].ratio);
  says(`with ${range(shares, 2)} times PyTorch's memory`);
});

Deno.test("README: what is downloaded is as large as it says", () => {
  const [mega, giga] = [
    (bytes: number) => `${Math.round(bytes / 1e6)} MB`,
    (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`,
  ];
  const cpu = sizeOf(builds.cpu), cuda = sizeOf(builds.cuda);
  says(`one pinned wheel (${mega(cpu.download)})`);
  says(`(${mega(cpu.disk)}; \`LIKENESS_CACHE\``);
  says(`(${giga(cuda.download)} to download, ${giga(cuda.disk)} on disk)`);
  says(`\`deno task openblas\` (${mega(wheel.bytes)} through pip`);
  assert(wheel.file.includes("0.3.31"));
  says("OpenBLAS 0.3.31,");
});
