/**
 * What README.md and the rooms' READMEs say is so: numbers are those of stored figures and published
 * reports, links lead somewhere, the suite that is shown is one.
 */
import { assert, assertEquals } from "@std/assert";
import { groups, runFigures } from "../src/proof/figures/mod.ts";
import { builds, sizeOf } from "../src/install/tensorflow/wheels.ts";
import { wheel } from "../src/algebra/openblas_library.ts";
import { parseSuite } from "../src/suite/load.ts";
import faces from "../reports/faces-quick/report.json" with { type: "json" };
import peers from "../reports/peers-speed/peers-speed.json" with { type: "json" };

const root = new URL("../", import.meta.url);

/** A README with every run of white space as one space. */
async function readme(path: string): Promise<string> {
  return (await Deno.readTextFile(new URL(path, root))).replaceAll(/\s+/g, " ");
}

const [proof, engine, algebra] = await Promise.all(
  ["proof", "engine", "algebra"].map((room) => readme(`src/${room}/README.md`)),
);

function says(words: string, of: string): void {
  assert(of.includes(words), `a README should say: ${words}\nit says: ${of}`);
}

/** README.md and those of rooms. */
async function readmes(): Promise<string[]> {
  const found = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("src/", root))) {
    const path = `src/${name}/README.md`;
    if (await Deno.stat(new URL(path, root)).then(() => true, () => false)) found.push(path);
  }
  return found.sort();
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
  const missing = proof.match(/## What misses its target (.*?)(?= ## |$)/)![1];
  const named = [...missing.matchAll(/`([\w-]+\/[\w-]+)`/g)].map(([, name]) => name);
  const missed = [...figures].filter(([, { value, holds }]) => value !== null && !holds);
  assertEquals(named.sort(), missed.map(([name]) => name).sort());
  for (
    const [name, digits] of [
      ["engines/step-over-pytorch-eager", 2],
      ["engines/decode-8-over-pytorch", 2],
      ["evaluation/evaluate-memory", 2],
      ["image-families/vae-expression-above-pixels-32", 3],
      ["language/training-25m-over-pytorch", 2],
      ["language/training-memory-over-pytorch", 2],
      ["language/decode-8-over-pytorch", 2],
    ] as const
  ) says(Math.abs(valueOf(name)).toFixed(digits), missing);
});

Deno.test("README: what the faces took and reached", async () => {
  const { points } = faces.charts.cost.find(({ id }) => id === "cost-training-time")!;
  says(`trained for ${range(points.map(({ x }) => x.mean), 0)} s a run, by family`, proof);
  const reached = (family: string) => points.find(({ label }) => label === family)!.y.mean;
  const others = [reached("autoencoder").toFixed(2), reached("normalizing_flow").toFixed(1)];
  says(`(autoencoder ${others[0]}, normalising flow ${others[1]})`, proof);
  const best = (await records("faces-32")).filter(({ label }) =>
    ["gan-linear", "diffusion", "flow", "diffusion-guided"].includes(label)
  );
  assertEquals(best.length, 4);
  const minutes = range(best.map(({ timings }) => timings.steps / 60), 0);
  says(`one seed each, ${minutes} minutes`, proof);
  const of = (name: string) => valueOf(`image-families/${name}`);
  const d = ["gan", "diffusion", "flow", "vae", "autoregressive", "vqvae"].map((f) => of(`${f}-d`));
  says(`distances to held-out heads of ${range(d, 2)} (`, proof);
  const [gan, diffusion, flow] = ["gan", "diffusion", "flow"].map((f) =>
    of(`${f}-d-32`).toFixed(2)
  );
  says(`${gan} for the GAN, ${diffusion} for diffusion and ${flow} for flow`, proof);
  const ceilings = ["gender", "expression"].map((factor) =>
    of(`diffusion-${factor}-of-ceiling-32`).toFixed(2)
  ).join(" and ");
  says(`asked for at ${ceilings} of the judge's own ceiling`, proof);
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
    proof,
  );
  const memory = figures.get("engines/memory-over-pytorch")!.detail as Record<
    string,
    { ratio: number }
  >;
  const shares = trained.map(({ name }) => memory[name].ratio);
  says(`with ${range(shares, 2)} times PyTorch's memory`, proof);
});

