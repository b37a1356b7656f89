/**
 * Engines by name. Nothing heavy is loaded until an engine is opened.
 * @module
 */
import type { Engine, EngineName, EngineSettings } from "./engine.ts";
import { EngineError } from "../base/mod.ts";

/** One engine as `list engines` shows it. */
export interface EngineStatus {
  readonly name: EngineName;
  /** "ready"; "named only: " and why `auto` passes it by; or why it can't start and what to do. */
  readonly status: string;
}

/** Whether an engine of this status starts when it is named. */
export function startable(status: string): boolean {
  return status === "ready" || status.startsWith("named only: ");
}

interface Entry {
  readonly open?: (settings: EngineSettings) => Promise<Engine>;
  /** Why the engine can't be opened here; undefined if it can. */
  readonly obstacle: () => Promise<string | undefined> | string | undefined;
  /** Why `auto` passes it by though it can be opened; undefined if it needn't. */
  readonly reserve?: () => Promise<string | undefined>;
}

const ENGINES: Readonly<Record<EngineName, Entry>> = {
  tensorflow: {
    open: async (settings) => (await import("./tensorflow/engine.ts")).openTensorflow(settings),
    obstacle: async () => (await import("../install/tensorflow/mod.ts")).tensorflowObstacle(),
    reserve: async () => (await import("./tensorflow/install/proven.ts")).smokeFailure(),
  },
  webgpu: {
    open: async () => (await import("./webgpu/engine.ts")).openWebgpu(),
    obstacle: async () => (await import("./webgpu/device/obstacle.ts")).webgpuObstacle(),
    reserve: async () => (await import("./webgpu/device/obstacle.ts")).webgpuReserve(),
  },
  wasm: {
    open: async () => (await import("./wasm/engine.ts")).openWasm(),
    obstacle: async () => {
      try {
        await Deno.stat(
          new URL(
            "tfjs-backend-wasm-simd.wasm",
            import.meta.resolve("@tensorflow/tfjs-backend-wasm"),
          ),
        );
      } catch {
        return "its binary is not installed; `deno install` gets it";
      }
    },
  },
};

/** Fastest first: what `auto` tries. */
const PREFERENCE: readonly EngineName[] = ["tensorflow", "webgpu", "wasm"];

/** Every engine with what stands between it and a run. */
export function engineStatuses(): Promise<EngineStatus[]> {
  return Promise.all(
    PREFERENCE.map(async (name) => {
      const { obstacle, reserve } = ENGINES[name];
      const why = await obstacle();
      if (why !== undefined) return { name, status: why };
      const held = await reserve?.();
      return { name, status: held === undefined ? "ready" : `named only: ${held}` };
    }),
  );
}

/**
 * Opens an engine in this worker.
 * @returns the engine, and one line saying which was chosen and why
 * @throws EngineError if the named engine can't start; it is never replaced by another
 */
export async function openEngine(
  name: "auto" | EngineName,
  settings: EngineSettings = {},
): Promise<{ engine: Engine; choice: string }> {
  if (name !== "auto") {
    const entry = ENGINES[name];
    if (entry === undefined) {
      throw new EngineError(
        `no engine \`${name}\`; engines: ${PREFERENCE.join(", ")}, or auto to choose one`,
      );
    }
    const obstacle = await entry.obstacle();
    if (obstacle !== undefined || entry.open === undefined) {
      throw new EngineError(`engine ${name}: ${obstacle}`);
    }
    return { engine: await entry.open(settings), choice: `${name} (named)` };
  }
  const passed: string[] = [];
  for (const candidate of PREFERENCE) {
    const { open, obstacle, reserve } = ENGINES[candidate];
    const why = await obstacle() ?? await reserve?.();
    if (why !== undefined || open === undefined) {
      passed.push(`${candidate} ${why?.split(/[:;]/)[0]}`);
      continue;
    }
    const reason = passed.length === 0 ? "first choice" : passed.join(", ");
    return { engine: await open(settings), choice: `${candidate} (auto: ${reason})` };
  }
  throw new EngineError(`no engine can start here: ${passed.join("; ")}`);
}
