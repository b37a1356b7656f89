/**
 * Which adapter Deno's WebGPU offers here, and whether it is a real device.
 * @module
 */

/** Drivers that compute on the CPU: right numbers, speeds that say nothing of any GPU. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|\bwarp\b|microsoft basic render/i;

/** What of an adapter tells whether it is a device. */
export type AdapterFacts = Pick<
  GPUAdapterInfo,
  "vendor" | "architecture" | "device" | "description"
>;

/** PCI vendors whose adapters give a number for a name. */
const VENDORS: Readonly<Record<string, string>> = {
  "4098": "AMD",
  "4203": "Apple",
  "4318": "NVIDIA",
  "5045": "Arm",
  "5140": "Microsoft",
  "20803": "Qualcomm",
  "32902": "Intel",
  "65541": "Mesa",
};

/**
 * On Linux Vulkan is asked for, the one way to compute there, and Mesa's layer that would ask a
 * desktop which device is the screen's keeps still where there is no desktop: it would print that.
 */
function prepare(): void {
  if (Deno.build.os !== "linux") return;
  const preset = (name: string, value: string) => {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  };
  try {
    preset("DENO_WEBGPU_BACKEND", "vulkan");
    if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) preset("NODEVICE_SELECT", "1");
  } catch {
    // No permission for the environment: its own settings have to do.
  }
}

/** The adapter, or null where there is none. Each can make one device only: ask again for another. */
export async function requestAdapter(): Promise<GPUAdapter | null> {
  if (navigator.gpu === undefined) return null;
  prepare();
  try {
    return await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch {
    return null;
  }
}

/** The software's name where an adapter is no device but a program on the CPU, or undefined. */
export function softwareName(
  info: AdapterFacts & { readonly isFallbackAdapter?: boolean },
): string | undefined {
  const text = `${info.description} ${info.device} ${info.architecture}`;
  const named = text.match(SOFTWARE)?.[0].toLowerCase();
  if (named !== undefined) return named;
  return info.isFallbackAdapter ? deviceName(info) : undefined;
}

/** "NVIDIA H100 PCIe", "Mesa llvmpipe (LLVM 15.0.6, 256 bits)": what the adapter says of itself. */
export function deviceName(info: AdapterFacts): string {
  const vendor = VENDORS[info.vendor] ?? (info.vendor === "0" ? "" : info.vendor);
  const name = [info.description, info.architecture, info.device].find((s) => s && s !== "0") ?? "";
  if (name === "") return vendor === "" ? "unnamed adapter" : `${vendor} adapter`;
  return name.toLowerCase().includes(vendor.toLowerCase()) ? name : `${vendor} ${name}`;
}

/** NVIDIA's driver says its version here; others leave it to WebGPU, which gives none. */
const NVIDIA_VERSION = "/proc/driver/nvidia/version";

/** The driver's version where the system gives it. */
export function driverVersion(info: AdapterFacts): string | undefined {
  if (VENDORS[info.vendor] !== "NVIDIA") return undefined;
  try {
    return Deno.readTextFileSync(NVIDIA_VERSION).match(/\b\d+\.\d+(\.\d+)?\b/)?.[0];
  } catch {
    return undefined;
  }
}
