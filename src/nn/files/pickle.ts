/**
 * A reader of Python pickles that builds data and runs nothing: numbers, texts, lists, tuples,
 * dictionaries, and what the caller names. If a pickle asks for anything else (a function, a
 * class), it is refused by name, so that a weights file can't run code. Opcodes: Python's
 * Lib/pickletools.py, protocols 0 to 4 as far as PyTorch writes them.
 * @module
 */
import { ToldError } from "../../base/mod.ts";

/** A pickle that is broken, or asks for more than data. */
export class PickleError extends ToldError {
  override readonly name = "PickleError";
}

/** A tuple, apart from a list. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** A name that the pickle refers to, e.g. "collections.OrderedDict". */
export class Global {
  constructor(readonly name: string) {}
}

/** What the pickle's own names mean. */
export interface Meaning {
  /** Calls `name` with arguments. @throws PickleError for a name that means nothing here */
  call(name: string, args: readonly unknown[]): unknown;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
}

/** Where reading stopped. */
export interface Unpickled {
  readonly value: unknown;
  readonly end: number;
}

const MARK = Symbol("mark");

/** Bytes from a place on, read in order. */
class Bytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  #take(count: number): number {
    const from = this.at;
    if (count < 0 || from + count > this.#bytes.length) {
      throw new PickleError(`truncated: it ends at byte ${this.#bytes.length} inside a value`);
    }
    this.at += count;
    return from;
  }

  u8 = () => this.#view.getUint8(this.#take(1));
  u16 = () => this.#view.getUint16(this.#take(2), true);
  u32 = () => this.#view.getUint32(this.#take(4), true);
  i32 = () => this.#view.getInt32(this.#take(4), true);
  f64 = () => this.#view.getFloat64(this.#take(8), false);

  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#take(8), true));
    if (!Number.isSafeInteger(value)) throw new PickleError(`a length of ${value}`);
    return value;
  }

  text(count: number): string {
    const from = this.#take(count);
    return new TextDecoder().decode(this.#bytes.subarray(from, from + count));
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) throw new PickleError("truncated: a line without an end");
    return this.text(end + 1 - this.at).slice(0, -1);
  }

  /** A whole number in two's complement, least byte first. */
  long(count: number): number | bigint {
    const from = this.#take(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = value << 8n | BigInt(this.#bytes[from + i]);
    if (count > 0 && this.#bytes[from + count - 1] >= 128) value -= 1n << BigInt(8 * count);
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
}

/** The stack machine. */
class Reader {
  readonly #in: Bytes;
  readonly #meaning: Meaning;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(input: Bytes, meaning: Meaning) {
    this.#in = input;
    this.#meaning = meaning;
  }

  #push = (value: unknown) => void this.#stack.push(value);

  #pop(): unknown {
    if (this.#stack.length === 0) throw new PickleError("it takes from an empty stack");
    return this.#stack.pop();
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw new PickleError("it looks at an empty stack");
    return this.#stack[this.#stack.length - 1];
  }

  #toMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleError("it goes back to a mark that isn't there");
    return this.#stack.splice(mark).slice(1);
  }

  #tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.#pop()).reverse();
    this.#push(new Tuple(items));
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) throw new PickleError(`it remembers nothing as ${index}`);
    this.#push(this.#memo.get(index));
  }

  #set(pairs: readonly unknown[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) throw new PickleError("it sets an entry of what is no dictionary");
    for (let i = 0; i + 1 < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new PickleError("it appends to what is no list");
    for (const item of items) list.push(item);
  }

  #global(module: string, name: string): void {
    this.#push(new Global(`${module}.${name}`));
  }

  #reduce(): void {
    const args = this.#pop(), callee = this.#pop();
    if (!(callee instanceof Global) || !(args instanceof Tuple)) {
      throw new PickleError("it calls what is no name");
    }
    this.#push(this.#meaning.call(callee.name, args.items));
  }

  /** State of an object: only a dictionary's attributes, which hold no tensors and are dropped. */
  #build(): void {
    this.#pop();
    if (!(this.#top() instanceof Map)) throw new PickleError("it sets the state of an object");
  }

  /** By opcode; an opcode that isn't here is refused. */
  readonly #table: Readonly<Record<number, () => void>> = {
    0x80: () => void this.#in.u8(), // PROTO
    0x95: () => void this.#in.u64(), // FRAME
    0x28: () => this.#push(MARK),
    0x29: () => this.#push(new Tuple([])),
    0x5d: () => this.#push([]),
    0x7d: () => this.#push(new Map()),
    0x74: () => this.#push(new Tuple(this.#toMark())),
    0x85: () => this.#tuple(1),
    0x86: () => this.#tuple(2),
    0x87: () => this.#tuple(3),
    0x4e: () => this.#push(null),
    0x88: () => this.#push(true),
    0x89: () => this.#push(false),
    0x4a: () => this.#push(this.#in.i32()),
    0x4b: () => this.#push(this.#in.u8()),
    0x4d: () => this.#push(this.#in.u16()),
    0x8a: () => this.#push(this.#in.long(this.#in.u8())),
    0x47: () => this.#push(this.#in.f64()),
    0x58: () => this.#push(this.#in.text(this.#in.u32())),
    0x8c: () => this.#push(this.#in.text(this.#in.u8())),
    0x55: () => this.#push(this.#in.text(this.#in.u8())),
    0x54: () => this.#push(this.#in.text(this.#in.i32())),
    0x71: () => void this.#memo.set(this.#in.u8(), this.#top()),
    0x72: () => void this.#memo.set(this.#in.u32(), this.#top()),
    0x94: () => void this.#memo.set(this.#memo.size, this.#top()),
    0x68: () => this.#get(this.#in.u8()),
    0x6a: () => this.#get(this.#in.u32()),
    0x63: () => this.#global(this.#in.line(), this.#in.line()),
    0x93: () => {
      const name = this.#pop(), module = this.#pop();
      this.#global(String(module), String(name));
    },
    0x51: () => this.#push(this.#meaning.persistent(this.#pop())),
    0x52: () => this.#reduce(),
    0x81: () => this.#reduce(), // NEWOBJ: a class in place of a function
    0x62: () => this.#build(),
    0x73: () => {
      const value = this.#pop(), key = this.#pop();
      this.#set([key, value]);
    },
    0x75: () => this.#set(this.#toMark()),
    0x61: () => this.#append([this.#pop()]),
    0x65: () => this.#append(this.#toMark()),
  };

  read(): unknown {
    for (;;) {
      const at = this.#in.at, opcode = this.#in.u8();
      if (opcode === 0x2e) return this.#pop();
      const step = this.#table[opcode];
      if (step === undefined) {
        throw new PickleError(
          `byte ${at} is opcode 0x${opcode.toString(16).padStart(2, "0")}, which plain data ` +
            "doesn't need: not a pickle of tensors",
        );
      }
      step();
    }
  }
}

/**
 * Reads the pickle that starts at `at`. Dictionaries become Maps.
 * @throws PickleError where it is truncated or broken, or asks for what `meaning` doesn't know
 */
export function unpickle(bytes: Uint8Array, { at = 0, ...meaning }: Meaning & { at?: number }) {
  const input = new Bytes(bytes, at);
  const value = new Reader(input, meaning).read();
  return { value, end: input.at } satisfies Unpickled;
}
