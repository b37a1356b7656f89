/**
 * What samples from elsewhere rest on: a folder's pictures; a program's own file and the files that
 * its command names. What a program opens without being told isn't seen, nor what stands behind an
 * address.
 * @module
 */
import { isAbsolute, join, relative } from "@std/path";
import type { ContentContext, NamedFile } from "../../content/mod.ts";
import { DataError } from "../../base/mod.ts";
import { listPictures } from "../../data/folder/mod.ts";
import type { ExternalConfig } from "./external.ts";

/**
 * Where programs lie that belong to the system, as Python does: they are part of the machine, as its
 * libraries are, and of no run.
 */
const system = /^(\/usr\/(bin|sbin|lib|libexec)|\/bin|\/sbin|\/nix\/store|[A-Za-z]:\\Windows)[/\\]/;

/** A digest of what an entry names; undefined where there is nothing, or it isn't there. */
export async function externalContent(
  { folder, command, tokenizer, files: own = [] }: ExternalConfig,
  { path, files }: ContentContext,
): Promise<string | undefined> {
  if (folder !== undefined) {
    const root = path(folder);
    const found = await picturesIn(root);
    return found === null ? undefined : await files(found);
  }
  const also = tokenizer === undefined ? own : [tokenizer, ...own];
  const named = command === undefined ? [] : await commandFiles(command, path);
  for (const written of also) {
    const root = path(written);
    for (const file of await filesBelow(root, [])) {
      named.push({ name: `${written}/${relative(root, file)}`, path: file });
    }
  }
  return named.length === 0 ? undefined : await files(named);
}

/** The program's own file, and the words that name files: `FILE` and `--weights=FILE` alike. */
async function commandFiles(
  [program, ...words]: readonly string[],
  path: ContentContext["path"],
): Promise<NamedFile[]> {
  const named: NamedFile[] = [];
  const own = await programFile(program, path);
  if (own !== null && !system.test(own)) named.push({ name: "program", path: own });
  for (const [i, word] of words.entries()) {
    const written = [word, word.slice(word.indexOf("=") + 1)].filter((part) => part !== "");
    for (const part of written) {
      if (!await isFile(path(part))) continue;
      named.push({ name: `word ${i + 1}`, path: path(part) });
      break;
    }
  }
  return named;
}

async function picturesIn(root: string): Promise<NamedFile[] | null> {
  try {
    const { paths } = await listPictures(root, { layout: "plain", test: 0 });
    return paths.map((path) => ({ name: relative(root, path), path }));
  } catch (error) {
    if (error instanceof DataError) return null; // reading it tells why
    throw error;
  }
}

/** A program's file, links followed; null where there is none. */
async function programFile(
  program: string,
  path: ContentContext["path"],
): Promise<string | null> {
  const places = isPath(program)
    ? [path(program)]
    : (Deno.env.get("PATH") ?? "").split(delimiterOf()).map((folder) => join(folder, program));
  for (const place of places) {
    if (await isFile(place)) return await Deno.realPath(place);
  }
  return null;
}

const delimiterOf = () => Deno.build.os === "windows" ? ";" : ":";

/** Whether a program is named by its path, and not looked for in $PATH. */
export const isPath = (program: string) => isAbsolute(program) || /[/\\]/.test(program);

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}

/** A file, or all files below a folder; links are followed, but not back up to where they lie. */
async function filesBelow(path: string, above: readonly string[]): Promise<string[]> {
  const real = await Deno.realPath(path).catch(() => null);
  if (real === null) throw new DataError(`external: \`files\` names ${path}, which isn't there`);
  if (await isFile(real)) return [path];
  if (above.includes(real)) return [];
  const found: string[] = [];
  for await (const { name } of Deno.readDir(real)) {
    found.push(...await filesBelow(join(path, name), [...above, real]));
  }
  return found;
}
