/**
 * Lets splat-transform read the splats of made.ts and keeps what it makes of them:
 * `deno run -A make.ts FOLDER`, where FOLDER/node_modules holds npm's @playcanvas/splat-transform 2.7.1
 * (`npm install --ignore-scripts`; it ran on Node 20.20.2).
 *
 * degree0.ply, degree3.ply: our files, read and written by it. *.csv: the numbers that it sees in them,
 * by name. degree0.splat.csv: the numbers that it sees in our .splat file. degree3.spz: its .spz file of
 * the splats of degree 3, and degree3.spz.csv the numbers that it sees in it.
 * @module
 */
import { join } from "@std/path";
import { writePly } from "../../../src/families/splat/formats/ply.ts";
import { writeSplat } from "../../../src/families/splat/formats/splat.ts";
import { made } from "./made.ts";

const here = import.meta.dirname!;
const program = join(Deno.args[0], "node_modules/@playcanvas/splat-transform/bin/cli.mjs");
const ours = await Deno.makeTempDir();

async function transform(from: string, to: string): Promise<void> {
  const args = [program, "--overwrite", "--gpu", "cpu", join(ours, from), join(here, to)];
  const { success, stderr } = await new Deno.Command("node", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

for (const degree of [0, 3] as const) {
  const name = `degree${degree}`;
  await Deno.writeFile(join(ours, `${name}.ply`), writePly(made(degree)));
  await transform(`${name}.ply`, `${name}.ply`);
  await transform(`${name}.ply`, `${name}.csv`);
}
await Deno.writeFile(join(ours, "degree0.splat"), writeSplat(made(0)));
await transform("degree0.splat", "degree0.splat.csv");
await transform("degree3.ply", "degree3.spz");
await Deno.copyFile(join(here, "degree3.spz"), join(ours, "degree3.spz"));
await transform("degree3.spz", "degree3.spz.csv");
await Deno.remove(ours, { recursive: true });
