/**
 * Loads a native library for the rest of the process. TensorFlow crashes when it is unloaded (its
 * threads continue in code that is gone), and Deno unloads what it opened when it ends. TensorFlow
 * prints a line while it loads; that line is hidden unless the user asks TensorFlow for messages.
 * @module
 */

const LIBC = {
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  dlerror: { parameters: [], result: "pointer" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

const RTLD_NOW = 2;
const RTLD_NODELETE = 0x1000;
const O_WRONLY = 1;
const STDERR = 2;

/**
 * Loads a library for the rest of the process.
 * @throws Error with the loader's words
 */
export function loadForGood(path: string, { quiet }: { quiet: boolean }): void {
  const { symbols: libc } = Deno.dlopen("libc.so.6", LIBC);
  const text = (s: string) => new TextEncoder().encode(s + "\0");
  const kept = quiet ? libc.dup(STDERR) : -1;
  if (kept >= 0) {
    const nowhere = libc.open(text("/dev/null"), O_WRONLY);
    libc.dup2(nowhere, STDERR);
    libc.close(nowhere);
  }
  try {
    if (libc.dlopen(text(path), RTLD_NOW | RTLD_NODELETE) === null) {
      const why = libc.dlerror();
      throw new Error(why === null ? "unknown" : Deno.UnsafePointerView.getCString(why));
    }
  } finally {
    if (kept >= 0) {
      libc.dup2(kept, STDERR);
      libc.close(kept);
    }
  }
}
