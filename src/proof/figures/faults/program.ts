/**
 * The real command line in its own process group, which can be killed as a whole: at a given
 * moment, or if it doesn't end by itself.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { root } from "../process.ts";

/** How it ended. */
export interface Ended {
  /** null: it was killed, at the moment asked for or because it was late. */
  readonly code: number | null;
  /** Whether it was still running after the time that it had. */
  readonly late: boolean;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is started. */
export interface StartOptions {
  /** A module of this folder that runs before the program's own, in its workers too. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether `env` is all that it sees. */
  readonly clearEnv?: boolean;
  readonly cwd?: string;
  /** Seconds after which all of its processes are killed. */
  readonly killAfter?: number;
  /** Asked every few hundredths of a second; true kills all of its processes. */
  readonly killWhen?: () => boolean;
  /** Seconds after which it is late, and killed too. */
  readonly limit?: number;
}

/** Seconds that a command of a second or two may take on a machine that does other things as well. */
const patience = 180;

/**
 * A folder that isn't there: what is installed on this machine while trials go on (OpenBLAS) would
 * change last bits from one trial to the next.
 */
const nothingInstalled = join(root, ".likeness", "nothing-installed");

/** Runs `likeness WORDS` and waits; nothing but npm's packages is there for it. */
export function likenessEnds(
  words: readonly string[],
  { preload, env, ...options }: StartOptions = {},
): Promise<Ended> {
  const before = preload === undefined
    ? []
    : [`--preload=${fromFileUrl(new URL(preload, import.meta.url))}`];
  return ends([Deno.execPath(), "run", "-A", ...before, "src/main.ts", ...words], {
    ...options,
    env: { LIKENESS_CACHE: nothingInstalled, ...env },
  });
}

/** Runs any program and waits. */
export async function ends(
  [program, ...args]: readonly string[],
  { env = {}, clearEnv = false, cwd = root, killAfter, killWhen, limit = patience }: StartOptions =
    {},
): Promise<Ended> {
  const start = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd,
    clearEnv,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  let killed = false, late = false;
  const kill = () => {
    try {
      Deno.kill(-child.pid, "SIGKILL");
      killed = true;
    } catch {
      // all of it has ended
    }
  };
  const timers = [
    ...(killAfter === undefined ? [] : [setTimeout(kill, killAfter * 1000)]),
    setTimeout(() => {
      late = true;
      kill();
    }, limit * 1000),
  ];
  const watch = killWhen && setInterval(() => killWhen() && kill(), 20);
  try {
    const { code, stdout, stderr } = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      code: killed ? null : code,
      late,
      seconds: (performance.now() - start) / 1000,
      stdout: text(stdout),
      stderr: text(stderr),
    };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    clearInterval(watch);
  }
}

/** The last lines that a program said, in one. */
export function lastSaid({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): string {
  return (stderr.trim() || stdout.trim()).split("\n").slice(-3).join(" | ").slice(0, 300);
}

/** How an end is shown where it isn't what it should be. */
export function shownEnd(ended: Ended): string {
  const how = ended.late
    ? `hadn't ended after ${ended.seconds.toFixed(0)} s`
    : ended.code === null
    ? "was killed"
    : `exit code ${ended.code}`;
  return `${how}: ${lastSaid(ended)}`;
}

/**
 * What is wrong with an end that should have told a fault of the surroundings, by 2 or 3; null:
 * nothing.
 */
export function wronglyTold(ended: Ended): string | null {
  if (ended.late || ended.code === null) return shownEnd(ended);
  if (`${ended.stdout}${ended.stderr}`.includes("this is a bug in Likeness")) {
    return `taken for a bug in Likeness: ${lastSaid(ended)}`;
  }
  return ended.code === 2 || ended.code === 3 ? null : shownEnd(ended);
}
