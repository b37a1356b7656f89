/**
 * Whether the library has passed its smoke test on this machine: `auto` takes it only then. The
 * test runs once for a library and processor, in a process of its own; its outcome is kept.
 * @module
 */
import { join } from "@std/path";
import { openContents } from "../../../content/mod.ts";
import { readJson, writeAtomic } from "../../../base/mod.ts";
import { processorName } from "../../processor.ts";
import { smokeTest } from "./smoke_process.ts";
import { cacheFolder, locate, type LocateOptions } from "../../../install/tensorflow/mod.ts";

/** What was found of a library. */
interface Outcome {
  readonly library: string;
  /** Of the library's file. */
  readonly sha256: string;
  readonly processor: string;
  /** null: it passed. */
  readonly failure: string | null;
}

/** How the test is run and kept; tests pass their own. */
export interface ProvenOptions extends LocateOptions {
  readonly smoke?: (library: string) => Promise<unknown>;
  /** Folder of the outcome. */
  readonly cache?: string;
}

/**
 * Why the installed library is not to be taken by `auto`: it fails its smoke test. Undefined where it
 * passes, or where there is none.
 */
export async function smokeFailure(options: ProvenOptions = {}): Promise<string | undefined> {
  const { smoke = smokeTest } = options;
  const located = await locate(options);
  if ("obstacle" in located) return undefined;
  const { library } = located.place;
  const folder = options.cache ?? join(cacheFolder(options.env), "tensorflow");
  const contents = openContents(folder);
  const digest = await contents.digest(library).finally(() => contents.close());
  const now = { library, sha256: digest, processor: processorName() };
  const path = join(folder, "smoke.json");
  const kept = await readJson(path).catch(() => null) as Outcome | null;
  const same = kept !== null &&
    (Object.keys(now) as (keyof typeof now)[]).every((key) => kept[key] === now[key]);
  if (same) return kept.failure ?? undefined;
  const failure = await smoke(library).then(() => null, (error) => (error as Error).message);
  // Where nothing can be kept, the test runs again next time.
  await writeAtomic(path, JSON.stringify({ ...now, failure } satisfies Outcome)).catch(() => {});
  return failure ?? undefined;
}
