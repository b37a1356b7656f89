/**
 * Programs that write files which are kept in the tree, and with `--check` compare them.
 * @module
 */
import { exitCodes, ToldError } from "../errors.ts";

/** A file that is built. */
export interface Built {
  readonly path: string;
  /** As it is called in messages. */
  readonly name: string;
  build(): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Builds each file, and writes it where it is another; with `--check` it only says so.
 * @param task how the program is called: "deno task kernels"
 * @returns the exit code
 */
export async function keepBuilt(
  task: string,
  { files, words }: { readonly files: readonly Built[]; readonly words: readonly string[] },
): Promise<number> {
  const check = words.includes("--check");
  const unknown = words.filter((word) => word !== "--check");
  if (unknown.length > 0) {
    console.error(`${task} [--check]: no option ${unknown.join(" ")}`);
    return exitCodes.usage;
  }
  let differ = 0;
  for (const { path, name, build } of files) {
    const bytes = await build();
    const kept = await Deno.readFile(path).catch(() => new Uint8Array());
    const same = kept.length === bytes.length && kept.every((byte, i) => byte === bytes[i]);
    if (!same && check) differ++;
    else if (!same) await Deno.writeFile(path, bytes);
    const end = same ? "as it was" : check ? `differs: \`${task}\` builds it` : "written";
    console.log(`${name}: ${bytes.length} bytes, ${end}`);
  }
  return differ === 0 ? exitCodes.pass : exitCodes.regressed;
}

/** Runs Deno in a folder. @returns what it said @throws ToldError where it fails */
export async function saidByDeno(args: readonly string[], cwd: string): Promise<string> {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim();
  if (!success) throw new ToldError(`deno ${args.join(" ")}:\n${said}`);
  return said;
}
