/**
 * Which processor this is, as the system reports it.
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

/** What a command prints; undefined where it can't be run. */
function printed(program: string, args: string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(program, { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() || undefined : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Which model this processor is: its name with the numbers of family, model and stepping (on ARM of
 * implementer, part and revision), since clouds give whole generations one name ("AMD EPYC"). What
 * the system doesn't tell is left out; "unknown-processor" where it tells nothing.
 */
export function processorModel(): string {
  const known: Partial<Record<typeof Deno.build.os, () => (string | undefined)[]>> = {
    linux: () => [
      field(/^model name\s*:\s*(.+)$/m),
      field(/^cpu family\s*:\s*(.+)$/m) ?? field(/^CPU implementer\s*:\s*(.+)$/m),
      field(/^model\s*:\s*(.+)$/m) ?? field(/^CPU part\s*:\s*(.+)$/m),
      field(/^stepping\s*:\s*(.+)$/m) ?? field(/^CPU revision\s*:\s*(.+)$/m),
    ],
    darwin: () => [printed("sysctl", ["-n", "machdep.cpu.brand_string"])],
    windows: () => [Deno.env.get("PROCESSOR_IDENTIFIER")],
  };
  const parts = (known[Deno.build.os]?.() ?? []).filter((part) => part !== undefined);
  return parts.length === 0 ? "unknown-processor" : parts.join(" ");
}

/** Whether the CPU has an instruction set, by its name there ("avx512f"). */
export function processorHas(flag: string): boolean {
  return (field(/^(?:flags|Features)\s*:(.*)$/m) ?? "").split(/\s+/).includes(flag);
}
