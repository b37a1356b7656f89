/**
 * TensorFlow's data types and op attributes, as its C API and the package's kernels number them.
 * @module
 */

/** Values of the C API's TF_DataType that the engine meets. */
export const DTYPE = {
  FLOAT: 1,
  DOUBLE: 2,
  INT32: 3,
  UINT8: 4,
  INT8: 6,
  STRING: 7,
  COMPLEX64: 8,
  INT64: 9,
  BOOL: 10,
  BFLOAT16: 14,
  RESOURCE: 20,
  UINT32: 22,
  UINT64: 23,
} as const;

/** One of `DTYPE`'s values. */
export type Dtype = number;

const NAMES = new Map<number, string>(
  Object.entries(DTYPE).map(([name, n]) => [n, name === "FLOAT" ? "float32" : name.toLowerCase()]),
);

/** A type's name for messages. */
export function dtypeName(dtype: Dtype): string {
  return NAMES.get(dtype) ?? `type ${dtype}`;
}

/** Kinds of op attributes, numbered as tfjs-node's addon numbers them. */
export const ATTRIBUTE = {
  STRING: 0,
  INT: 1,
  FLOAT: 2,
  BOOL: 3,
  TYPE: 4,
  SHAPE: 5,
  /** Ours: a string of raw bytes. */
  BYTES: 100,
} as const;

/** An op's attribute, in the shape that tfjs-node's kernels make. */
export interface Attribute {
  readonly name: string;
  /** One of `ATTRIBUTE`'s values. */
  readonly type: number;
  readonly value:
    | string
    | number
    | boolean
    | readonly number[]
    | readonly string[]
    | Uint8Array<ArrayBuffer>;
}

/** Shorthands for attributes. */
export const attribute = {
  type: (name: string, dtype: Dtype): Attribute => ({ name, type: ATTRIBUTE.TYPE, value: dtype }),
  types: (name: string, value: readonly Dtype[]): Attribute => ({
    name,
    type: ATTRIBUTE.TYPE,
    value,
  }),
  ints: (name: string, value: readonly number[]): Attribute => ({
    name,
    type: ATTRIBUTE.INT,
    value,
  }),
  strings: (name: string, value: readonly string[]): Attribute => ({
    name,
    type: ATTRIBUTE.STRING,
    value,
  }),
  int: (name: string, value: number): Attribute => ({ name, type: ATTRIBUTE.INT, value }),
  float: (name: string, value: number): Attribute => ({ name, type: ATTRIBUTE.FLOAT, value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: ATTRIBUTE.BOOL, value }),
  string: (name: string, value: string): Attribute => ({ name, type: ATTRIBUTE.STRING, value }),
  shape: (name: string, value: readonly number[]): Attribute => ({
    name,
    type: ATTRIBUTE.SHAPE,
    value,
  }),
} as const;

/** A tensor as messages name it: "float32 [2, 3]". */
export function tensorName(dtype: Dtype, shape: readonly number[]): string {
  return `${dtypeName(dtype)} [${shape.join(", ")}]`;
}
