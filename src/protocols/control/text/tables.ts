/**
 * The n-grams of documents as trees in typed arrays: an n-gram is a node, found from the node of its
 * first n − 1 tokens and its last token. Built by counting sorts over places, so that memory and time go
 * with the number of tokens alone.
 *
 * A document is written [separator] d₁ … d_L [separator]: the first is a context only, the last a
 * target. No n-gram reaches over a separator.
 * @module
 */

/** The n-grams of one length, sorted by their first n − 1 tokens' node, then by their last token. */
export interface Grams {
  readonly length: number;
  /** Last token of each. [nodes] */
  readonly token: Int32Array;
  /** Children of a node of length n − 1: [first[node], first[node + 1]). Of length 1: the root's. */
  readonly first: Uint32Array;
  /** How often each stands in the documents, as a target after its context. [nodes] */
  readonly counts: Uint32Array;
  /** How many different tokens stand before each (N₁₊(• g)); left out of the longest. [nodes] */
  readonly before?: Uint32Array;
}

/** Tokens of documents, one after the other, with where each ends. */
export interface Corpus {
  readonly tokens: Int32Array;
  /** [documents] */
  readonly ends: Uint32Array;
}

/** Places of documents as they are written out, separators among them. */
interface Places {
  readonly tokens: Int32Array;
  /** Tokens of the document before each place. */
  readonly depth: Uint32Array;
}

function placesOf({ tokens, ends }: Corpus, separator: number): Places {
  const all = new Int32Array(tokens.length + 2 * ends.length);
  const depth = new Uint32Array(all.length);
  let at = 0, from = 0;
  for (const end of ends) {
    all[at] = separator;
    all.set(tokens.subarray(from, end), at + 1);
    all[at + end - from + 1] = separator;
    for (let i = 0; i < end - from + 2; i++) depth[at + i] = i;
    at += end - from + 2;
    from = end;
  }
  return { tokens: all, depth };
}

/** Those of some places that have at least `least` tokens of their document before them, in order. */
function deeper(
  places: Uint32Array,
  { depth, least }: { readonly depth: Uint32Array; readonly least: number },
): Uint32Array {
  const kept = new Uint32Array(places.length);
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    if (depth[places[i]] >= least) kept[count++] = places[i];
  }
  return kept.subarray(0, count);
}

/** `order` sorted stably by `key` of each, a whole number below `below`. */
function sortedBy(order: Uint32Array, key: ArrayLike<number>, below: number): Uint32Array {
  const starts = new Uint32Array(below + 1), sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) starts[key[order[i]] + 1]++;
  for (let k = 0; k < below; k++) starts[k + 1] += starts[k];
  for (let i = 0; i < order.length; i++) sorted[starts[key[order[i]]]++] = order[i];
  return sorted;
}

/**
 * All n-grams of lengths 1 to `order` of some documents. Of length 1 there is a node for each token of
 * the vocabulary, whether it occurs or not.
 * @throws RangeError for a token outside the vocabulary, or a separator within a document
 */
export function gramsOf(
  corpus: Corpus,
  { order, vocabulary, separator }: {
    readonly order: number;
    readonly vocabulary: number;
    readonly separator: number;
  },
): Grams[] {
  const stray = corpus.tokens.findIndex((t) => !(t >= 0 && t < vocabulary) || t === separator);
  if (stray >= 0) {
    throw new RangeError(
      `token ${
        corpus.tokens[stray]
      } (number ${stray}) can't stand in a document: tokens are whole ` +
        `numbers below ${vocabulary}, and ${separator} stands between documents`,
    );
  }
  const { tokens, depth } = placesOf(corpus, separator);
  const all = new Uint32Array(tokens.length).map((_, place) => place);
  let places = sortedBy(deeper(all, { depth, least: 1 }), tokens, vocabulary);
  const counts = new Uint32Array(vocabulary);
  for (let i = 0; i < places.length; i++) counts[tokens[places[i]]]++;
  const grams: Grams[] = [{
    length: 1,
    token: Int32Array.from({ length: vocabulary }, (_, token) => token),
    first: Uint32Array.of(0, vocabulary),
    counts,
  }];
  /** The node of the n-gram that ends at each place. */
  let nodes: Uint32Array = Uint32Array.from(tokens);
  for (let length = 2; length <= order; length++) {
    const shorter = grams[length - 2], parents = shorter.token.length;
    places = deeper(places, { depth, least: length - 1 });
    const before = new Uint32Array(nodes.length);
    for (let i = 0; i < places.length; i++) before[places[i]] = nodes[places[i] - 1];
    const { grams: longer, nodes: own } = nodesOf(sortedBy(places, before, parents), {
      before,
      tokens,
      parents,
      length,
    });
    const distinct = new Uint32Array(parents);
    // One place of each node, whose last n − 1 tokens are a shorter n-gram.
    for (let i = 0; i < longer.places.length; i++) distinct[nodes[longer.places[i]]]++;
    grams[length - 2] = { ...shorter, before: distinct };
    grams.push(longer.gram);
    nodes = own;
  }
  return grams;
}

/** Places that are sorted by what stands before them and by their token, as nodes. */
function nodesOf(
  places: Uint32Array,
  { before, tokens, parents, length }: {
    readonly before: Uint32Array;
    readonly tokens: Int32Array;
    readonly parents: number;
    readonly length: number;
  },
) {
  const begins = (i: number) =>
    i === 0 || before[places[i]] !== before[places[i - 1]] ||
    tokens[places[i]] !== tokens[places[i - 1]];
  let count = 0;
  for (let i = 0; i < places.length; i++) if (begins(i)) count++;
  const token = new Int32Array(count), counts = new Uint32Array(count);
  const one = new Uint32Array(count), first = new Uint32Array(parents + 1);
  const nodes = new Uint32Array(tokens.length);
  for (let i = 0, node = -1; i < places.length; i++) {
    const place = places[i];
    if (begins(i)) {
      node++;
      token[node] = tokens[place];
      one[node] = place;
      first[before[place] + 1]++;
    }
    counts[node]++;
    nodes[place] = node;
  }
  for (let parent = 0; parent < parents; parent++) first[parent + 1] += first[parent];
  return { grams: { gram: { length, token, first, counts }, places: one }, nodes };
}

/** The node of a context's node and a token after it; −1 where the documents don't have it. */
export function childOf({ token, first }: Grams, parent: number, wanted: number): number {
  let low = first[parent], high = first[parent + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (token[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low < first[parent + 1] && token[low] === wanted ? low : -1;
}
