/**
 * Files of splats, by their endings.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { readPly, type SplatRows } from "./ply.ts";
import { readSplat } from "./splat.ts";
import { readSpz } from "./spz.ts";

type Reader = (bytes: Uint8Array, what: string) => SplatRows | Promise<SplatRows>;

const readers: Readonly<Record<string, Reader>> = {
  ".ply": readPly,
  ".splat": readSplat,
  ".spz": readSpz,
};

/** The first number that a program couldn't go on with, in words; null: all are finite. */
function fault({ count, parameters }: SplatRows): string | null {
  const at = parameters.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? null : `splat ${at % count} has ${parameters[at]} among its numbers`;
}

/**
 * Reads a file of splats.
 * @param degree that is asked for: a file of a lower one will do
 * @throws DataError for what is no such file, and where splats can't be used
 */
export async function readSplats(
  path: string,
  { degree }: { readonly degree?: number } = {},
): Promise<SplatRows> {
  const read = readers[path.match(/\.\w+$/)?.[0].toLowerCase() ?? ""];
  if (read === undefined) {
    throw new DataError(`${path} is no file of splats; .ply, .splat or .spz was expected`);
  }
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new DataError(`${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
  const splats = await read(bytes, path),
    wrong = splats.count === 0 ? "it has no splats" : fault(splats);
  if (wrong !== null) throw new DataError(`${path}: ${wrong}`);
  if (degree !== undefined && splats.degree > degree) {
    throw new DataError(
      `${path} has colours of degree ${splats.degree}, and \`degree: ${degree}\` was asked for; ` +
        "leave it out to keep them",
    );
  }
  return splats;
}
