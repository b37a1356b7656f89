/**
 * Resident memory of this process as Linux counts it.
 * @module
 */

/** Bytes; null where the system doesn't tell. */
export interface ResidentMemory {
  readonly now: number | null;
  /** The most since the last call. */
  readonly peak: number | null;
}

/**
 * Resident bytes now and at most since the last call: VmRSS and VmHWM of /proc/self/status. Writing 5
 * to clear_refs resets the peak (proc(5)).
 */
export async function residentMemory(): Promise<ResidentMemory> {
  let status: string;
  try {
    status = await Deno.readTextFile("/proc/self/status");
  } catch {
    return { now: null, peak: null };
  }
  const bytes = (name: string) => {
    const found = status.match(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m"));
    return found === null ? null : 1024 * Number(found[1]);
  };
  const found = { now: bytes("VmRSS"), peak: bytes("VmHWM") };
  await Deno.writeTextFile("/proc/self/clear_refs", "5");
  return found;
}
