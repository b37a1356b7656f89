/**
 * Values as they are sent to an engine.
 * @module
 */

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** Host values, as an engine takes them. */
export type HostValues = Float32Array | Int32Array | Uint8Array;

/**
 * Values in the array type of `dtype`.
 * @throws Error if their number isn't the shape's
 */
export function typedValues(
  values: HostValues,
  shape: readonly number[],
  dtype: "float32" | "int32",
): Float32Array | Int32Array {
  const size = sizeOf(shape);
  if (size !== values.length) {
    throw new Error(
      `engine.tensor: shape [${shape}] needs ${size} values, found ${values.length}`,
    );
  }
  if (dtype === "float32") {
    return values instanceof Float32Array ? values : Float32Array.from(values);
  }
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

/** The type that an engine gives to values where none is said: bytes are whole numbers. */
export function dtypeOf(values: HostValues): "float32" | "int32" {
  return values instanceof Float32Array ? "float32" : "int32";
}
