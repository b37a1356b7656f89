/**
 * Free space on a disk.
 * @module
 */
import { statfs } from "node:fs/promises";
import { formatBytes } from "../base/text/mod.ts";
import type { Wheel } from "./tensorflow/wheels.ts";
import { failure } from "./events.ts";

/** Bytes that this user may still write on the disk of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Number(bavail) * Number(bsize);
}

/**
 * Bytes that an installation takes at its peak: the wheels that aren't there yet, one of them twice
 * since pip downloads beside and then copies, and all that is unpacked.
 */
export function bytesNeeded(
  { missing, unpacked }: { missing: readonly Wheel[]; unpacked: number },
): number {
  const sizes = missing.map(({ bytes }) => bytes);
  return sizes.reduce((sum, bytes) => sum + bytes, 0) + Math.max(0, ...sizes) + unpacked;
}

/** Throws an EngineError where `free` is less than `needed`. */
export function checkRoom(
  { free, needed, folder }: { free: number; needed: number; folder: string },
): void {
  if (free >= needed) return;
  throw failure(
    `too little disk: installing takes ${formatBytes(needed)} at its peak, and ${folder} has ` +
      `${formatBytes(free)} free; make room, or set LIKENESS_CACHE to a folder on another disk`,
  );
}
