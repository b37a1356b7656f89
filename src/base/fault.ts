/**
 * Decides whose fault an error is and what to do about it. The command line, the causes in records
 * and every program's end use this one place.
 * @module
 */
import { exitCodes, ToldError, UsageError } from "./errors.ts";

/** What an error comes to. */
export interface Fault {
  /**
   * `usage`: what was asked; `told`: what can't be had here; `surroundings`: disk, rights, memory;
   * `module`: code of the user's; `ours`: Likeness itself.
   */
  readonly of: "usage" | "told" | "surroundings" | "module" | "ours";
  /** For people: what happened, where, and what to do where that is known. */
  readonly message: string;
  readonly exitCode: number;
}

/** What to do about what the system refused, by its error code. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free some space",
  EDQUOT: "your disk quota is used up: free some space",
  EFBIG: "the file would be too large (`ulimit -f` shows the limit)",
  EACCES: "permission denied: check the permissions",
  EPERM: "permission denied: check the permissions",
  EROFS: "nothing can be written there",
  EISDIR: "a folder is in the way, where a file should be: move it",
  ENOTDIR: "a file is in the way, where a folder should be: move it",
  EEXIST: "something else is in the way: move it",
  ENAMETOOLONG: "the name is too long for the file system: choose a shorter one",
  EMFILE: "too many files are open: raise `ulimit -n`, or use fewer --jobs",
  ENFILE: "too many files are open on this machine: end other programs, or use fewer --jobs",
  ENOMEM: "not enough memory: use fewer --jobs",
  EAGAIN: "the system can't start another process or thread: use fewer --jobs",
  EIO: "the disk or the network drive has failed: check it",
  ESTALE: "the network drive was lost: check it",
};

/** The system's code of an error that the operating system gave; undefined for any other. */
function systemCode(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) && !(error instanceof TypeError)
    ? code
    : undefined;
}

/** Whether the operating system refused something: a file, a process, memory. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && systemCode(error) !== undefined;
}

/** What to do about an error of the system; null for any other error, or where nothing is known. */
export function systemAdvice(error: unknown): string | null {
  return error instanceof Error ? advice[systemCode(error) ?? ""] ?? null : null;
}

/** Colours that Deno puts into messages about modules, on a terminal. */
const colours = new RegExp("\u001b\\[[0-9;]*m", "g");

const ownCode = new URL("../", import.meta.url).href;
let userModules = false;

/** Told before the first module of the user's is imported: what is neither ours nor a package's is theirs. */
export function expectUserModules(): void {
  userModules = true;
}

/** "my/family.ts:50:13" of a URL with its place, as seen from the working folder. */
function shown(url: string, line: string, column: string): string {
  const path = decodeURIComponent(new URL(url).pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  const here = `${Deno.cwd().replaceAll("\\", "/")}/`;
  return `${path.startsWith(here) ? path.slice(here.length) : path}:${line}:${column}`;
}

/**
 * The nearest line of a user's module that an error came through, or null where it came through
 * none.
 */
export function userPlace(error: unknown): string | null {
  if (!userModules || !(error instanceof Error)) return null;
  const stack = (error.stack ?? "").replaceAll(colours, "");
  for (const [, url, line, column] of stack.matchAll(/(file:\S+?):(\d+):(\d+)/g)) {
    if (!url.startsWith(ownCode) && !url.includes("/node_modules/")) {
      return shown(url, line, column);
    }
  }
  return userPlace(error.cause);
}

/** The message of an error with what is known beside it: its kind, its place, what to do. */
export function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name } = error, message = error.message.replaceAll(colours, "");
  const what = name === "Error" || error instanceof ToldError || error instanceof UsageError ||
      isSystemError(error)
    ? message
    : `${name}: ${message}`;
  const place = error instanceof ToldError || error instanceof UsageError ? null : userPlace(error);
  const told = place === null || what.includes(place) ? what : `${what} (${place})`;
  const todo = systemAdvice(error);
  return todo === null ? told : `${told}; ${todo}`;
}

/** Whose fault it is; see the module. */
export function faultOf(error: unknown): Fault {
  const message = described(error);
  if (error instanceof UsageError) return { of: "usage", message, exitCode: exitCodes.usage };
  const of = error instanceof ToldError
    ? "told"
    : userPlace(error) !== null
    ? "module"
    : isSystemError(error)
    ? "surroundings"
    : "ours";
  return { of, message, exitCode: exitCodes.failed };
}

/** Says on `warn` what went wrong; returns the exit code for it. */
export function explain(error: unknown, warn: (line: string) => void): number {
  const { of, message, exitCode } = faultOf(error);
  if (of === "ours") {
    warn("this is a bug in Likeness, not in your input; please report it with these lines:");
    warn(error instanceof Error ? error.stack ?? String(error) : String(error));
  } else if (of === "module") {
    warn(`your module failed: ${message}`);
  } else {
    warn(message);
  }
  return exitCode;
}
