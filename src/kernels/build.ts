/**
 * Builds the modules from their sources in AssemblyScript: `deno task kernels`, with `--check` to
 * compare what it builds with the bytes that are here. The compiler is taken from npm for this alone,
 * and is no dependency of the project.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { ToldError } from "../base/mod.ts";
import { keepBuilt, saidByDeno } from "../base/build/mod.ts";
import { runProgram } from "../base/program/mod.ts";

/** The compiler whose bytes are kept. */
export const COMPILER = "npm:assemblyscript@0.28.20/asc";

const here = fromFileUrl(new URL(".", import.meta.url));

/** A module of ours. */
export interface Module {
  /** The source to begin with, in assembly/. */
  readonly source: string;
  /** Its bytes, beside this file. */
  readonly file: string;
  /** `shared`: memory of its own, of which threads have a share; `lent`: somebody else's. */
  readonly memory: "shared" | "lent";
}

/** What is built. */
export const modules: readonly Module[] = [
  { source: "splat.ts", file: "splat.wasm", memory: "shared" },
  { source: "hash_grid.ts", file: "hash_grid.wasm", memory: "lent" },
];

/** What every module is built with: memory from outside, no runtime, nothing inexact. */
const options = [
  ...["-O3", "--runtime", "stub", "--noAssert", "--noColors"],
  ...["--importMemory", "--noExportMemory", "--initialMemory", "1"],
  // Vectors are passed from function to function of a module, never out of it.
  ...["--disableWarning", "112"],
];

const optionsOf: Readonly<Record<Module["memory"], readonly string[]>> = {
  shared: ["--sharedMemory", "--maximumMemory", "65536", "--enable", "simd,threads"],
  lent: ["--enable", "simd"],
};

/** The arguments with which Deno runs the compiler. */
export function compilerArguments(rest: readonly string[]): string[] {
  return [
    ...["run", "-A", "--quiet", "--no-config", "--no-lock", "--node-modules-dir=none"],
    ...[COMPILER, ...rest],
  ];
}

/** The bytes of a module, built now. @throws ToldError where the compiler can't be had, or refuses */
export async function build(
  { source, memory }: Omit<Module, "file">,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "kernels-" });
  try {
    const out = join(folder, "out.wasm");
    const said = await saidByDeno(
      compilerArguments([source, ...options, ...optionsOf[memory], "-o", out]),
      join(here, "assembly"),
    );
    if (said !== "") throw new ToldError(`${COMPILER} on assembly/${source}:\n${said}`);
    return await Deno.readFile(out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function main(): Promise<number> {
  const files = modules.map(({ file, ...rest }) => ({
    path: join(here, file),
    name: `src/kernels/${file}`,
    build: () => build(rest),
  }));
  return keepBuilt("deno task kernels", { files, words: Deno.args });
}

if (import.meta.main) runProgram(main);
