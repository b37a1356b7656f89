/**
 * Memory of a module of ours, laid out by the host: blocks that are taken and given back. It grows as
 * blocks need it, and never shrinks.
 * @module
 */
import { ToldError } from "../../base/mod.ts";

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65536;
/** Pages at most: the 4 GiB that 32 bits address. */
const PAGES = 65536;
/** Every block starts at a multiple of this: a line of the cache. */
const LINE = 64;

/** Where a block is, and its size in bytes. */
export interface Block {
  readonly at: number;
  readonly bytes: number;
}

let held = 0;

/** Bytes of the memories of all modules that this thread opened. They never shrink. */
export function moduleBytes(): number {
  return held;
}

/** @throws ToldError where the system lends no addresses for it */
function sharedMemory(): WebAssembly.Memory {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGES, shared: true });
    held += memory.buffer.byteLength;
    return memory;
  } catch (cause) {
    throw new ToldError(
      "no addresses for a WebAssembly memory that may grow to 4 GiB: `ulimit -v` shows the limit",
      { cause },
    );
  }
}

/** Shared memory with blocks in it. Block addresses never change; views do when the memory grows. */
export class BlockMemory {
  readonly memory: WebAssembly.Memory = sharedMemory();
  /** Ranges that no block has, by address, none next to another. */
  #free: { at: number; bytes: number }[] = [];
  #end = PAGE;
  #views: { i32: Int32Array; f32: Float32Array; f64: Float64Array; u8: Uint8Array } | undefined;

  /** The whole memory, as it is now. */
  get views(): { i32: Int32Array; f32: Float32Array; f64: Float64Array; u8: Uint8Array } {
    const { buffer } = this.memory;
    if (this.#views?.u8.buffer !== buffer) {
      this.#views = {
        i32: new Int32Array(buffer),
        f32: new Float32Array(buffer),
        f64: new Float64Array(buffer),
        u8: new Uint8Array(buffer),
      };
    }
    return this.#views!;
  }

  /**
   * A block of at least as many bytes. What is in it is not known.
   * @param options `purpose`: for the error's message; `room`: how much more is taken where it can be
   * @throws ToldError where the memory can't grow so far
   */
  take(
    bytes: number,
    { purpose, room = 1 }: { readonly purpose: string; readonly room?: number },
  ): Block {
    if (room > 1 && this.#end + bytes * room < PAGES * PAGE) bytes *= room;
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    const place = this.#free.findIndex((range) => range.bytes >= size);
    if (place >= 0) {
      const range = this.#free[place], at = range.at;
      if (range.bytes === size) this.#free.splice(place, 1);
      else this.#free[place] = { at: at + size, bytes: range.bytes - size };
      return { at, bytes: size };
    }
    const last = this.#free.at(-1);
    const at = last !== undefined && last.at + last.bytes === this.#end ? last.at : this.#end;
    this.#grow(at + size, { bytes: size, purpose });
    if (at < this.#end) this.#free.pop();
    this.#end = at + size;
    return { at, bytes: size };
  }

  /** Gives a block back. */
  give({ at, bytes }: Block): void {
    const after = this.#free.findIndex((range) => range.at > at);
    const place = after < 0 ? this.#free.length : after;
    this.#free.splice(place, 0, { at, bytes });
    for (const i of [place, place - 1]) {
      const one = this.#free[i], next = this.#free[i + 1];
      if (one === undefined || next === undefined || one.at + one.bytes !== next.at) continue;
      this.#free.splice(i, 2, { at: one.at, bytes: one.bytes + next.bytes });
    }
  }

  #grow(end: number, { bytes, purpose }: { readonly bytes: number; readonly purpose: string }) {
    const pages = Math.ceil(end / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (pages <= 0) return;
    const beyond = Math.ceil(end / PAGE) > PAGES;
    try {
      if (beyond) throw new RangeError("more than 4 GiB");
      this.memory.grow(pages);
      held += pages * PAGE;
    } catch (cause) {
      const mib = (n: number) => `${Math.ceil(n / 2 ** 20)} MiB`;
      throw new ToldError(
        `no memory for ${mib(bytes)} of ${purpose}, ${mib(end)} in all: ` +
          (beyond ? "a WebAssembly memory ends at 4096 MiB" : "the system has no more") +
          "; take smaller pictures or fewer Gaussians",
        { cause },
      );
    }
  }
}
