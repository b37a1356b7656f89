/**
 * Docs lint: every export has a docstring. `deno doc --lint` would also ask for one on each field of
 * an interface, and calls the types of npm packages private, so this reads `deno doc --json` instead.
 * `deno run -A tests/doc_lint.ts [FILES…]`, default all of src.
 * @module
 */
import { fromFileUrl, relative } from "@std/path";

interface Documented {
  readonly doc?: string;
}

interface Declaration {
  readonly declarationKind: string;
  readonly kind: string;
  readonly jsDoc?: Documented;
  readonly location: { readonly line: number };
}

interface Module {
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly Declaration[];
  }[];
}

/** One line a missing docstring, "src/x.ts:12: function `y` has no docstring". */
export async function undocumented(files: readonly string[]): Promise<string[]> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, Module>;
  };
  return Object.entries(nodes).flatMap(([url, module]) => {
    const file = relative(Deno.cwd(), fromFileUrl(url));
    return module.symbols.flatMap(({ name, declarations }) => {
      const own = declarations.filter((d) => d.declarationKind === "export");
      // What is handed on from another module has its docstring there.
      if (own.every((d) => d.kind === "reference")) return [];
      // An overloaded function is documented once.
      if (own.length === 0 || own.some(({ jsDoc }) => jsDoc?.doc)) return [];
      return [`${file}:${own[0].location.line + 1}: ${own[0].kind} \`${name}\` has no docstring`];
    });
  });
}

/** All TypeScript files of a folder, but for those in AssemblyScript. */
export function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return entry.name === "assembly" ? [] : sources(path);
    return /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  }).sort();
}

if (import.meta.main) {
  const missing = await undocumented(Deno.args.length > 0 ? Deno.args : sources("src"));
  for (const line of missing) console.error(line);
  if (missing.length > 0) Deno.exitCode = 1;
}
