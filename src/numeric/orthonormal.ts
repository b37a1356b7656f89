/**
 * Gram–Schmidt in float64, the same bits on every machine.
 * @module
 */

/**
 * Rows made orthonormal in place, each against those before it, twice; one that lies among them
 * becomes zero. Row-major [rows, P].
 */
export function orthonormalise(basis: Float64Array, rows: number): void {
  const P = basis.length / rows;
  const row = (i: number) => basis.subarray(i * P, (i + 1) * P);
  const product = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let p = 0; p < P; p++) sum += a[p] * b[p];
    return sum;
  };
  for (let i = 0; i < rows; i++) {
    const own = row(i);
    const before = Math.sqrt(product(own, own));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = row(j);
        const along = product(own, other);
        for (let p = 0; p < P; p++) own[p] -= along * other[p];
      }
    }
    const length = Math.sqrt(product(own, own));
    const factor = length > 1e-6 * before ? 1 / length : 0;
    for (let p = 0; p < P; p++) own[p] *= factor;
  }
}
