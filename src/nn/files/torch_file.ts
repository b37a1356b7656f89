/**
 * Tensors of a file that `torch.save` wrote (`.pth`, `.pt`, `.bin`), in both of its formats: the
 * zip archive of PyTorch 1.6 and later, and the older sequence of pickles. Only dictionaries of
 * tensors are read. A file that asks Python to run anything else is refused, with the name of what
 * it asks for. Strides and shared storages are handled.
 * @module
 */
import { ToldError } from "../../base/mod.ts";
import { fromBrainHalf, fromHalf } from "./half.ts";
import { Global, PickleError, Tuple, unpickle } from "./pickle.ts";
import type { HostTensor } from "./safetensors.ts";
import { readZip } from "./zip.ts";

/** A file that is no checkpoint of tensors, with what is wrong with it. */
export class TorchFileError extends ToldError {
  override readonly name = "TorchFileError";
}

interface Kind {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** Types of storages that are read; whole numbers of 64 bits as far as float64 holds them. */
const kinds: Readonly<Record<string, Kind>> = {
  FloatStorage: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  DoubleStorage: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  HalfStorage: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  BFloat16Storage: { bytes: 2, read: (view, at) => fromBrainHalf(view.getUint16(at, true)) },
  LongStorage: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  IntStorage: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  ShortStorage: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  CharStorage: { bytes: 1, read: (view, at) => view.getInt8(at) },
  ByteStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BoolStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

interface Storage {
  readonly key: string;
  readonly kind: Kind;
  readonly count: number;
}

/** A tensor before its storage is at hand. */
class Lazy {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
  ) {}
}

function numbers(value: unknown, what: string): number[] {
  if (value instanceof Tuple && value.items.every((v) => Number.isInteger(v) && Number(v) >= 0)) {
    return value.items as number[];
  }
  throw new PickleError(`a tensor's ${what} is no tuple of whole numbers`);
}

function rebuild([storage, offset, size, stride]: readonly unknown[]): Lazy {
  if (!(storage instanceof Object && "key" in storage) || !Number.isInteger(offset)) {
    throw new PickleError("a tensor without a storage");
  }
  const shape = numbers(size, "size"), steps = numbers(stride, "stride");
  if (shape.length !== steps.length) throw new PickleError(`size ${shape} with stride ${steps}`);
  return new Lazy(storage as Storage, offset as number, shape, steps);
}

/** What a checkpoint may ask for. */
const callable: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  "torch._utils._rebuild_tensor_v2": rebuild,
  "torch._utils._rebuild_tensor": rebuild,
  "torch._utils._rebuild_parameter": ([tensor]) => tensor,
  "collections.OrderedDict": () => new Map(),
  "torch.Size": ([tuple]) => tuple,
};

const meaning = {
  call(name: string, args: readonly unknown[]): unknown {
    if (Object.hasOwn(callable, name)) return callable[name](args);
    throw new PickleError(
      `it asks Python for ${name}, which is neither a tensor nor a dictionary: save the network's ` +
        "state_dict() instead, with torch.save or as safetensors",
    );
  },
  persistent(id: unknown): Storage {
    const [what, type, key, , count] = id instanceof Tuple ? id.items : [];
    const name = type instanceof Global ? type.name : String(type);
    const kind = kinds[name.replace(/^torch\./, "")];
    if (what !== "storage" || kind === undefined) {
      throw new PickleError(`a storage of type ${name} is not read here`);
    }
    return { key: String(key), kind, count: Number(count) };
  },
};

/** Tensors of nested dictionaries by their path, joined with dots. */
function collect(value: unknown, path: string, into: Map<string, Lazy>): void {
  if (value instanceof Lazy) into.set(path, value);
  else if (value instanceof Map) {
    for (const [key, child] of value) {
      collect(child, path === "" ? String(key) : `${path}.${key}`, into);
    }
  }
}

/** Whether numbers lie in row-major order without gaps. */
function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let run = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && stride[d] !== run) return false;
    run *= shape[d];
  }
  return true;
}

