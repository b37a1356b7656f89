/**
 * What stands between spaces, cut into words as spaCy's tokenizer does it (3.8, `tokenizer.pyx`):
 * signs are taken from its start and end until none is left or a special word is, then it is cut
 * within; at last special words that were cut are joined again.
 * @module
 */
import { infix, isAddress, prefix, suffix } from "./patterns.ts";
import { specialCases } from "./special_cases.ts";

function cutWithin(text: string, into: string[]): void {
  let from = 0;
  for (const match of text.matchAll(infix)) {
    if (match.index === 0) continue;
    if (match.index !== from) into.push(text.slice(from, match.index));
    into.push(match[0]);
    from = match.index + match[0].length;
  }
  if (from < text.length) into.push(text.slice(from));
}

/** Code units of the longest special word. */
const LONGEST_SPECIAL = Math.max(...[...specialCases.keys()].map(({ length }) => length));
/**
 * Code units at a text's end that hold all that may be cut from it, but for a row of full stops, and what
 * must stand before it: so that a long text of signs doesn't take time in the square of its length.
 */
const WINDOW = 32;

const startOf = (text: string) => prefix.exec(text)?.[0] ?? "";

function endOf(text: string): string {
  const end = suffix.exec(text.slice(-WINDOW))?.[0] ?? "";
  if (end.length < WINDOW) return end;
  let from = text.length;
  while (from > 0 && text[from - 1] === ".") from--;
  return text.slice(from);
}

/** @param special whether special words are known */
function cutSigns(chunk: string, special: boolean): string[] {
  const known = (text: string) =>
    special && text !== "" && text.length <= LONGEST_SPECIAL && specialCases.has(text);
  const before: string[] = [], after: string[] = [];
  let text = chunk;
  for (let last = 0; text.length !== last && text !== "" && !known(text);) {
    last = text.length;
    const first = startOf(text);
    const behind = text.slice(first.length);
    if (first !== "" && known(behind)) {
      before.push(first);
      text = behind;
      break;
    }
    const end = endOf(behind);
    const ahead = text.slice(0, text.length - end.length);
    if (end !== "" && known(ahead)) {
      after.push(end);
      text = ahead;
      break;
    }
    if (first !== "") before.push(first);
    if (end !== "") after.push(end);
    text = behind.slice(0, behind.length - end.length);
  }
  if (text !== "") {
    if (known(text)) before.push(...specialCases.get(text)!);
    else if (isAddress(text)) before.push(text);
    else cutWithin(text, before);
  }
  return [...before, ...after.reverse()];
}

/** Special words as they are cut by signs alone, by their first part. */
let signed: ReadonlyMap<string, readonly (readonly string[])[]> | undefined;

function signedCases(): ReadonlyMap<string, readonly (readonly string[])[]> {
  const all = new Map<string, (readonly string[])[]>();
  for (const text of specialCases.keys()) {
    if (![prefix, suffix, infix].some((pattern) => text.search(pattern) >= 0)) continue;
    const parts = cutSigns(text, false);
    all.set(parts[0], [...all.get(parts[0]) ?? [], parts]);
  }
  return all;
}

/** Joins special words that signs were cut from: the longest first, of equals the first. */
function joinSpecial(parts: string[]): string[] {
  const cases = signed ??= signedCases();
  const found: { from: number; to: number }[] = [];
  parts.forEach((part, from) => {
    for (const one of cases.get(part) ?? []) {
      if (one.every((text, i) => parts[from + i] === text)) {
        found.push({ from, to: from + one.length });
      }
    }
  });
  if (found.length === 0) return parts;
  found.sort((a, b) => (b.to - b.from) - (a.to - a.from) || a.from - b.from);
  const taken = new Set<number>(), starts = new Map<number, number>();
  for (const { from, to } of found) {
    if (!taken.has(from) && !taken.has(to - 1)) starts.set(from, to);
    for (let i = from; i < to; i++) taken.add(i);
  }
  const out: string[] = [];
  for (let i = 0; i < parts.length;) {
    const to = starts.get(i);
    if (to === undefined) out.push(parts[i++]);
    else {
      const text = parts.slice(i, to).join("");
      out.push(...specialCases.get(text) ?? parts.slice(i, to));
      i = to;
    }
  }
  return out;
}

/** The words of a text without spaces. */
export function cut(chunk: string): string[] {
  return specialCases.has(chunk)
    ? [...specialCases.get(chunk)!]
    : joinSpecial(cutSigns(chunk, true));
}
