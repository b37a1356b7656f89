/**
 * The tokens of a TypeScript file, without comments, so that what is counted in sources is code and
 * never a word in a string, a comment or a regular expression.
 * @module
 */

/** A token. */
export interface Token {
  readonly kind: "word" | "string" | "template" | "number" | "regex" | "sign";
  /** As written; of strings what is between the quotes. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const word = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /\d[\w.]*/y;
// Longest first.
const sign =
  /=>|\.\.\.|\*\*=|===|!==|>>>=|<<=|>>=|&&=|\|\|=|\?\?=|==|!=|\*\*|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|[-+*/%&|^<>=]=|[^\s]/y;

/** Words after which a slash begins a regular expression, not a division. */
const beforeOperand = new Set([
  ..."return typeof instanceof in of new delete void throw case do else await yield".split(" "),
]);

/** Whether a slash after this token divides. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "word") return !beforeOperand.has(token.text);
  return token.kind !== "sign" || [")", "]", "}"].includes(token.text);
}

/** The end of a regular expression's body and flags, from its first slash. */
function regexEnd(text: string, from: number): number {
  let at = from + 1;
  for (let inClass = false; at < text.length; at++) {
    const c = text[at];
    if (c === "\\") at++;
    else if (c === "[") inClass = true;
    else if (c === "]") inClass = false;
    else if (c === "/" && !inClass) break;
  }
  for (at++; /[a-z]/.test(text[at] ?? "");) at++;
  return at;
}

/** The end of a string in quotes, from its first. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== text[from]) at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** What matches at a place; the expression is sticky. */
function matched(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}

/** See the module. Code inside templates is among the tokens, the text around it is one a piece. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  // Open braces, of which those of templates lead back to their text.
  const braces: ("block" | "template")[] = [];
  let at = 0, line = 1;
  const take = (kind: Token["kind"], end: number, shown = text.slice(at, end)) => {
    tokens.push({ kind, text: shown, line });
    for (; at < end; at++) if (text[at] === "\n") line++;
  };
  const skip = (end: number) => {
    for (; at < end; at++) if (text[at] === "\n") line++;
  };
  const template = () => {
    let end = at + 1;
    while (end < text.length && text[end] !== "`" && !text.startsWith("${", end)) {
      end += text[end] === "\\" ? 2 : 1;
    }
    const opens = text.startsWith("${", end);
    if (opens) braces.push("template");
    take("template", Math.min(text.length, end + (opens ? 2 : 1)), text.slice(at + 1, end));
  };
  while (at < text.length) {
    const c = text[at];
    if (/\s/.test(c)) skip(at + 1);
    else if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      skip(end < 0 ? text.length : end);
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      skip(end < 0 ? text.length : end + 2);
    } else if (c === '"' || c === "'") {
      const end = stringEnd(text, at);
      take("string", end, text.slice(at + 1, end - 1));
    } else if (c === "`") template();
    else if (c === "}" && braces.at(-1) === "template") {
      braces.pop();
      template();
    } else if (c === "/" && !endsOperand(tokens.at(-1))) take("regex", regexEnd(text, at));
    else {
      const name = matched(word, text, at), digits = matched(number, text, at);
      if (name !== undefined) take("word", at + name.length);
      else if (digits !== undefined) take("number", at + digits.length);
      else {
        const found = matched(sign, text, at)!;
        if (found === "{") braces.push("block");
        if (found === "}") braces.pop();
        take("sign", at + found.length);
      }
    }
  }
  return tokens;
}
