/**
 * What stands between the WebGPU engine and a run here: asked without loading tfjs.
 * @module
 */
import { requestAdapter, softwareName } from "./adapter.ts";

/** Why the engine can't start here and what to do; undefined if it can. */
export async function webgpuObstacle(): Promise<string | undefined> {
  if (navigator.gpu === undefined) {
    return "no WebGPU: this runtime has none; Deno 2.9.6 has it";
  }
  if (await requestAdapter() === null) {
    return "no adapter: install a Vulkan driver (Debian: mesa-vulkan-drivers libvulkan1)";
  }
}

/** Why `auto` passes the engine by though it can start; undefined if it needn't. */
export async function webgpuReserve(): Promise<string | undefined> {
  const adapter = await requestAdapter();
  const software = adapter === null ? undefined : softwareName(adapter.info);
  return software === undefined
    ? undefined
    : `software adapter ${software}: computes on the CPU, slower than wasm`;
}
