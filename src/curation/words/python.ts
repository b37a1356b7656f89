/**
 * Text as Python sees it, whose counts the published thresholds were set on: a character is a code
 * point, and space is what `str.isspace` says. JavaScript's `trim` and `\s` know U+FEFF for a space
 * and neither U+001C … U+001F nor U+0085.
 * @module
 */

const small = new Uint8Array(256);
for (const code of [9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 0x85, 0xa0]) small[code] = 1;

/** Whether a code unit is space: `str.isspace`. */
export function isSpace(code: number): boolean {
  if (code < 256) return small[code] === 1;
  if (code < 0x1680) return false;
  return code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 ||
    code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** Whether a code unit ends a line: `str.splitlines`. */
function endsLine(code: number): boolean {
  return (code >= 10 && code <= 13) || (code >= 28 && code <= 30) || code === 0x85 ||
    code === 0x2028 || code === 0x2029;
}

/** `text.lstrip()` */
export function stripStart(text: string): string {
  let from = 0;
  while (from < text.length && isSpace(text.charCodeAt(from))) from++;
  return from === 0 ? text : text.slice(from);
}

/** `text.rstrip()` */
export function stripEnd(text: string): string {
  let to = text.length;
  while (to > 0 && isSpace(text.charCodeAt(to - 1))) to--;
  return to === text.length ? text : text.slice(0, to);
}

/** `text.strip()` */
export function strip(text: string): string {
  return stripStart(stripEnd(text));
}

/** `text.splitlines()`: without an empty line after the last end. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!endsLine(code)) continue;
    lines.push(text.slice(from, at));
    if (code === 13 && text.charCodeAt(at + 1) === 10) at++;
    from = at + 1;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

/** `text.split()`: what stands between spaces. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let from = -1;
  for (let at = 0; at < text.length; at++) {
    if (isSpace(text.charCodeAt(at))) {
      if (from >= 0) words.push(text.slice(from, at));
      from = -1;
    } else if (from < 0) from = at;
  }
  if (from >= 0) words.push(text.slice(from));
  return words;
}

const pairs = /[\ud800-\udbff][\udc00-\udfff]/g;

/** `len(text)`: code points. */
export function characters(text: string): number {
  return /[\ud800-\udfff]/.test(text)
    ? text.length - (text.match(pairs)?.length ?? 0)
    : text.length;
}

/** `text.count(part)`: times that it occurs, none within another. */
export function occurrences(text: string, part: string): number {
  let n = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) n++;
  return n;
}
