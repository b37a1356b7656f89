/**
 * Shows whether a file is still the same: its place on the disk, its size, and when its content and
 * its inode last changed, in nanoseconds. The kernel sets the time of the inode's change (ctime);
 * no archive tool and no `touch` can.
 *
 * Deno's `stat` gives ctime in whole seconds and mtime in milliseconds, so Linux's statx is called.
 * @module
 */
/** Two stamps are the same text, or the file may have changed. */
export interface Stamp {
  /** Device, inode, size, mtime and ctime in nanoseconds. */
  readonly text: string;
  /** ctime, nanoseconds since 1970. */
  readonly changed: bigint;
}

const AT_FDCWD = -100;
/** Asks for the basic fields: STATX_BASIC_STATS. */
const BASIC = 0x7ff;

type Statx = (path: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>) => number;

let statx: Statx | null | undefined;

/** statx of this machine's C library; null where there is none, or FFI is not allowed. */
function library(): Statx | null {
  if (Deno.build.os !== "linux") return null;
  for (const name of ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"]) {
    try {
      const { symbols } = Deno.dlopen(name, {
        statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
      });
      return (path, into) => symbols.statx(AT_FDCWD, path, 0, BASIC, into);
    } catch {
      // another C library, or no right to load one
    }
  }
  return null;
}

const buffer = new Uint8Array(256);
const fields = new DataView(buffer.buffer);
const NANOSECONDS = 1_000_000_000n;
/** Offsets of `struct statx` (linux/stat.h). */
const at = { inode: 32, size: 40, ctime: 96, mtime: 112, device: 136 };

const time = (offset: number) =>
  fields.getBigInt64(offset, true) * NANOSECONDS + BigInt(fields.getUint32(offset + 8, true));

/**
 * The stamp of a file, links followed. null where this machine can't give one that may be trusted,
 * or where there is no such file: its content has to be read then.
 */
export function stampOf(path: string): Stamp | null {
  statx ??= library();
  if (statx === null) return null;
  if (statx(new TextEncoder().encode(`${path}\0`), buffer) !== 0) return null;
  const changed = time(at.ctime);
  const text = [
    fields.getUint32(at.device, true),
    fields.getUint32(at.device + 4, true),
    fields.getBigUint64(at.inode, true),
    fields.getBigUint64(at.size, true),
    time(at.mtime),
    changed,
  ].join(" ");
  return { text, changed };
}
