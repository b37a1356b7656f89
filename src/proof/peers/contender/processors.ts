/**
 * The processors that contenders run on, and how long they did, as Linux tells.
 * @module
 */
import { readTextIfThere } from "../../../base/text/mod.ts";
import { processFields } from "../../../record/mod.ts";

/** Numbers of a list as Linux writes it: "0-2,5" is 0, 1, 2, 5. */
export function processorsOf(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * The processors that this process may use, by number: of those it may run on, as many as it has
 * the time of.
 */
export async function allowedProcessors(): Promise<number[]> {
  const status = await readTextIfThere("/proc/self/status");
  const list = status?.match(/^Cpus_allowed_list:\s*(\S+)$/m)?.[1];
  const cores = navigator.hardwareConcurrency;
  return processorsOf(list ?? `0-${cores - 1}`).slice(0, cores);
}

/** /proc counts time in hundredths of a second (USER_HZ, proc_pid_stat(5)). */
const TICKS = 100;

/** Seconds that processors have worked for a process so far, all its threads; null without /proc. */
export function processorSeconds(pid: number): number | null {
  const fields = processFields(pid);
  // utime and stime
  return fields === null ? null : (Number(fields[11]) + Number(fields[12])) / TICKS;
}
