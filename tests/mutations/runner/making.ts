/**
 * What is made of a mutant's file, where that isn't loaded itself: a module of WebAssembly from its
 * sources.
 * @module
 */
import { join } from "@std/path";
import { asInstalled } from "../../../src/base/program/child.ts";
import type { Making } from "./mutant.ts";

/** A file's bytes. */
export interface Kept {
  readonly file: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The bytes of files of a tree, as they are. */
export async function keep(tree: string, files: readonly string[]): Promise<Kept[]> {
  return await Promise.all(
    files.map(async (file) => ({ file, bytes: await Deno.readFile(join(tree, file)) })),
  );
}

/** Makes it in a tree. Gives what was said where it failed; null where it didn't. */
export async function makeAnew(tree: string, making: Making | undefined): Promise<string | null> {
  if (making === undefined) return null;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", asInstalled, making.script],
    cwd: tree,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return null;
  return `${making.script}: ${new TextDecoder().decode(stderr).trim().slice(0, 300)}`;
}
