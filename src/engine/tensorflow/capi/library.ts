/**
 * The shared library: opened once a worker, its status read after each call, its errors exceptions.
 * @module
 */
import { EngineError } from "../../../base/mod.ts";
import { processorHas } from "../../processor.ts";
import { loadForGood } from "../../../install/mod.ts";
import { SYMBOLS, type Symbols } from "./symbols.ts";

/** A C pointer; null is one too. */
export type Pointer = Deno.PointerValue;

/** What TensorFlow refused, with the op and the shapes in the message. */
export class TensorflowError extends Error {
  override readonly name = "TensorflowError";
  /** TF_Code. */
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** absl::LogSeverity. */
const SEVERITY_ERROR = 2;

const encoder = new TextEncoder();
const strings = new Map<string, Uint8Array<ArrayBuffer>>();

/** Bytes of a text with the closing 0; kept, since names of ops and attributes come again. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  let bytes = strings.get(text);
  if (bytes === undefined) {
    bytes = encoder.encode(text + "\0") as Uint8Array<ArrayBuffer>;
    if (strings.size < 10_000) strings.set(text, bytes);
  }
  return bytes;
}

/** UTF-8 bytes without a closing 0. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** The text at a C string's address. */
export function textAt(pointer: Pointer): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/** An array of pointers, as C takes it. */
export function pointerArray(pointers: readonly Pointer[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(pointers, (p) => BigInt(Deno.UnsafePointer.value(p)));
}

/** An array of dimensions, as C takes it. */
export function dimensions(shape: readonly number[]): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from(shape, BigInt);
}

/**
 * XLA compiles for vectors of 256 bits unless told otherwise, also where the processor has 512: with
 * them a token at batch 8 takes 5 to 20 % less time, a training step 2 to 5 %. Flags that the user
 * sets are left alone. Read by the library when it is first used.
 */
function preferWideVectors(): void {
  const flags = Deno.env.get("XLA_FLAGS") ?? "";
  if (flags.includes("prefer_vector_width") || !processorHas("avx512f")) return;
  Deno.env.set("XLA_FLAGS", `${flags} --xla_cpu_prefer_vector_width=512`.trim());
}

/** Says whether products and convolutions are oneDNN's; the user's own setting is left alone. */
const ONEDNN = "TF_ENABLE_ONEDNN_OPTS";

/**
 * TensorFlow leaves oneDNN out on processors without instructions for neural networks. Eigen's batched
 * products, which then take its place, know no fused multiply-add: half the speed in attention, and 40 %
 * more memory in a training step of 25 million parameters. Read by the library when it is first used.
 */
function preferOneDnn(): void {
  if (Deno.env.get(ONEDNN) === undefined) Deno.env.set(ONEDNN, "1");
}

/** TensorFlow's own words without its decorations: where it happened is said by us. */
function words(message: string): string {
  return message.replaceAll(/\{\{[^}]*\}\}\s*/g, "").replace(/\s*\[Op:\w*\].*$/s, "").split(
    "\n",
  )[0];
}

/** See the module. */
export class Library {
  /** The C functions. */
  readonly c: Symbols;
  /** The TF_Status that every call gets. */
  readonly status: Pointer;
  readonly version: string;
  /** Whether the user has turned oneDNN off, which gives other bits. */
  readonly withoutOneDnn: boolean;

  private constructor(symbols: Symbols) {
    this.c = symbols;
    this.status = symbols.TF_NewStatus();
    this.version = textAt(symbols.TF_Version());
    this.withoutOneDnn = ["0", "false"].includes(Deno.env.get(ONEDNN) ?? "1");
  }

  /**
   * @param path libtensorflow_cc.so.2
   * @throws EngineError if it can't be loaded
   */
  static open(path: string): Library {
    try {
      const asked = Deno.env.get("TF_CPP_MIN_LOG_LEVEL");
      preferWideVectors();
      preferOneDnn();
      loadForGood(path, { quiet: asked === undefined });
      const { symbols } = Deno.dlopen(path, SYMBOLS);
      // Errors only, unless the user asks TensorFlow for more in its own way.
      symbols.quiet?.(Number(asked ?? SEVERITY_ERROR));
      return new Library(symbols);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new EngineError(
        `engine tensorflow: ${path} can't be loaded: ${why}; ` +
          "`deno task engine:tensorflow --force` installs it again",
        { cause },
      );
    }
  }

  /** Throws if the last call failed. `what` says what was asked, for the message. */
  check(what: string | (() => string)): void {
    const code = this.c.TF_GetCode(this.status);
    if (code === 0) return;
    const message = words(textAt(this.c.TF_Message(this.status)));
    this.c.TF_SetStatus(this.status, 0, cString(""));
    throw new TensorflowError(`${typeof what === "string" ? what : what()}: ${message}`, code);
  }

  /** Bytes that a call writes into a TF_Buffer. */
  bytesOf(what: string, call: (buffer: Pointer) => void): Uint8Array<ArrayBuffer> {
    const buffer = this.c.TF_NewBuffer();
    try {
      call(buffer);
      this.check(what);
      // struct TF_Buffer { const void* data; size_t length; … }
      const view = new Deno.UnsafePointerView(buffer!);
      const data = view.getPointer(0);
      const length = Number(view.getBigUint64(8));
      return data === null || length === 0
        ? new Uint8Array(0)
        : new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, length).slice(0));
    } finally {
      this.c.TF_DeleteBuffer(buffer);
    }
  }
}
