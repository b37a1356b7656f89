/**
 * A finished run's splats as files of other programs.
 * @module
 */
import { join } from "@std/path";
import { type Degree, splatRows } from "../../../kernels/mod.ts";
import type { ExportContext } from "../../family.ts";
import type { Config } from "../config.ts";
import { type SplatRows, writePly } from "./ply.ts";
import { writeSplat } from "./splat.ts";
import { writeSpz } from "./spz.ts";

type Writer = (splats: SplatRows) => Uint8Array | Promise<Uint8Array>;

/** Files by name: for editors and other trainers, for viewers in browsers, and to be sent. */
const writers: Readonly<Record<string, Writer>> = {
  "splats.ply": writePly,
  "splats.splat": writeSplat,
  "splats.spz": writeSpz,
};

/** The splats of a state. @throws Error where a state has rows of no degree */
export async function splatsOf({ state }: Pick<ExportContext, "state">): Promise<SplatRows> {
  const path = "params/splats_RN", place = state.tensors.get(path);
  const [rows, count] = place?.shape ?? [];
  const degree = ([0, 1, 2, 3] as const).find((d: Degree) => splatRows(d) === rows);
  if (degree === undefined) {
    throw new Error(`${path} has ${rows} rows, as no degree of colours has`);
  }
  return { count, degree, parameters: await state.read(path) };
}

/** Writes the files. */
export async function exportSplats(_: Config, context: ExportContext): Promise<void> {
  const splats = await splatsOf(context);
  for (const [name, write] of Object.entries(writers)) {
    await Deno.writeFile(join(context.folder, name), await write(splats));
  }
}
