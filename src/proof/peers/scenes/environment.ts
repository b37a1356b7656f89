/**
 * The Python of gsplat: that of the other peers, with a folder of its own beside it in the cache.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { sha256 } from "../../../base/digest/mod.ts";
import { findPeersPython, peersFolder, peersPython, runTool } from "../contender/python.ts";

const requirements = new URL(
  "../../../../tests/peers/requirements_scenes.txt",
  import.meta.url,
);
/** Written last: a folder without it was interrupted and is made again. */
const DONE = "likeness.json";

/** A Python, and the folder of packages that it needs beside its own. */
export interface GsplatPython {
  readonly python: string;
  /** For `PYTHONPATH`. */
  readonly packages: string;
}

const packages = () => join(peersFolder("cpu"), "..", "scenes");

async function wanted(): Promise<string> {
  return JSON.stringify({ requirements: await sha256(await Deno.readFile(requirements)) });
}

/** The Python of gsplat; null where it isn't installed as `requirements_scenes.txt` says. */
export async function findGsplat(): Promise<GsplatPython | null> {
  const python = await findPeersPython("cpu"), folder = packages();
  const made = await Deno.readTextFile(join(folder, DONE)).catch(() => null);
  return python !== null && made === await wanted() ? { python, packages: folder } : null;
}

/**
 * The Python of gsplat, made where it isn't there: PyTorch as for `deno task peers:speed`, and gsplat's
 * 3 MB.
 * @param say told what is done
 * @throws UsageError without Python 3.11, pip or a network
 */
export async function gsplatPython(say: (line: string) => void): Promise<GsplatPython> {
  const found = await findGsplat();
  if (found !== null) return found;
  const python = await peersPython("cpu", say), folder = packages();
  say(`making ${folder}: gsplat`);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const words = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder];
  await runTool(python, [...words, "-r", fromFileUrl(requirements)], true);
  await Deno.writeTextFile(join(folder, DONE), await wanted());
  return { python, packages: folder };
}