/** Values in row-major order. Floats of any width come out as float32. */
function tensorOf(lazy: Lazy, bytes: Uint8Array, name: string): HostTensor {
  const { storage: { kind }, offset, shape, stride } = lazy;
  const size = shape.reduce((n, d) => n * d, 1);
  const last = size === 0 ? 0 : shape.reduce((at, d, i) => at + (d - 1) * stride[i], offset) + 1;
  if (!Number.isSafeInteger(last) || last * kind.bytes > bytes.length) {
    throw new TorchFileError(
      `${name}: [${shape}] reaches to number ${last} of a storage of ` +
        `${Math.floor(bytes.length / kind.bytes)}`,
    );
  }
  const data = new Float32Array(size), rank = shape.length;
  const contiguous = isContiguous(shape, stride);
  if (contiguous && kind === kinds.FloatStorage) {
    const from = 4 * offset;
    new Uint8Array(data.buffer).set(bytes.subarray(from, from + 4 * size));
    return { dtype: "F32", shape, data };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const index = new Array<number>(rank).fill(0);
  let at = offset;
  for (let i = 0; i < size; i++) {
    data[i] = kind.read(view, at * kind.bytes);
    for (let d = rank - 1; d >= 0; d--) {
      at += stride[d];
      if (++index[d] < shape[d]) break;
      at -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
  return { dtype: "F32", shape, data };
}

/** What a file holds before its tensors are made: their places, and where the storages are. */
interface Opened {
  readonly tensors: Map<string, Lazy>;
  readonly storage: (key: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

async function openZip(bytes: Uint8Array): Promise<Opened> {
  const archive = await readZip(bytes);
  const pickled = archive.names.find((name) => name.endsWith("/data.pkl"));
  if (pickled === undefined) throw new TorchFileError("a zip archive without data.pkl");
  const root = pickled.slice(0, -"data.pkl".length);
  if (archive.names.some((name) => name.startsWith(`${root}code/`))) {
    throw new TorchFileError(
      "a TorchScript archive, which is a program: load it with torch.jit.load in Python and save " +
        "its state_dict()",
    );
  }
  const order = archive.names.includes(`${root}byteorder`)
    ? new TextDecoder().decode(await archive.read(`${root}byteorder`))
    : "little";
  if (order.trim() !== "little") throw new TorchFileError(`its bytes are in ${order} order`);
  const tensors = new Map<string, Lazy>();
  collect(unpickle(await archive.read(pickled), meaning).value, "", tensors);
  const place = (key: string) => `${root}data/${key}`;
  return {
    tensors,
    storage: (key) => archive.names.includes(place(key)) ? archive.read(place(key)) : undefined,
  };
}

/** The first number of PyTorch's format before 1.6. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

function openLegacy(bytes: Uint8Array): Opened {
  let at = 0;
  const next = () => {
    const { value, end } = unpickle(bytes, { ...meaning, at });
    at = end;
    return value;
  };
  if (next() !== MAGIC) throw new TorchFileError("not a file that torch.save wrote");
  next(); // protocol
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) {
    throw new TorchFileError("its bytes are in big-endian order");
  }
  const tensors = new Map<string, Lazy>();
  collect(next(), "", tensors);
  const keys = next();
  if (!Array.isArray(keys)) throw new TorchFileError("no list of storages behind the tensors");
  const kindOf = new Map([...tensors.values()].map(({ storage }) => [storage.key, storage.kind]));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  for (const key of keys.map(String)) {
    const kind = kindOf.get(key);
    if (kind === undefined || at + 8 > bytes.length) break;
    const length = Number(view.getBigInt64(at, true)) * kind.bytes;
    at += 8;
    if (length < 0 || at + length > bytes.length) {
      throw new TorchFileError(`truncated: storage ${key} wants ${length} bytes behind byte ${at}`);
    }
    storages.set(key, bytes.subarray(at, at + length));
    at += length;
  }
  return { tensors, storage: (key) => storages.get(key) };
}

/**
 * Tensors by name, as float32 whatever their type in the file; those of nested dictionaries by their
 * path, "state_dict.conv.weight".
 * @param wanted whether a tensor of this name is to be read; default: all
 * @throws TorchFileError on what is broken, or holds or asks for anything but tensors in dictionaries
 */
export async function decodeTorch(
  bytes: Uint8Array,
  { wanted = () => true }: { wanted?: (name: string) => boolean } = {},
): Promise<Readonly<Record<string, HostTensor>>> {
  try {
    const zipped = bytes.length > 4 && bytes[0] === 0x50 && bytes[1] === 0x4b;
    const { tensors, storage } = zipped ? await openZip(bytes) : openLegacy(bytes);
    const found: Record<string, HostTensor> = {};
    for (const [name, lazy] of tensors) {
      if (!wanted(name)) continue;
      const data = await storage(lazy.storage.key);
      if (data === undefined) {
        throw new TorchFileError(`${name}: its storage ${lazy.storage.key} is missing`);
      }
      found[name] = tensorOf(lazy, data, name);
    }
    return found;
  } catch (error) {
    if (error instanceof TorchFileError) throw error;
    throw new TorchFileError((error as Error).message, { cause: error });
  }
}
