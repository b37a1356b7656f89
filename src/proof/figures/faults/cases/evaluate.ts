/**
 * Cases of `evaluate`: their pictures are made by the Python programs beside this file, which need
 * numpy and Pillow.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { builtInMetrics, metricNames } from "../../../../metrics/table/mod.ts";
import { ends, shownEnd } from "../program.ts";
import { type Case, doneRun, evaluate, off, runSuite, untold, valuesOf } from "./case.ts";

const { coverage, duplicates, frechet, kernel, reconstruction } = metricNames;
const { nearness } = builtInMetrics.duplicates.values;

const exactly = { is: 0, by: 1e-9 };

/** Why the programs can't be run here; null: they can. */
export async function withoutPython(): Promise<string | null> {
  try {
    const { code } = await ends(["python3", "-c", "import numpy, PIL"]);
    return code === 0 ? null : "python3 lacks numpy or Pillow: pip install numpy pillow";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "there is no python3; it has to have numpy and Pillow";
  }
}

async function made(program: string, folder: string): Promise<void> {
  const script = fromFileUrl(new URL(program, import.meta.url));
  const ended = await ends(["python3", script, folder]);
  if (ended.code !== 0) throw new Error(`${program}: ${shownEnd(ended)}`);
}

/** A case whose pictures a program of this folder makes. */
const of = (name: string, program: string, check: Case["check"]): Case => ({
  name,
  async check(folder) {
    await made(program, folder);
    return await check(folder);
  },
});

/** See the module. */
export const evaluateCases: readonly Case[] = [
  of("16 bits are their 8", "c01_sixteen_bits.py", async (folder) => {
    const wrong: string[] = [];
    for (const decode of ["viewer", "pil"]) {
      // Pillow cuts 16-bit grey off at 255: there the two are not the same.
      const kinds = decode === "pil" ? ["rgb", "rgb_srgb"] : ["rgb", "rgb_srgb", "grey"];
      for (const kind of kinds) {
        const [a, b] = [8, 16].map((bits) => kind.replace(/^(rgb|grey)/, `$1${bits}`));
        const found = await evaluate(folder, [a, b], ["--metrics", frechet, "--decode", decode]);
        wrong.push(...off(found, "FD", exactly).map((what) => `${decode}, ${kind}: ${what}`));
      }
    }
    return wrong;
  }),
  of("unequal counts", "c03_unequal.py", async (folder) => {
    const metrics = ["--metrics", `${kernel},${coverage}`];
    const pictures = await evaluate(folder, ["real", "fake"], metrics);
    const arrays = await evaluate(folder, ["real.npy", "fake.npy"], metrics);
    return [
      ...off(pictures, "KID", { is: -0.09507809, by: 1e-6 }),
      ...off(pictures, "precision", { is: 1, by: 0 }),
      // The unbiased estimate over all pairs, by numpy.
      ...off(arrays, "KID", { is: -0.25838547353974306, by: 1e-12 }),
      ...off(arrays, "precision", { is: 1, by: 0 }),
    ];
  }),
  of("EXIF's turn", "c05_exif.py", async (folder) => {
    const wrong: string[] = [];
    for (const decode of ["viewer", "pil"]) {
      const say = (what: string) => `${decode}: ${what}`;
      const options = ["--metrics", frechet, "--decode", decode];
      const found = await evaluate(folder, ["photos", "samples"], options);
      wrong.push(...off(found, "FD", exactly).map(say));
      // In `run`: 48 of the 80 samples are training pictures, at no distance from them, and the others
      // as far as the held-out pictures that they are.
      const suite = `${decode}.yaml`;
      await Deno.writeTextFile(
        join(folder, suite),
        "suite: exif\n" +
          `data: { dataset: folder, path: photos, size: 32, test: 0.4, decode: ${decode} }\n` +
          "budget: { steps: 3 }\ncontrols: []\n" +
          "runs: [{ name: copies, external: { folder: samples } }]\n" +
          `metrics: [{ ${duplicates}: { features: pixels, samples: 80 } }]\n`,
      );
      const { metrics } = doneRun(await runSuite(folder, suite), "copies");
      const distance = metrics.find(({ name }) => nearness.test(name))?.value ?? NaN;
      if (!(Math.abs(distance - 32 / 80) < 1e-9)) {
        wrong.push(say(`samples ${distance}, not 0.4 away`));
      }
    }
    return wrong;
  }),
  of("features of other pictures", "c06_stale.py", async (folder) => {
    const metrics = ["--metrics", frechet];
    const between = await evaluate(folder, ["wrong", "mended"], metrics);
    const wrong = between.values.FD > 1 ? [] : [`red against blue: FD ${between.values.FD}`];
    const sides = ["real", "wrong"] as const;
    const red = await evaluate(folder, sides, metrics);
    const time = new Date(315532800 * 1000);
    for await (const { name } of Deno.readDir(join(folder, "mended"))) {
      const place = join(folder, "wrong", name);
      await Deno.copyFile(join(folder, "mended", name), place);
      await Deno.utime(place, time, time);
    }
    const blue = await evaluate(folder, sides, metrics);
    const fresh = await evaluate(folder, ["real", "mended"], metrics);
    if (!(red.values.FD > 100)) wrong.push(`red: FD ${red.values.FD}`);
    return [...wrong, ...off(blue, "FD", { is: fresh.values.FD, by: 0 })];
  }),
  of("Pillow's bytes", "c08_pil.py", async (folder) => {
    const wrong: string[] = [];
    for (const kind of ["cmyk", "grey16", "jpeg", "webp"]) {
      const found = await evaluate(
        folder,
        [kind, `${kind}_as_pil`],
        ["--metrics", frechet]
          .concat(["--decode", "pil"]),
      );
      // What can't be had may be refused.
      const refused = found.ended.code === 0 ? null : untold(found.ended, [kind]);
      wrong.push(...refused ?? off(found, "FD", exactly).map((what) => `${kind}: ${what}`));
    }
    return wrong;
  }),
  of("grey as convert('L')", "c10_grey.py", async (folder) => {
    // Runs on either give the same numbers where the pictures are the same.
    const numbers: string[] = [];
    for (const pictures of ["colour", "grey"]) {
      const data = `{ dataset: folder, path: ${pictures}, size: 32, channels: 1, test: 0.4 }`;
      await Deno.writeTextFile(
        join(folder, `${pictures}.yaml`),
        `suite: grey\ndata: ${data}\nbudget: { steps: 3 }\nbatch: 16\ncontrols: []\n` +
          "runs: [{ autoencoder: { latent: 8, width: 8 } }]\n" +
          `metrics: [{ ${reconstruction}: { samples: 20 } }]\n`,
      );
      numbers.push(valuesOf(doneRun(await runSuite(folder, `${pictures}.yaml`), "autoencoder")));
    }
    const found = await evaluate(folder, ["grey", "grey_as_rgb"], ["--metrics", frechet]);
    const other = numbers[0] === numbers[1] ? [] : [`channels: 1: ${numbers.join(", not ")}`];
    return [...other, ...off(found, "FD", exactly)];
  }),
];
