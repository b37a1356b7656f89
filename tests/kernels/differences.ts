/**
 * Gradients by central differences, in float64.
 * @module
 */

/** The gradient of a function of parameters by central differences, of every parameter. */
export function differences(
  parameters: Float64Array,
  f: (parameters: Float64Array) => number,
  { h = 1e-5 } = {},
): Float64Array {
  const at = parameters.slice();
  return parameters.map((value, i) => {
    at[i] = value + h;
    const up = f(at);
    at[i] = value - h;
    const down = f(at);
    at[i] = value;
    return (up - down) / (2 * h);
  });
}
