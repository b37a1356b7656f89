/**
 * Starts tfjs on its wasm backend: one thread, the SIMD binary, and no other backend to fall back
 * to.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { EngineError } from "../../base/mod.ts";
import { dropOtherBackends, useBackend } from "../tfjs/start.ts";
import type { WasmBackend } from "./heap.ts";

/** SHA-256 of tfjs-backend-wasm-simd.wasm 4.22.0: another binary may give other bits. */
const BINARY_SHA256 = "77ebb28a6d34f371dbbf2086b7f2de8994acd8ea5a3cf1fa24d2c26c840cac7b";
const BINARY = "tfjs-backend-wasm-simd.wasm";

/** What was started. */
export interface Started {
  readonly backend: WasmBackend;
  readonly versions: Readonly<Record<string, string>>;
}

/** The file beside the package's own module, wherever the program was started. */
function packagedBinary(): URL {
  return new URL(BINARY, import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
}

async function checkedBinary(file: URL): Promise<string> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(file);
  } catch (cause) {
    throw new EngineError(
      `engine wasm: cannot read ${file.pathname}; \`deno install\` puts it there`,
      { cause },
    );
  }
  const found = await sha256(bytes);
  if (found !== BINARY_SHA256) {
    throw new EngineError(
      `engine wasm: ${file.pathname} has SHA-256 ${found}, expected ${BINARY_SHA256} ` +
        `(tfjs-backend-wasm 4.22.0); other binaries may give other bits`,
    );
  }
  return found;
}

/**
 * Starts the backend. A second call in the same worker finds it started.
 * @param binary the wasm file; for tests
 * @throws EngineError saying why it can't start; never another backend
 */
export async function startWasm(binary: URL = packagedBinary()): Promise<Started> {
  dropOtherBackends("wasm");
  const sha256 = await checkedBinary(binary);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) {
    throw new EngineError(
      "engine wasm: this runtime has no WebAssembly SIMD; the engine's bits are those of the SIMD " +
        "binary, so it doesn't start without. Use Deno 2.9.6 on a CPU with SSE4.1 or NEON",
    );
  }
  tf.env().set("WASM_HAS_SIMD_SUPPORT", true);
  const path = decodeURIComponent(binary.pathname);
  if (tf.findBackend("wasm") === null) {
    // Every name leads to the one binary.
    setWasmPaths({
      "tfjs-backend-wasm.wasm": path,
      "tfjs-backend-wasm-simd.wasm": path,
      "tfjs-backend-wasm-threaded-simd.wasm": path,
    });
  }
  await useBackend("wasm", path);
  return {
    backend: tf.backend() as unknown as WasmBackend,
    versions: {
      tfjs: tf.version["tfjs-core"],
      "tfjs-backend-wasm": version_wasm,
      wasm: "simd",
      binary: sha256.slice(0, 12),
      deno: Deno.version.deno,
      v8: Deno.version.v8,
    },
  };
}
