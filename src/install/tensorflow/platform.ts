/**
 * Whether the pinned builds of TensorFlow can run on this machine. It loads nothing heavy, because
 * `list` imports it.
 * @module
 */
import { oldestGlibc } from "./wheels.ts";

/** What is asked about a machine. */
export interface Machine {
  /** As of `Deno.build.os`. */
  readonly os: string;
  /** As of `Deno.build.arch`. */
  readonly arch: string;
  /** Version of the GNU C library, null where it is another library, undefined if unknown. */
  readonly glibc: string | null | undefined;
}

/** This machine. */
export function thisMachine(): Machine {
  const { os, arch } = Deno.build;
  return { os, arch, glibc: os === "linux" ? glibcVersion() : null };
}

/** Asks the C library that this process runs on. */
function glibcVersion(): string | null | undefined {
  try {
    const library = Deno.dlopen("libc.so.6", {
      gnu_get_libc_version: { parameters: [], result: "pointer" },
    });
    try {
      const text = library.symbols.gnu_get_libc_version();
      return text === null ? undefined : Deno.UnsafePointerView.getCString(text);
    } finally {
      library.close();
    }
  } catch (error) {
    // Without --allow-ffi nothing can be said; a C library without that function is another one.
    return error instanceof Deno.errors.NotCapable ? undefined : null;
  }
}

/** Whether dotted version `a` is older than `b`, number by number. */
export function isOlder(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => text.split(".").map(Number));
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p, q] = [x[i] ?? 0, y[i] ?? 0];
    if (p !== q) return p < q;
  }
  return false;
}

/**
 * Why the pinned builds can't run on `machine`; undefined where they can. What comes before the
 * first colon is short enough for a list.
 */
export function platformObstacle(machine: Machine): string | undefined {
  const { os, arch, glibc } = machine;
  const wants = `the pinned build needs Linux on x86-64 with glibc ${oldestGlibc} or newer`;
  const own = "LIKENESS_TENSORFLOW can name a libtensorflow_cc.so.2 of your own";
  if (os !== "linux" || arch !== "x86_64") {
    return `not for this platform: ${wants}, and this is ${os} on ${arch}; use another engine, or ` +
      own;
  }
  if (glibc === null) {
    return `not for this C library: ${wants}, and this Linux has another (musl?); use a ` +
      `distribution with glibc, or ${own}`;
  }
  if (glibc !== undefined && isOlder(glibc, oldestGlibc)) {
    return `not for this C library: ${wants}, and this Linux has ${glibc}; use a newer ` +
      `distribution, or ${own}`;
  }
}
