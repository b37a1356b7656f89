/**
 * The most memory that the process has used.
 * @module
 */

/** Most resident bytes so far (VmHWM of Linux); null where the system doesn't tell. */
export function peakBytes(): number | null {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? null : 1024 * Number(kib);
  } catch {
    return null;
  }
}
