/**
 * Folders that a command writes whole or not at all.
 * @module
 */
import { UsageError } from "../base/mod.ts";

/** A folder beside the one to be written, to be renamed once all is in it. @throws UsageError */
async function partOf(to: string): Promise<string> {
  try {
    for await (const { name } of Deno.readDir(to)) {
      throw new UsageError(`--to ${to}: ${name} is in it; name a folder that is new or empty`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`--to ${to} is a file; name a folder that is new or empty`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const part = `${to.replace(/\/+$/, "")}.part`;
  await Deno.remove(part, { recursive: true }).catch(() => {});
  await Deno.mkdir(part, { recursive: true });
  return part;
}

/**
 * Makes the folder `to` of what `write` puts into the one that it is given; of a failure nothing stays.
 * @throws UsageError where `to` is a file, or a folder that isn't empty
 */
export async function writeFolder(
  to: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const part = await partOf(to);
  try {
    await write(part);
    await Deno.remove(to).catch(() => {});
    await Deno.rename(part, to);
  } catch (error) {
    await Deno.remove(part, { recursive: true }).catch(() => {});
    throw error;
  }
}
