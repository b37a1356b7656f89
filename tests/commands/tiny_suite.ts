/**
 * A suite file of the tiny family.
 * @module
 */
import { fromFileUrl, join } from "@std/path";

const tiny = fromFileUrl(new URL("../run/tiny.ts", import.meta.url));

/** Writes a suite of the tiny family; `runs` is its config as YAML. */
export async function tinySuite(folder: string, { runs = "{}", steps = 12 } = {}): Promise<string> {
  const path = join(folder, "tiny.yaml");
  await Deno.writeTextFile(
    path,
    [
      "suite: tiny",
      "data: { dataset: tiny-blobs }",
      `budget: { steps: ${steps} }`,
      "batch: 8",
      "seeds: [1, 2]",
      `modules: [${JSON.stringify(tiny)}]`,
      `runs: [{ tiny-linear: ${runs} }]`,
      "metrics: [{ tiny-brightness: { samples: 20 } }, tiny-speed]",
      "controls: [training-copy]",
    ].join("\n"),
  );
  return path;
}
