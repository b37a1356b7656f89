/**
 * A WebAssembly SIMD function of our own, working on the backend's memory: the sum over places of
 * outer products, D[s][v] += Σ_rows Σ_columns S[s]·V[v], s below 4 (or 1), v below 8. All eight (or
 * two) sums of four stay in registers. A convolution's filter gradient is made of these, straight
 * from the arrays as they lie: no transposition, no packing, no padding.
 *
 * The binary is written here instruction by instruction; numbers are those of the WebAssembly and
 * fixed-width SIMD specifications.
 * @module
 */

/** Addresses in bytes; counts of places; steps in bytes from a place to the next. */
export interface RankUpdate {
  (
    s: number,
    v: number,
    d: number,
    rows: number,
    columns: number,
    sColumn: number,
    sRow: number,
    vColumn: number,
    vRow: number,
    dStep: number,
  ): void;
}

/** The two functions, for four and for one scalar at a time. */
export interface RankUpdates {
  readonly four: RankUpdate;
  readonly one: RankUpdate;
}

/** Vector lanes that one call covers: v runs from 0 to 7. */
export const LANES = 8;

const I32 = 0x7f;
const V128 = 0x7b;
const EMPTY = 0x40;

/** Unsigned LEB128. */
function leb(n: number): number[] {
  const bytes: number[] = [];
  do {
    const low = n & 0x7f;
    n >>>= 7;
    bytes.push(n > 0 ? low | 0x80 : low);
  } while (n > 0);
  return bytes;
}

function section(id: number, body: number[]): number[] {
  return [id, ...leb(body.length), ...body];
}

function named(name: string): number[] {
  return [...leb(name.length), ...new TextEncoder().encode(name)];
}

const get = (local: number) => [0x20, ...leb(local)];
const set = (local: number) => [0x21, ...leb(local)];
const constant = (n: number) => [0x41, n];
const add = [0x6a];
const subtract = [0x6b];
const multiply = [0x6c];
const loop = [0x03, EMPTY];
const branchIf = (depth: number) => [0x0d, depth];
const end = [0x0b];
const simd = (opcode: number) => [0xfd, ...leb(opcode)];
/** Alignment 2⁰ promises nothing; the offset is in bytes. */
const load = (offset: number) => [...simd(0), 0, ...leb(offset)];
const loadSplat = (offset: number) => [...simd(9), 0, ...leb(offset)];
const store = (offset: number) => [...simd(11), 0, ...leb(offset)];
const addLanes = simd(0xe4);
const multiplyLanes = simd(0xe6);

/** Parameters, then locals. */
const P = {
  s: 0,
  v: 1,
  d: 2,
  rows: 3,
  columns: 4,
  sColumn: 5,
  sRow: 6,
  vColumn: 7,
  vRow: 8,
  dStep: 9,
};
const L = { s: 10, v: 11, left: 12, low: 13, high: 14, scalar: 15, sums: 16 };

function rankUpdateBody(scalars: number): number[] {
  const low = (t: number) => L.sums + 2 * t;
  const high = (t: number) => L.sums + 2 * t + 1;
  const all = Array.from({ length: scalars }, (_, t) => t);
  const address = (
    t: number,
  ) => [...get(P.d), ...get(P.dStep), ...constant(t), ...multiply, ...add];
  const step = (local: number, by: number) => [...get(local), ...get(by), ...add, ...set(local)];
  const countDown = (local: number) => [
    ...[...get(local), ...constant(1), ...subtract, ...set(local)],
    ...[...get(local), ...branchIf(0)],
  ];
  const accumulate = (sum: number, lanes: number) => [
    ...[...get(sum), ...get(L.scalar), ...get(lanes)],
    ...[...multiplyLanes, ...addLanes, ...set(sum)],
  ];
  const code = [
    ...all.flatMap((t) => [
      ...[...address(t), ...load(0), ...set(low(t))],
      ...[...address(t), ...load(16), ...set(high(t))],
    ]),
    ...loop,
    ...[...get(P.s), ...set(L.s), ...get(P.v), ...set(L.v), ...get(P.columns), ...set(L.left)],
    ...loop,
    ...[...get(L.v), ...load(0), ...set(L.low), ...get(L.v), ...load(16), ...set(L.high)],
    ...all.flatMap((t) => [
      ...[...get(L.s), ...loadSplat(4 * t), ...set(L.scalar)],
      ...accumulate(low(t), L.low),
      ...accumulate(high(t), L.high),
    ]),
    ...step(L.s, P.sColumn),
    ...step(L.v, P.vColumn),
    ...countDown(L.left),
    ...end,
    ...step(P.s, P.sRow),
    ...step(P.v, P.vRow),
    ...countDown(P.rows),
    ...end,
    ...all.flatMap((t) => [
      ...[...address(t), ...get(low(t)), ...store(0)],
      ...[...address(t), ...get(high(t)), ...store(16)],
    ]),
    ...end,
  ];
  const locals = [2, ...leb(3), I32, ...leb(3 + 2 * scalars), V128];
  return [...leb(locals.length + code.length), ...locals, ...code];
}

/** The module's bytes: imports a memory, exports the two functions. */
export function rankUpdateBinary(): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...leb(10), ...Array(10).fill(I32), 0];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, ...type]),
    ...section(2, [1, ...named("env"), ...named("memory"), 0x02, 0x00, 0x00]),
    ...section(3, [2, 0, 0]),
    ...section(7, [2, ...named("four"), 0x00, 0, ...named("one"), 0x00, 1]),
    ...section(10, [2, ...rankUpdateBody(4), ...rankUpdateBody(1)]),
  ]);
}

/** The functions on this memory. */
export function rankUpdatesOn(memory: WebAssembly.Memory): RankUpdates {
  const module = new WebAssembly.Module(rankUpdateBinary());
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as RankUpdates;
}
