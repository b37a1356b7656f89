/**
 * Host tensors: typed arrays and texts in and out of TF_Tensor.
 * @module
 */
import { dimensions, type Library, type Pointer } from "./library.ts";
import { DTYPE, type Dtype, tensorName } from "./types.ts";

/** Values as tfjs hands them over: typed arrays, or the bytes of each text. */
export type TensorValues = ArrayBufferView | readonly Uint8Array[] | readonly number[] | boolean[];

/** Bytes of one TF_TString. */
const STRING_BYTES = 24;

function bytesOf(values: TensorValues, dtype: Dtype): Uint8Array {
  if (ArrayBuffer.isView(values)) {
    if (dtype === DTYPE.BOOL && !(values instanceof Uint8Array)) {
      return Uint8Array.from(values as unknown as ArrayLike<number>, (v) => v ? 1 : 0);
    }
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const numbers = values as readonly number[];
  if (dtype === DTYPE.BOOL) return Uint8Array.from(numbers, (v) => v ? 1 : 0);
  const typed = dtype === DTYPE.INT32 ? Int32Array.from(numbers) : Float32Array.from(numbers);
  return new Uint8Array(typed.buffer);
}

function at(pointer: Pointer, offset: number): Pointer {
  return Deno.UnsafePointer.offset(pointer!, offset);
}

/** A new TF_Tensor; the caller deletes it. */
export function newTensor(
  library: Library,
  { dtype, shape }: { dtype: Dtype; shape: readonly number[] },
  values: TensorValues,
): Pointer {
  const { c } = library;
  if (dtype === DTYPE.STRING) {
    const texts = values as readonly Uint8Array[];
    const bytes = BigInt(texts.length * STRING_BYTES);
    const tensor = c.TF_AllocateTensor(dtype, dimensions(shape), shape.length, bytes);
    const data = c.TF_TensorData(tensor);
    texts.forEach((text, i) => {
      const slot = at(data, i * STRING_BYTES);
      c.TF_StringInit(slot);
      c.TF_StringCopy(slot, new Uint8Array(text), BigInt(text.length));
    });
    return tensor;
  }
  const bytes = bytesOf(values, dtype);
  const tensor = c.TF_AllocateTensor(
    dtype,
    dimensions(shape),
    shape.length,
    BigInt(bytes.byteLength),
  );
  if (tensor === null || Number(c.TF_TensorByteSize(tensor)) !== bytes.byteLength) {
    throw new Error(
      `a tensor ${tensorName(dtype, shape)} can't be made of ${bytes.byteLength} bytes`,
    );
  }
  if (bytes.byteLength > 0) {
    const data = c.TF_TensorData(tensor)!;
    new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, bytes.byteLength)).set(bytes);
  }
  return tensor;
}

/** The values of a TF_Tensor, copied. */
export function tensorValues(
  library: Library,
  tensor: Pointer,
  { dtype, size }: { dtype: Dtype; size: number },
): Float32Array | Int32Array | Uint8Array | Float64Array | BigUint64Array | Uint8Array[] {
  const { c } = library;
  const data = c.TF_TensorData(tensor);
  if (dtype === DTYPE.STRING) {
    return Array.from({ length: size }, (_, i) => {
      const slot = at(data, i * STRING_BYTES);
      const length = Number(c.TF_StringGetSize(slot));
      const text = c.TF_StringGetDataPointer(slot);
      return length === 0 || text === null
        ? new Uint8Array(0)
        : new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(text, length).slice(0));
    });
  }
  const length = Number(c.TF_TensorByteSize(tensor));
  const buffer = length === 0 || data === null
    ? new ArrayBuffer(0)
    : Deno.UnsafePointerView.getArrayBuffer(data, length).slice(0);
  switch (dtype) {
    case DTYPE.FLOAT:
    case DTYPE.COMPLEX64:
      return new Float32Array(buffer);
    case DTYPE.DOUBLE:
      return new Float64Array(buffer);
    case DTYPE.INT32:
      return new Int32Array(buffer);
    case DTYPE.UINT64:
      return new BigUint64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}
