/**
 * "Did you mean …?": the nearest of some known names.
 * @module
 */

/**
 * Edit distance with insertion, deletion, substitution and exchange of two neighbours, each at 1
 * (optimal string alignment; Damerau 1964, restricted).
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

/**
 * The known name nearest to `asked`, or undefined where none is near: at most a third of the letters
 * wrong (and at least 1, at most 3 allowed), or one the beginning of the other. Case, `-` and `_`
 * count for nothing. Ties go to the first.
 */
export function nearest(asked: string, known: Iterable<string>): string | undefined {
  const plain = (s: string) => s.toLowerCase().replaceAll(/[-_ ]/g, "");
  const target = plain(asked);
  let best: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const candidate = plain(name);
    let distance = editDistance(target, candidate);
    const [short, long] = target.length < candidate.length
      ? [target, candidate]
      : [candidate, target];
    if (short.length >= 3 && long.startsWith(short)) distance = Math.min(distance, 1);
    const allowed = Math.min(3, Math.max(1, Math.floor(Math.max(target.length, 3) / 3)));
    if (distance <= allowed && distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** "; did you mean `x`?", or nothing where no known name is near. */
export function didYouMean(asked: string, known: Iterable<string>, prefix = ""): string {
  const name = nearest(asked, known);
  return name === undefined ? "" : `; did you mean \`${prefix}${name}\`?`;
}
