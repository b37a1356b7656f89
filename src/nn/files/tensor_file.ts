/**
 * Tensors of a file read one at a time, so that no more than the largest of them is held twice.
 * @module
 */

/** What a file says of a tensor. */
export interface TensorPlace {
  /** Its type by the file's own name: "F32", "Q4_1". */
  readonly type: string;
  /** Row-major; the last dimension changes fastest. */
  readonly shape: readonly number[];
  /** Bytes in the file. */
  readonly bytes: number;
}

/** See the module. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /**
   * A tensor's values as float32, whatever their type in the file. One at a time.
   * @throws ToldError where its type isn't read; RangeError where there is no such tensor
   */
  read(name: string): Promise<Float32Array>;
  /** The values of a tensor of whole numbers of 32 bits, as they are. Not all files have such. */
  readIntegers?(name: string): Promise<Int32Array>;
  close(): void;
}
