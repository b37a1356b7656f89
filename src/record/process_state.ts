/**
 * Which process runs a run, and whether it still lives.
 * @module
 */
import type { RunStatus } from "./store.ts";

/**
 * What /proc/PID/stat says of a process after its name, from its state on (proc_pid_stat(5)), or null
 * where there is no such process or no /proc. One that has ended and that its parent hasn't asked
 * after (a zombie) is none.
 */
export function processFields(pid: number): readonly string[] | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name in brackets may hold spaces: fields are counted after the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ["Z", "X"].includes(fields[0]) ? null : fields;
  } catch {
    return null;
  }
}

/** Start time of a process in kernel ticks, or null where `processFields` finds none. */
export function processStart(pid: number): string | null {
  return processFields(pid)?.[19] ?? null;
}

/** This host's name, or "unknown". */
export function hostName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "unknown";
  }
}

/** Silence after which a process that can't be looked up is taken for dead, in seconds. */
const silence = 120;

/** Whether the process that wrote a status still runs; told by its age where it can't be seen. */
export function isAlive(status: RunStatus): boolean {
  const here = status.host === hostName() && status.processStart !== null;
  if (here) return processStart(status.pid) === status.processStart;
  return Date.now() - Date.parse(status.updatedAt) < silence * 1000;
}
