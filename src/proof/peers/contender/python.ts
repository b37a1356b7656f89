/**
 * The environment of the Python side: a venv in the cache, made with pip from pinned requirements.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { sha256 } from "../../../base/digest/mod.ts";
import { cacheFolder } from "../../../install/tensorflow/mod.ts";
import { UsageError } from "../../../base/mod.ts";

/** Where the peers compute. */
export type PeerDevice = "cpu" | "cuda";

/** The Python that the pinned wheels are for. */
const PYTHON = "3.11";
const folder = new URL("../../../../tests/peers/", import.meta.url);
const REQUIREMENTS: Readonly<Record<PeerDevice, string>> = {
  cpu: "requirements.txt",
  cuda: "requirements_cuda.txt",
};
/** Written last: an environment without it was interrupted and is made again. */
const DONE = "likeness.json";

/** The script that a contender of the Python side runs. */
export const WORKER: string = fromFileUrl(new URL("worker.py", folder));

/** The environment's folder, whether or not it is there. */
export function peersFolder(device: PeerDevice): string {
  return join(cacheFolder(), "peers", device);
}

function pythonOf(venv: string): string {
  return join(venv, "bin", "python");
}

async function wanted(device: PeerDevice): Promise<string> {
  const text = await Deno.readFile(new URL(REQUIREMENTS[device], folder));
  return JSON.stringify({ python: PYTHON, requirements: await sha256(text) });
}

/**
 * The Python of the environment; null where there is none of these requirements.
 * `LIKENESS_PEERS_PYTHON` names another Python that has the packages.
 */
export async function findPeersPython(device: PeerDevice): Promise<string | null> {
  const own = Deno.env.get("LIKENESS_PEERS_PYTHON");
  if (own) {
    const found = await Deno.stat(own).catch(() => null);
    if (found === null) throw new UsageError(`LIKENESS_PEERS_PYTHON: there is no ${own}`);
    return own;
  }
  const venv = peersFolder(device);
  const made = await Deno.readTextFile(join(venv, DONE)).catch(() => null);
  return made === await wanted(device) ? pythonOf(venv) : null;
}

/**
 * Runs a program to its end.
 * @param live whether what it says on standard output is shown
 * @throws UsageError with its last lines if it fails
 */
export async function runTool(
  command: string,
  args: readonly string[],
  live: boolean,
): Promise<void> {
  let child: Deno.CommandOutput;
  try {
    child = await new Deno.Command(command, {
      args: [...args],
      stdout: live ? "inherit" : "piped",
      stderr: "piped",
    }).output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UsageError(
      `${command} is not on the PATH: the peers need Python ${PYTHON} with pip and venv, or set ` +
        "LIKENESS_PEERS_PYTHON to a Python that has tests/peers/requirements.txt installed",
      { cause },
    );
  }
  if (child.success) return;
  const words = new TextDecoder().decode(child.stderr).trim().split("\n").slice(-4).join("\n  ");
  throw new UsageError(`${[command, ...args].join(" ")} failed:\n  ${words}`);
}

/**
 * The environment's Python, made where it is missing or its requirements changed: some 3 GB to
 * download, 6 GB on disk, as PyPI's torch for x86-64 Linux is the CUDA build.
 * @param say told what is done
 * @throws UsageError without Python 3.11, pip or a network
 */
export async function peersPython(
  device: PeerDevice,
  say: (line: string) => void,
): Promise<string> {
  const found = await findPeersPython(device);
  if (found !== null) return found;
  const venv = peersFolder(device);
  say(`making ${venv}: PyTorch and JAX, some 3 GB to download, 6 GB on disk`);
  await Deno.remove(venv, { recursive: true }).catch(() => {});
  await Deno.mkdir(venv, { recursive: true });
  await runTool(`python${PYTHON}`, ["-m", "venv", venv], false);
  const file = fromFileUrl(new URL(REQUIREMENTS[device], folder));
  // The CPU file lists every package that is imported; without --no-deps pip would add 1 GB more.
  const deps = device === "cpu" ? ["--no-deps"] : [];
  await runTool(pythonOf(venv), ["-m", "pip", "install", "--quiet", ...deps, "-r", file], true);
  await runTool(pythonOf(venv), ["-c", "import torch, jax, safetensors"], false);
  await Deno.writeTextFile(join(venv, DONE), await wanted(device));
  return pythonOf(venv);
}
