/**
 * The graph of imports as Deno reads it: static, of types, and dynamic with a name that is spelt out.
 * @module
 */
import { join, toFileUrl } from "@std/path";

/** How a file imports another. */
export type ImportKind = "code" | "type" | "dynamic";

/** An import of one file of the tree by another. Paths are from the root, with slashes. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: ImportKind;
}

/** Files of a tree with what they import of it. */
export interface ImportGraph {
  readonly files: readonly string[];
  readonly imports: readonly Import[];
}

/** A folder of sources in AssemblyScript: its files are no modules of Deno's. */
export const ASSEMBLY = "assembly";

/** TypeScript files below a folder, sorted; declarations and AssemblyScript are none. */
export async function sourceFiles(root: string, folder = "src"): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== ASSEMBLY) found.push(...await sourceFiles(root, path));
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) found.push(path);
  }
  return found.sort();
}

interface Module {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string; readonly error?: string };
    readonly type?: { readonly specifier?: string; readonly error?: string };
    readonly isDynamic?: boolean;
  }[];
}

/**
 * Reads the imports among the files of folders below a root, by `deno info`.
 * @throws Error where Deno can't read the graph, or an import of a file leads nowhere
 */
export async function importGraph(root: string, folders = ["src"]): Promise<ImportGraph> {
  const files = (await Promise.all(folders.map((folder) => sourceFiles(root, folder)))).flat();
  const folder = await Deno.makeTempDir({ prefix: "house-" });
  try {
    const entry = join(folder, "entry.ts");
    const lines = files.map((file) =>
      `import ${JSON.stringify(toFileUrl(join(root, file)).href)};`
    );
    await Deno.writeTextFile(entry, lines.join("\n"));
    const config = join(root, "deno.json");
    const own = await Deno.stat(config).then(() => [`--config=${config}`], () => ["--no-config"]);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-npm", "--no-lock", ...own, entry],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`deno info: ${new TextDecoder().decode(stderr).trim()}`);
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
    return { files, imports: importsOf(modules, { root, files }) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function importsOf(
  modules: readonly Module[],
  { root, files }: { readonly root: string; readonly files: readonly string[] },
): Import[] {
  const base = `${toFileUrl(root).href.replace(/\/$/, "")}/`;
  const known = new Set(files);
  const path = (specifier: string) => decodeURI(specifier.slice(base.length));
  const broken = modules.filter(({ specifier, error }) =>
    error !== undefined && specifier.startsWith(base)
  );
  if (broken.length > 0) {
    throw new Error(
      broken.map(({ specifier, error }) => `${path(specifier)}: ${error}`).join("\n"),
    );
  }
  return modules.filter(({ specifier }) => known.has(path(specifier))).flatMap((module) =>
    (module.dependencies ?? []).flatMap(({ code, type, isDynamic }) => {
      const kinds = [[code, isDynamic ? "dynamic" : "code"], [type, "type"]] as const;
      return kinds.flatMap(([side, kind]): Import[] => {
        const to = side?.specifier;
        if (to === undefined || !to.startsWith(base) || !known.has(path(to))) return [];
        return [{ from: path(module.specifier), to: path(to), kind }];
      });
    })
  );
}
