/**
 * Downloads through pip, so that the user's index, mirrors, proxies and certificates are used.
 * @module
 */
import { join } from "@std/path";
import { formatBytes } from "../base/text/mod.ts";
import { isOlder } from "./tensorflow/platform.ts";
import type { Wheel } from "./tensorflow/wheels.ts";
import { failure, type Product, tensorflow } from "./events.ts";
import { sha256OfFile } from "../base/digest/mod.ts";

/** A pip that runs. */
export interface Pip {
  readonly command: readonly string[];
  readonly version: string;
  /** Variables that it gets beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** What it is to get. */
  readonly product: Product;
}

/** How pip is called, in the order in which it is looked for. */
const candidates: readonly (readonly string[])[] = [
  ["python3", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["python", "-m", "pip"],
];

/** The first pip that knows platform tags like manylinux_2_27. */
const oldestPip = "20.3";

/** How often the growing file is looked at. */
const pollMilliseconds = 200;

/**
 * Finds pip.
 * @param options `path` in place of the PATH of this process.
 * @throws EngineError where there is none, or only one too old
 */
export async function findPip(
  wheels: readonly Wheel[],
  { path, product = tensorflow }: { path?: string; product?: Product } = {},
): Promise<Pip> {
  const env: Record<string, string> = path === undefined ? {} : { PATH: path };
  const old: string[] = [];
  for (const command of candidates) {
    const version = await versionOf(command, env);
    if (version === undefined) continue;
    if (!isOlder(version, oldestPip)) return { command, version, env, product };
    old.push(`${command.join(" ")} is ${version}`);
  }
  const tried = candidates.map((c) => `\`${c.join(" ")}\``).join(", ");
  const found = old.length === 0 ? `none of ${tried} runs` : old.join(", ");
  const elsewhere = [`pip download`, ...downloadArguments(wheels[0]), "-d wheels"].join(" ");
  throw failure(
    `pip ${oldestPip} or newer is needed to download ${product.title}, and ${found}; install it (Debian ` +
      `and Ubuntu: python3-pip), or get the wheels on another machine and name them with --from:\n` +
      `  ${elsewhere}${wheels.length > 1 ? "\n  (and so on for each package)" : ""}`,
    undefined,
    product,
  );
}

async function versionOf(
  [program, ...args]: readonly string[],
  env: Record<string, string>,
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: [...args, "--version"],
      env,
      stdout: "piped",
      stderr: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).match(/^pip (\d+(?:\.\d+)*)/)?.[1];
  } catch (error) {
    // Not there, or not a program: the next one.
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}

/**
 * "name==version" and the options that make pip take exactly this wheel, whatever Python it has.
 * Wheels for any Python 3 are taken with the same options.
 */
export function downloadArguments({ file }: Wheel): string[] {
  const [name, version, , , platform] = file.replace(/\.whl$/, "").split("-");
  return [
    ...["--no-deps", "--only-binary=:all:"],
    ...["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"],
    ...["--platform", platform.split(".")[0]],
    `${name.replaceAll("_", "-")}==${version}`,
  ];
}

/** What `downloadWheel` needs beside the wheel. */
export interface DownloadOptions {
  readonly pip: Pip;
  /** Where the wheel goes. */
  readonly folder: string;
  /** For what pip writes on the way; emptied before and after. */
  readonly temporary: string;
  /** Hears how much has come so far. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Downloads one wheel. What it holds is for `wheelFault` to say.
 * @returns its path
 * @throws EngineError where pip fails, or gives a file of another name
 */
export async function downloadWheel(wheel: Wheel, options: DownloadOptions): Promise<string> {
  const { pip, folder, temporary, onBytes = () => {} } = options;
  await emptyFolder(temporary);
  await Deno.mkdir(folder, { recursive: true });
  const [program, ...before] = pip.command;
  const child = new Deno.Command(program, {
    args: [
      ...before,
      "download",
      // What is kept here need not be kept by pip as well.
      "--no-cache-dir",
      ...["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--quiet"],
      ...["-d", folder],
      ...downloadArguments(wheel),
    ],
    // /tmp may be smaller than a wheel.
    env: { ...pip.env, TMPDIR: temporary },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const watch = setInterval(async () => {
    onBytes(Math.min(await bytesIn(temporary), wheel.bytes));
  }, pollMilliseconds);
  try {
    const { success, stderr } = await child.output();
    if (!success) throw pipFailed(wheel, new TextDecoder().decode(stderr), pip.product);
  } finally {
    clearInterval(watch);
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
  const path = join(folder, wheel.file);
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  const what =
    `pip ${pip.version} did not download ${wheel.file}, which was asked for; ${nextTime}`;
  throw failure(what, undefined, pip.product);
}

/** What to do about a file that isn't the pinned one. */
export const nextTime =
  "run this again; if that doesn't help, the index or a proxy that pip uses " +
  "serves another file, and --from can name the right one";

/** What is wrong with a wheel on disk: missing, of another size, of another sha256. */
export async function wheelFault(
  wheel: Wheel,
  path: string,
  onBytes?: (bytes: number) => void,
): Promise<string | undefined> {
  const size = await Deno.stat(path).then((s) => s.size, () => null);
  if (size === null) return "it isn't there";
  if (size !== wheel.bytes) {
    return `it has ${size} bytes instead of ${wheel.bytes} (an interrupted download?)`;
  }
  const sha256 = await sha256OfFile(path, onBytes);
  if (sha256 !== wheel.sha256) return `its sha256 is ${sha256}, not ${wheel.sha256}`;
}

/** pip's own last words, and what they mean. */
function pipFailed({ file, bytes }: Wheel, stderr: string, product: Product): Error {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const errors = lines.filter((line) => line.startsWith("ERROR:"));
  const words = (errors.length > 0 ? errors : lines.slice(-3)).map((line) => `\n  pip: ${line}`);
  const what = /No matching distribution|no matching distribution/.test(stderr)
    ? "the index that pip uses doesn't offer it, or can't be reached; see `pip config list`"
    : /No space left/i.test(stderr)
    ? "the disk is full; make room, or set LIKENESS_CACHE to a folder on another"
    : "run this again: complete files are kept, and this one starts again";
  return failure(
    `pip could not download ${file} (${formatBytes(bytes)}); ${what}${words.join("")}`,
    undefined,
    product,
  );
}

async function emptyFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(path, { recursive: true });
}

/** Bytes of all files below a folder; those that vanish meanwhile count nothing. */
async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) sum += await bytesIn(path);
      else sum += (await Deno.stat(path)).size;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return sum;
}
