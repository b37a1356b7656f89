/**
 * A GPU that is there and can't be used is an error that says what is missing, never a quiet
 * fall to the processor.
 * @module
 */
import { join } from "@std/path";
import { EngineError } from "../../../base/mod.ts";
import type { EagerContext } from "../capi/eager.ts";

/**
 * Libraries that the CUDA build loads, in order: each needs those before it. The driver's is the
 * system's; the others lie in the folders of NVIDIA's wheels, under site-packages.
 */
const LIBRARIES: readonly { readonly file: string; readonly folder?: string }[] = [
  { file: "libcuda.so.1" },
  { file: "libcudart.so.12", folder: "cuda_runtime" },
  { file: "libnvrtc.so.12", folder: "cuda_nvrtc" },
  { file: "libnvJitLink.so.12", folder: "nvjitlink" },
  { file: "libcublasLt.so.12", folder: "cublas" },
  { file: "libcublas.so.12", folder: "cublas" },
  { file: "libcufft.so.11", folder: "cufft" },
  { file: "libcurand.so.10", folder: "curand" },
  { file: "libcusparse.so.12", folder: "cusparse" },
  { file: "libcusolver.so.11", folder: "cusolver" },
  { file: "libcudnn.so.9", folder: "cudnn" },
  { file: "libnccl.so.2", folder: "nccl" },
  { file: "libcupti.so.12", folder: "cuda_cupti" },
];

/** What `gpuProblem` asks the system; tests answer for it. */
export interface GpuSystem {
  /** Whether the system has an NVIDIA GPU. */
  present(): Promise<boolean>;
  /** Loads a library; throws the loader's words where it can't. */
  load(path: string): void;
}

const system: GpuSystem = {
  present: async () => {
    for (const path of ["/dev/nvidia0", "/proc/driver/nvidia/version"]) {
      if (await Deno.stat(path).then(() => true, () => false)) return true;
    }
    return false;
  },
  load: (path) => void Deno.dlopen(path, {}),
};

/**
 * Why a GPU that is there isn't seen by TensorFlow, or undefined where there is none to see.
 * @param site the folder that holds `nvidia/`
 */
export async function gpuProblem(
  site: string,
  asked: GpuSystem = system,
): Promise<string | undefined> {
  if (!await asked.present()) return undefined;
  for (const { file, folder } of LIBRARIES) {
    try {
      asked.load(folder === undefined ? file : join(site, "nvidia", folder, "lib", file));
    } catch (error) {
      const remedy = folder === undefined
        ? "install NVIDIA's driver"
        : "`deno task engine:tensorflow --device cuda --force` installs it again";
      return `a GPU is present but ${file} can't be loaded: ${(error as Error).message}; ${remedy}`;
    }
  }
  return "a GPU is present and its libraries load, but TensorFlow doesn't see it: is it newer " +
    "than the build, or hidden by CUDA_VISIBLE_DEVICES? `nvidia-smi` shows what the driver sees";
}

/**
 * Checks what a context of the CUDA build found.
 * @throws EngineError where a GPU is present and unusable, unless LIKENESS_TENSORFLOW_DEVICE=cpu
 */
export async function checkGpu(
  context: EagerContext,
  site: string,
  asked: GpuSystem = system,
): Promise<void> {
  if (context.device.type === "GPU") return;
  const problem = await gpuProblem(site, asked);
  if (problem === undefined) return;
  throw new EngineError(
    `engine tensorflow: ${problem}; LIKENESS_TENSORFLOW_DEVICE=cpu computes on the processor`,
  );
}
