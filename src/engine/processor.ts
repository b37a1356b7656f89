/**
 * Which processor this is.
 * @module
 */

/** The CPU's name as the system gives it, or its architecture. */
export function processorName(): string {
  try {
    const line = Deno.readTextFileSync("/proc/cpuinfo").match(/^model name\s*:\s*(.+)$/m);
    if (line) return line[1].trim();
  } catch {
    // Other systems, or no permission to read: the architecture has to do.
  }
  return Deno.build.arch;
}
