/**
 * Which tokens a window holds: the windows of one long row, or documents packed whole.
 * @module
 */

/** A run of neighbouring tokens: its first one's place, and how many. */
export interface Piece {
  readonly from: number;
  readonly length: number;
}

/** Windows over a row of tokens in which a separator stands before each document and after the last. */
export interface Plan {
  readonly count: number;
  /** Tokens that no window has as a target though another document's are. */
  readonly dropped: number;
  /**
   * The pieces that stand one after the other in a window; `ended`: the separator that ends the last
   * of them follows.
   */
  window(number: number): { readonly pieces: readonly Piece[]; readonly ended: boolean };
}

/**
 * Windows of a row cut where they are full. Window w holds tokens wT … wT + T, so that each token but
 * the first is a target once.
 * @param row tokens, separators among them; T; whether the last window is kept where it isn't full
 */
export function streamPlan(
  { tokens, length, keepLast }: { tokens: number; length: number; keepLast: boolean },
): Plan {
  const targets = Math.max(0, tokens - 1);
  const full = Math.floor(targets / length), rest = targets - full * length;
  // A row that fills no window is one all the same.
  const last = rest > 0 && (keepLast || full === 0);
  return {
    count: full + (last ? 1 : 0),
    dropped: last ? 0 : rest,
    window: (number) => ({
      pieces: [{
        from: number * length,
        length: Math.min(length + 1, tokens - number * length),
      }],
      ended: false,
    }),
  };
}

/** Windows with room, by how many tokens more they take; the smallest that is enough is found first. */
class Rooms {
  readonly #stacks: number[][];
  /** A bit for each room that a window has. */
  readonly #there: Uint32Array;

  constructor(most: number) {
    this.#stacks = Array.from({ length: most + 1 }, () => []);
    this.#there = new Uint32Array((most >>> 5) + 1);
  }

  add(window: number, room: number): void {
    if (room === 0) return;
    this.#stacks[room].push(window);
    this.#there[room >>> 5] |= 1 << (room & 31);
  }

  /** Takes out a window of the smallest room from `wanted` up; undefined where there is none. */
  take(wanted: number): { window: number; room: number } | undefined {
    let bits = 0, word = wanted >>> 5;
    for (; word < this.#there.length; word++) {
      bits = this.#there[word];
      if (word === wanted >>> 5) bits &= -1 << (wanted & 31);
      if (bits !== 0) break;
    }
    if (bits === 0) return undefined;
    const room = (word << 5) + 31 - Math.clz32(bits & -bits);
    const stack = this.#stacks[room], window = stack.pop()!;
    if (stack.length === 0) this.#there[room >>> 5] &= ~(1 << (room & 31));
    return { window, room };
  }
}

/**
 * Documents packed whole by best fit, the longest first (Johnson 1973), so that few tokens are padding.
 * A document with its separator costs its tokens and one; a window takes T of them and a separator
 * after the last. One of T tokens fills a window and its end is no target. A longer one is cut into
 * full windows as a stream is, and what is left of it opens a window of its own, since its first token
 * is there only to be seen. Memory grows with the number of documents.
 * @param lengths tokens of each document without its separator
 * @param options `shows`: which documents are there; default: all
 */
export function wholePlan(
  lengths: Uint32Array,
  length: number,
  { shows = () => true }: { readonly shows?: (document: number) => boolean } = {},
): Plan {
  const items = documentItems(lengths, { length, shows });
  const { windows, windowOf } = bestFit(items, length);
  // Each window's items in the order in which they were put there.
  const ends = new Uint32Array(windows);
  for (const place of items.order) ends[windowOf[place]]++;
  for (let w = 1; w < windows; w++) ends[w] += ends[w - 1];
  const held = new Uint32Array(items.order.length), next = new Uint32Array(windows);
  for (let w = 1; w < windows; w++) next[w] = ends[w - 1];
  for (const place of items.order) held[next[windowOf[place]]++] = place;
  return {
    count: windows,
    dropped: items.unended,
    window(number) {
      const own = held.subarray(number === 0 ? 0 : ends[number - 1], ends[number]);
      const pieces = Array.from(own, (place) => ({
        from: items.from[place],
        length: items.cost[place],
      }));
      const used = pieces.reduce((sum, piece) => sum + piece.length, 0);
      return { pieces, ended: used <= length };
    },
  };
}

interface Items {
  readonly from: Float64Array;
  /** Tokens of the piece. */
  readonly cost: Uint32Array;
  /** Places of items in the order in which they are packed. */
  readonly order: Uint32Array;
  /** Items that open a window: full ones and what is left of documents that were cut. */
  readonly openers: number;
  /** Documents whose end is no target. */
  readonly unended: number;
}

function documentItems(
  lengths: Uint32Array,
  { length, shows }: {
    readonly length: number;
    readonly shows: (document: number) => boolean;
  },
): Items {
  let count = 0;
  lengths.forEach((tokens, document) => {
    if (shows(document)) count += Math.floor(tokens / length) + (fills(tokens) ? 0 : 1);
  });
  const from = new Float64Array(count), cost = new Uint32Array(count);
  const openers: number[] = [], counts = new Uint32Array(length + 2);
  let at = 0, place = 0, unended = 0;
  for (const [document, tokens] of lengths.entries()) {
    if (fills(tokens) && shows(document)) unended++;
    for (let cut = 0; shows(document) && (cut < tokens || cut === 0); cut += length) {
      from[place] = at + cut;
      cost[place] = Math.min(length, tokens - cut) + 1;
      if (cut > 0 || cost[place] > length) openers.push(place);
      else counts[cost[place]]++;
      place++;
    }
    at += tokens + 1;
  }
  // The others from the longest down, equal ones as they come.
  const order = new Uint32Array(count), next = new Uint32Array(length + 2);
  order.set(openers);
  for (let c = length, to = openers.length; c >= 0; to += counts[c], c--) next[c] = to;
  const opens = new Uint8Array(count);
  for (const opener of openers) opens[opener] = 1;
  for (let p = 0; p < count; p++) if (opens[p] === 0) order[next[cost[p]]++] = p;
  return { from, cost, order, openers: openers.length, unended };

  function fills(tokens: number): boolean {
    return tokens > 0 && tokens % length === 0;
  }
}

/** The window of each item, by its place. */
function bestFit(
  { cost, order, openers }: Items,
  length: number,
): { windows: number; windowOf: Uint32Array } {
  const rooms = new Rooms(length), windowOf = new Uint32Array(order.length);
  let windows = 0;
  order.forEach((place, i) => {
    const found = i < openers ? undefined : rooms.take(cost[place]);
    const window = found?.window ?? windows++;
    windowOf[place] = window;
    rooms.add(window, Math.max(0, (found?.room ?? length) - cost[place]));
  });
  return { windows, windowOf };
}
