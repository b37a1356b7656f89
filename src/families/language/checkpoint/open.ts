/**
 * A checkpoint by what a suite writes: a folder, a GGUF file, or a name.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../base/mod.ts";
import { list } from "../../../base/text/mod.ts";
import type { ContentContext } from "../../../content/mod.ts";
import type { OpenContext } from "../../family.ts";
import type { Opened } from "./checkpoint.ts";
import { openGgufModel } from "./gguf/open.ts";
import { folderFiles, openFolder, tensorFiles } from "./hugging_face/folder.ts";
import { namedCheckpoints, namedFile } from "./named.ts";

const isNamed = (written: string) => Object.hasOwn(namedCheckpoints, written);

async function stat(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Opens a checkpoint. A named one is fetched when it is first used.
 * @throws DataError where there is none, or it can't be read
 */
export async function openCheckpoint(
  written: string,
  { path, cache, say }: Pick<OpenContext, "path" | "cache" | "say">,
): Promise<Opened> {
  if (isNamed(written)) return await openGgufModel(await namedFile(written, { say }));
  const place = path(written), found = await stat(place);
  if (found?.isDirectory) return await openFolder(place, { cache });
  if (found?.isFile && place.endsWith(".gguf")) return await openGgufModel(place);
  throw new DataError(
    `checkpoint ${written}: ` +
      (found === null ? `there is no ${place}` : `${place} is neither a folder nor a .gguf file`) +
      `; a folder as transformers writes it, a GGUF file or one of ${
        list(Object.keys(namedCheckpoints))
      } was expected`,
  );
}

/**
 * One digest of all files that a checkpoint is read from; undefined where there are none: opening it
 * says so.
 */
export async function checkpointContent(
  written: string,
  { path, files }: ContentContext,
): Promise<string | undefined> {
  if (isNamed(written)) return namedCheckpoints[written].sha256;
  const place = path(written), found = await stat(place);
  if (found === null) return undefined;
  if (!found.isDirectory) return await files([{ name: "model.gguf", path: place }]);
  const tensors = await tensorFiles(place).catch((error) => {
    if (error instanceof DataError) return []; // opening it says so
    throw error;
  });
  return await files(
    [...folderFiles, ...tensors].map((name) => ({ name, path: join(place, name) })),
  );
}
