/**
 * What an engine is, for provenance.
 * @module
 */
import type { EngineIdentity, EngineName } from "../../engine/mod.ts";
import { Contender } from "./contender/contender.ts";

/** What an engine is, asked in a process of its own: an engine opened here would be the only one. */
export async function engineIdentity(engine: EngineName, threads: number): Promise<EngineIdentity> {
  const contender = await Contender.start("ours", { engine, device: "cpu", threads, python: null });
  try {
    const { versions, device, threads: used } = contender.ready;
    return { name: engine, versions, device: device ?? "cpu", threads: used ?? threads };
  } finally {
    await contender.close();
  }
}