Deno.test("README: what is downloaded is as large as it says", () => {
  const [mega, giga] = [
    (bytes: number) => `${Math.round(bytes / 1e6)} MB`,
    (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`,
  ];
  const cpu = sizeOf(builds.cpu), cuda = sizeOf(builds.cuda);
  says(`one pinned wheel (${mega(cpu.download)})`, engine);
  says(`(${mega(cpu.disk)}; \`LIKENESS_CACHE\``, engine);
  says(`(${giga(cuda.download)} to download, ${giga(cuda.disk)} on disk)`, engine);
  says(`\`deno task openblas\` (${mega(wheel.bytes)} through pip`, algebra);
  assert(wheel.file.includes("0.3.31"));
  says("OpenBLAS 0.3.31,", algebra);
});

Deno.test("README: at most 1,000 words, a room's at most 60 lines", async () => {
  for (const path of await readmes()) {
    const text = await Deno.readTextFile(new URL(path, root));
    const [size, most] = path === "README.md"
      ? [text.trim().split(/\s+/).length, 1000]
      : [text.trimEnd().split("\n").length, 60];
    assert(size <= most, `${path}: ${size}, at most ${most}`);
  }
});

Deno.test("README: links, and files and tasks that are named, are there", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const { commands } = await import("../src/commands/table.ts");
  const known = new Set(commands.map(({ name }) => name));
  for (const path of await readmes()) {
    const text = await Deno.readTextFile(new URL(path, root));
    const here = new URL(path, root);
    for (const [, to] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (to.startsWith("https:")) continue;
      const [file, anchor] = to.split("#");
      const target = new URL(file, here);
      await Deno.stat(target).catch(() => assert(false, `${path}: ${to} isn't there`));
      if (anchor === undefined) continue;
      const heads = (await Deno.readTextFile(target)).matchAll(/^#+ (.*)$/gm);
      const anchors = [...heads].map(([, head]) => head.toLowerCase().replaceAll(" ", "-"));
      assert(anchors.includes(anchor), `${path}: ${to} has no such heading`);
    }
    for (const [, file] of text.matchAll(/`((?:src|tests|suites|reports|baselines)\/[\w./-]+)`/g)) {
      // `suites/mine.yaml` is the reader's.
      if (file === "suites/mine.yaml") continue;
      await Deno.stat(new URL(file, root)).catch(() => assert(false, `${path}: no ${file}`));
    }
    for (const [, task, command] of text.matchAll(/deno task ([a-z][\w:]*)(?: ([a-z]+))?/g)) {
      assert(Object.hasOwn(tasks, task), `${path}: no task ${task}`);
      if (task === "likeness" && command !== undefined) {
        assert(known.has(command), `${path}: no command ${command}`);
      }
    }
  }
});

Deno.test("README: the suite that is shown is a suite", async () => {
  const text = await Deno.readTextFile(new URL("README.md", root));
  const shown = text.match(/```yaml\n([^]*?)```/)![1];
  const suite = await parseSuite(shown, { file: "suites/mine.yaml" });
  assertEquals(suite.runs.map(({ family, config }) => [family, config.beta]), [
    ["autoencoder", undefined],
    ["vae", 1],
    ["vae", 4],
  ]);
});

Deno.test("NOTICE: what is of other origin lies where it says", async () => {
  for (const path of ["NOTICE", "src/extractors/NOTICE"]) {
    const text = await Deno.readTextFile(new URL(path, root));
    const base = new URL(path, root);
    const named = [...text.matchAll(/(?<![\w/.-])[\w-]+\/[\w./-]*\w\.?(?:NOTICE|\w+)\b/g)]
      .map(([file]) => file).filter((file) => /(NOTICE|\.(txt|xsd|safetensors|py|ts))$/.test(file));
    assert(named.length >= 4, path);
    for (const file of named) {
      await Deno.stat(new URL(file, base)).catch(() => assert(false, `${path}: no ${file}`));
    }
  }
});
