/**
 * JSON that people keep in a repository. What `JSON.parse` accepts silently, such as a repeated
 * key, is refused.
 * @module
 */

const lineOf = (text: string, at: number) => text.slice(0, at).split("\n").length;

/**
 * The value of a JSON text in which no key stands twice (`JSON.parse` takes the last of them, which
 * is half of a bad merge) and no merge is left open.
 * @throws SyntaxError with what is wrong, and the line where that can be told
 */
export function parseJson(text: string): unknown {
  const conflict = /^(?:<{7}|\|{7}|={7}|>{7})(?= |\r?$)/m.exec(text);
  if (conflict !== null) {
    throw new SyntaxError(
      `line ${lineOf(text, conflict.index)}: a merge is left open (${conflict[0]})`,
    );
  }
  const value: unknown = JSON.parse(text);
  const twice = repeatedKey(text);
  if (twice !== null) {
    throw new SyntaxError(`line ${twice.line}: the key ${JSON.stringify(twice.key)} appears twice`);
  }
  return value;
}

/** The first key that an object has twice; the text must be JSON. */
function repeatedKey(text: string): { readonly key: string; readonly line: number } | null {
  const open: Set<string>[] = [];
  for (const { 0: token, 1: colon, index } of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (colon !== undefined) {
      const key: string = JSON.parse(token.slice(0, -colon.length));
      const keys = open[open.length - 1];
      if (keys.has(key)) return { key, line: lineOf(text, index) };
      keys.add(key);
    }
  }
  return null;
}
