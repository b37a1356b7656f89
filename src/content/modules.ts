/**
 * The code of a user's module: its bytes, and those of everything that it imports outside Likeness.
 * Deno's module graph lists the imports: static ones, dynamic ones of a literal, JSON. For npm
 * packages that the module names, the version counts. Files that a module opens by itself at run
 * time are not seen.
 * @module
 */
import { dirname, fromFileUrl, join, relative, toFileUrl } from "@std/path";
import { projectRoot, UsageError } from "../base/mod.ts";
import { sha256 } from "../base/digest/mod.ts";
import { digestOf, portable } from "./inputs.ts";

/** A user's module and what its digest is made of. */
export interface ModuleCode {
  /** `file:` URL, as the registry knows it. */
  readonly url: string;
  /**
   * What it imports, itself included: where a file lies by its name, which is relative to the
   * module's folder, or an address.
   */
  readonly files: { readonly [name: string]: string };
  /** npm's packages that it names, with what these need: name@version. */
  readonly packages: readonly string[];
}

/** A module with its digest at the time when its run was planned. */
export interface Source extends ModuleCode {
  readonly digest: string;
}

/** What `deno info --json` tells, as far as it is read. */
interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly local?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly npmPackage?: string;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
  readonly redirects?: { readonly [from: string]: string };
  readonly npmPackages?: { readonly [id: string]: { readonly dependencies: readonly string[] } };
}

/**
 * The files and packages of a module.
 * @param url the module, a `file:` URL
 * @param options.root folder of the Likeness that runs it; what lies in its `src` isn't the user's
 * @throws UsageError where Deno can't tell
 */
export async function moduleCode(
  url: string,
  { root = projectRoot }: { readonly root?: string | null } = {},
): Promise<ModuleCode> {
  const path = fromFileUrl(url);
  // First without Likeness and packages, whose graph takes a hundred times as long.
  const alone = await graphOf(path, ["--no-config", "--no-lock", "--no-npm", "--no-remote"]);
  const remote = alone.modules.some(({ specifier }) => /^(npm|jsr|https?):/.test(specifier));
  const config = root === null ? [] : ["--config", join(root, "deno.json")];
  return codeIn(remote ? await graphOf(path, config) : alone, { url, root });
}

async function graphOf(path: string, options: readonly string[]): Promise<Graph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--quiet", ...options, path],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return JSON.parse(text(stdout)) as Graph;
  const said = text(stderr).split("\n").slice(-3).join("\n  ");
  throw new UsageError(`module ${path}: its imports can't be read:\n  ${said}`);
}

/** Walks the graph from the module; stops at Likeness itself and at packages. */
function codeIn(
  graph: Graph,
  { url, root }: { readonly url: string; readonly root: string | null },
): ModuleCode {
  const own = root === null ? null : toFileUrl(`${root}/src/`).href;
  const modules = new Map(graph.modules.map((module) => [module.specifier, module]));
  const folder = dirname(fromFileUrl(url));
  const files: Record<string, string> = {};
  const packages = new Set<string>();
  const waiting = [url], seen = new Set(waiting);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const module = modules.get(graph.redirects?.[at] ?? at);
    const name = at.startsWith("file:") ? portable(relative(folder, fromFileUrl(at))) : at;
    files[name] = module?.local ?? (at.startsWith("file:") ? fromFileUrl(at) : "");
    for (const { specifier, code, npmPackage } of module?.dependencies ?? []) {
      const to = code?.specifier; // without `code` it imports types, which are gone at run time
      if (to === undefined || seen.has(to)) continue;
      seen.add(to);
      if (/^(file|https?|jsr|data):/.test(to)) {
        if (own === null || !to.startsWith(own)) waiting.push(to);
      } else if (specifier.startsWith("npm:")) {
        addPackages(npmPackage ?? specifier, graph, packages);
      }
      // By a bare name it takes what Likeness itself has, pinned by Likeness' own lock.
    }
  }
  return { url, files, packages: [...packages].sort() };
}

function addPackages(id: string, graph: Graph, into: Set<string>): void {
  if (into.has(id)) return;
  into.add(id);
  for (const needed of graph.npmPackages?.[id]?.dependencies ?? []) {
    addPackages(needed, graph, into);
  }
}

const known = new Map<string, Source>();

/**
 * A module with its digest now. What it imports is asked for once, since its files' bytes alone tell
 * it: as long as these are the same.
 * @throws UsageError where Deno can't tell what it imports
 */
export async function sourceOf(url: string): Promise<Source> {
  const before = known.get(url);
  if (before !== undefined && await codeDigest(before) === before.digest) return before;
  const code = await moduleCode(url);
  const source = { ...code, digest: await codeDigest(code) };
  known.set(url, source);
  return source;
}

/** The digest of a module's code as its files are now. */
export async function codeDigest({ files, packages }: ModuleCode): Promise<string> {
  const rows = await Promise.all(
    Object.entries(files).map(async ([name, path]) => {
      const bytes = await Deno.readFile(path).catch(() => null);
      return [name, bytes === null ? null : await sha256(bytes)] as const;
    }),
  );
  rows.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return digestOf(packages.length === 0 ? { files: rows } : { files: rows, packages });
}
