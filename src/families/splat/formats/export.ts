/**
 * A finished run's splats as files of other programs.
 * @module
 */
import { join } from "@std/path";
import { type Degree, splatRows } from "../../../kernels/mod.ts";
import type { ExportContext, SceneContext } from "../../family.ts";
import type { Config } from "../config.ts";
import type { State } from "../model.ts";
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

const path = "params/splats_RN";

/** The form of a state's rows. @throws Error where no degree has so many */
function formOf([rows, count]: readonly number[]): Pick<SplatRows, "count" | "degree"> {
  const degree = ([0, 1, 2, 3] as const).find((d: Degree) => splatRows(d) === rows);
  if (degree === undefined) {
    throw new Error(`${path} has ${rows} rows, as no degree of colours has`);
  }
  return { count, degree };
}

/** The splats of a stored state. @throws Error where a state has rows of no degree */
export async function splatsOf({ state }: Pick<ExportContext, "state">): Promise<SplatRows> {
  const form = formOf(state.tensors.get(path)?.shape ?? []);
  return { ...form, parameters: await state.read(path) };
}

/** A model's splats for viewers: see `Driver.splats`. */
export async function splatsToLookAt(
  { params: { splats_RN } }: Pick<State, "params">,
  { read }: SceneContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const parameters = await read(splats_RN) as Float32Array;
  return writeSplat({ ...formOf(splats_RN.shape), parameters });
}

/** Writes the files. */
export async function exportSplats(_: Config, context: ExportContext): Promise<void> {
  const splats = await splatsOf(context);
  for (const [name, write] of Object.entries(writers)) {
    await Deno.writeFile(join(context.folder, name), await write(splats));
  }
}
