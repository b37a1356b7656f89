/**
 * How far points are from their neighbours.
 * @module
 */

/** Points to a leaf of the tree. */
const LEAF = 8;
/** Neighbours whose distances count: those of Kerbl et al. 2023. */
const NEIGHBOURS = 3;

/** A tree of points: `order` from `from` to `to`, halved at the middle along the widest axis. */
interface Node {
  readonly from: number;
  readonly to: number;
  /** −1: a leaf. */
  readonly axis: number;
  readonly at: number;
  readonly low?: Node;
  readonly high?: Node;
}

function build(points: Float32Array, order: Uint32Array, [from, to]: [number, number]): Node {
  if (to - from <= LEAF) return { from, to, axis: -1, at: 0 };
  let axis = 0, widest = -1;
  for (let k = 0; k < 3; k++) {
    let low = Infinity, high = -Infinity;
    for (let i = from; i < to; i++) {
      const value = points[3 * order[i] + k];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (high - low > widest) [axis, widest] = [k, high - low];
  }
  order.subarray(from, to).sort((a, b) => points[3 * a + axis] - points[3 * b + axis] || a - b);
  const middle = (from + to) >> 1;
  return {
    from,
    to,
    axis,
    at: points[3 * order[middle] + axis],
    low: build(points, order, [from, middle]),
    high: build(points, order, [middle, to]),
  };
}

/**
 * The root of the mean squared distance of each point from its three nearest others, as far as there are
 * so many; 0 for a single one.
 * @param points x, y, z of each
 */
export function spacing(points: Float32Array): Float64Array {
  const count = points.length / 3, order = Uint32Array.from({ length: count }, (_, i) => i);
  const root = build(points, order, [0, count]);
  const nearest = new Float64Array(NEIGHBOURS);
  const visit = (node: Node, i: number): void => {
    if (node.axis < 0) {
      for (let n = node.from; n < node.to; n++) {
        const j = order[n];
        if (j === i) continue;
        let square = 0;
        for (let k = 0; k < 3; k++) square += (points[3 * j + k] - points[3 * i + k]) ** 2;
        for (let k = 0; k < NEIGHBOURS; k++) {
          if (square < nearest[k]) [square, nearest[k]] = [nearest[k], square];
        }
      }
      return;
    }
    const offset = points[3 * i + node.axis] - node.at;
    const [near, far] = offset < 0 ? [node.low!, node.high!] : [node.high!, node.low!];
    visit(near, i);
    if (offset * offset < nearest[NEIGHBOURS - 1]) visit(far, i);
  };
  return Float64Array.from({ length: count }, (_, i) => {
    nearest.fill(Infinity);
    visit(root, i);
    const found = nearest.filter((square) => square < Infinity);
    return found.length === 0
      ? 0
      : Math.sqrt(found.reduce((sum, square) => sum + square, 0) / found.length);
  });
}
