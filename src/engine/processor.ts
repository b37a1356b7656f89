/**
 * Which processor this is, as the system tells it.
 * @module
 */

/** A field of the first processor; undefined on other systems, or without the right to read. */
function field(name: RegExp): string | undefined {
  try {
    return Deno.readTextFileSync("/proc/cpuinfo").match(name)?.[1].trim();
  } catch {
    return undefined;
  }
}

/** The CPU's name, or its architecture where that has to do. */
export function processorName(): string {
  return field(/^model name\s*:\s*(.+)$/m) ?? Deno.build.arch;
}

/** Whether the CPU has an instruction set, by its name there ("avx512f"). */
export function processorHas(flag: string): boolean {
  return (field(/^(?:flags|Features)\s*:(.*)$/m) ?? "").split(/\s+/).includes(flag);
}
