/**
 * Names of a folder's pictures.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import { walkPictures } from "../../folder/walk.ts";

/** Pictures in a folder and below, relative to it, sorted by code unit. @throws DataError: no folder */
export async function namesIn(folder: string): Promise<string[]> {
  const stat = await Deno.stat(folder).catch(() => null);
  if (!stat?.isDirectory) {
    throw new DataError(
      `${folder}: no such folder of pictures; \`images\` in the suite's data names it`,
    );
  }
  return await Array.fromAsync(walkPictures(folder));
}
