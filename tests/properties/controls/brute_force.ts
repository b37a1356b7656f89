/**
 * Modified Kneser–Ney written from Chen & Goodman 1998, section 3, with maps and no thrift. A document is
 * written [separator] … [separator]; n-grams that begin with the first separator have their counts, other
 * shorter ones the number of tokens before them.
 */

/** What a model is of. */
export interface Brute {
  readonly order: number;
  readonly vocabulary: number;
  readonly separator: number;
}

/** Counts of n-grams by their tokens. */
type Table = Map<string, number>;

const key = (tokens: readonly number[]) => tokens.join(" ");
const tokensOf = (gram: string) => gram.split(" ").map(Number);

/** All n-grams of one length that end in a target, with how often they stand there. */
function raw(documents: readonly (readonly number[])[], n: number, separator: number): Table {
  const table: Table = new Map();
  for (const document of documents) {
    const all = [separator, ...document, separator];
    for (let end = Math.max(2, n); end <= all.length; end++) {
      const gram = key(all.slice(end - n, end));
      table.set(gram, (table.get(gram) ?? 0) + 1);
    }
  }
  return table;
}

/** The a of each n-gram of each length, from 1. */
export function adjustedCounts(
  documents: readonly (readonly number[])[],
  { order, separator }: Brute,
): Table[] {
  const tables = Array.from({ length: order }, (_, i) => raw(documents, i + 1, separator));
  return tables.map((table, i) => {
    const n = i + 1;
    if (n === order) return table;
    return new Map([...table].map(([gram, count]) => {
      if (n > 1 && tokensOf(gram)[0] === separator) return [gram, count];
      const before = [...tables[n].keys()].filter((longer) =>
        key(tokensOf(longer).slice(1)) === gram
      );
      return [gram, before.length];
    }));
  });
}

/** Discounts of counts 1, 2 and 3 or more; 0.5, 1 and 1.5 where the formula has none. */
export function discountsOf(table: Table): number[] {
  const t = [1, 2, 3, 4].map((k) => [...table.values()].filter((count) => count === k).length);
  const Y = t[0] / (t[0] + 2 * t[1]);
  const D = [1 - 2 * Y * t[1] / t[0], 2 - 3 * Y * t[2] / t[1], 3 - 4 * Y * t[3] / t[2]];
  const sound = t.every((n) => n > 0) && D.every((d, i) => d > 0 && d <= i + 1);
  return sound ? D : [0.5, 1, 1.5];
}

/** p(token | history), history being all tokens before it in its document, its separator among them. */
export function bruteForce(
  documents: readonly (readonly number[])[],
  brute: Brute,
): (history: readonly number[], token: number) => number {
  const tables = adjustedCounts(documents, brute);
  const discounts = tables.map(discountsOf);
  const p = (context: readonly number[], token: number): number => {
    const n = context.length + 1, table = tables[n - 1], D = discounts[n - 1];
    const lower = n === 1 ? 1 / brute.vocabulary : p(context.slice(1), token);
    const children = [...table].filter(([gram]) =>
      key(tokensOf(gram).slice(0, -1)) === key(context)
    );
    const total = children.reduce((sum, [, count]) => sum + count, 0);
    if (total === 0) return lower;
    const discount = (count: number) => count === 0 ? 0 : D[Math.min(count, 3) - 1];
    const own = table.get(key([...context, token])) ?? 0;
    const taken = [1, 2, 3].map((k) =>
      children.filter(([, count]) => k === 3 ? count >= 3 : count === k).length * D[k - 1]
    ).reduce((a, b) => a + b);
    return (own - discount(own)) / total + taken / total * lower;
  };
  return (history, token) => p(history.slice(Math.max(0, history.length - brute.order + 1)), token);
}
