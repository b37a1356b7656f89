/**
 * Preloaded before the program: after a given write, every write below a folder fails as on a full
 * disk or a read-only one. `LIKENESS_FAULT` says how, see `WriteFault`.
 *
 * Writes by native code (SQLite's, for the index of digests) are not affected.
 * @module
 */
import { fromFileUrl, relative, resolve } from "@std/path";
import { preloadChildren } from "./children.ts";

/** What is to fail. */
export interface WriteFault {
  readonly folder: string;
  /** null: nothing fails, and the points are written down. */
  readonly code: "ENOSPC" | "EACCES" | null;
  /** The first write that fails; see `pointOf`. */
  readonly at: string | null;
  /** Of all processes: every point is appended to `points`; `begun` is there once writes fail. */
  readonly points: string;
  readonly begun: string;
}

/** Where a write is made, without what differs from run to run: "rename records/#/record.json". */
export function pointOf(operation: string, path: string, folder: string): string {
  const place = relative(resolve(folder), resolve(path)).replaceAll("\\", "/");
  const named = place
    .replace(/\.([^/]+)\.\d+-\d+-[0-9a-f]+\.tmp$/, "$1") // the name that it gets in the end
    .replace(/\.\d+\.[0-9a-f-]{36}\.part$/, "")
    .replace(/charts\/.*\.(svg|png)$/, "charts/*.$1")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}/g, "#");
  return `${operation} ${named}`;
}

/** What the system says. */
export function systemError(code: "ENOSPC" | "EACCES", operation: string, path: string): Error {
  if (code === "ENOSPC") {
    const error = new Error(`No space left on device (os error 28): ${operation} '${path}'`);
    return Object.assign(error, { code });
  }
  const message = `Permission denied (os error 13): ${operation} '${path}'`;
  return Object.assign(new Deno.errors.PermissionDenied(message), { code });
}

type Working = (...args: unknown[]) => unknown;

function install({ folder, code, at, points, begun }: WriteFault): void {
  const { writeTextFileSync, statSync, lstatSync } = Deno;
  const there = (path: string) => {
    try {
      return lstatSync(path);
    } catch {
      return null;
    }
  };
  /** Throws where this write is to fail. `takes`: what it needs. */
  const pass = (operation: string, given: string | URL, takes: "space" | "rights" | "both") => {
    const path = given instanceof URL ? fromFileUrl(given) : given;
    const inside = relative(resolve(folder), resolve(path));
    if (inside === ".." || inside.startsWith("../")) return;
    if (takes === (code === "ENOSPC" ? "rights" : "space") && code !== null) return;
    const point = pointOf(operation, path, folder);
    if (code === null) writeTextFileSync(points, `${takes} ${point}\n`, append);
    else if (there(begun) !== null || point === at) {
      writeTextFileSync(begun, `${point}\n`, append);
      throw systemError(code, operation, path);
    }
  };
  const append = { append: true } as const;
  const files = new WeakMap<Deno.FsFile, string>();
  const forWriting = (options?: Deno.OpenOptions) =>
    options?.write || options?.append || options?.create || options?.createNew || options?.truncate;
  /** Puts a check before a function, and before its `Sync` twin. */
  const before = (
    holder: object,
    name: string,
    check: (args: readonly unknown[], self: unknown) => void,
  ) => {
    const table = holder as Record<string, Working>;
    for (const key of [name, `${name}Sync`]) {
      const original = table[key];
      if (original === undefined) continue;
      table[key] = function (this: unknown, ...args: unknown[]) {
        if (key !== name) {
          check(args, this);
          return original.apply(this, args);
        }
        try {
          check(args, this);
        } catch (error) {
          return Promise.reject(error);
        }
        return original.apply(this, args);
      };
    }
  };
  for (const name of ["writeFile", "writeTextFile"]) {
    before(Deno, name, ([path]) => pass(name, path as string, "both"));
  }
  before(Deno, "mkdir", (args) => {
    const [path, options] = args as [string, Deno.MkdirOptions?];
    const stands = (options?.recursive ?? false) && there(path) !== null && statSync(path);
    if (!stands) pass("mkdir", path, "both");
  });
  before(Deno, "rename", ([, to]) => pass("rename", to as string, "both"));
  before(Deno, "remove", ([path]) => {
    if (there(path as string) !== null) pass("remove", path as string, "rights");
  });
  before(Deno, "symlink", ([, path]) => pass("symlink", path as string, "both"));
  before(Deno, "copyFile", ([, path]) => pass("copyFile", path as string, "both"));
  for (const name of ["makeTempFile", "makeTempDir"]) {
    before(Deno, name, ([options]) => {
      const { dir } = (options ?? {}) as Deno.MakeTempOptions;
      if (dir !== undefined) pass(name, `${dir}/temporary`, "both");
    });
  }
  before(Deno, "open", (args) => {
    const [path, options] = args as [string, Deno.OpenOptions?];
    // A file that is there can be opened on a full disk.
    if (forWriting(options)) pass("open", path, there(path) === null ? "both" : "rights");
  });
  const { open, openSync } = Deno;
  const note = (file: Deno.FsFile, path: string | URL, options?: Deno.OpenOptions) => {
    if (forWriting(options)) files.set(file, path instanceof URL ? fromFileUrl(path) : path);
    return file;
  };
  Deno.open = async (path, options) => note(await open(path, options), path, options);
  Deno.openSync = (path, options) => note(openSync(path, options), path, options);
  for (const name of ["write", "sync", "truncate"]) {
    before(Deno.FsFile.prototype, name, (_, file) => {
      const path = files.get(file as Deno.FsFile);
      if (path !== undefined) pass(name, path, "space");
    });
  }
}

const told = Deno.env.get("LIKENESS_FAULT");
if (told !== undefined) {
  install(JSON.parse(told));
  preloadChildren(import.meta.url);
}
