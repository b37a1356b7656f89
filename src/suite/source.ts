/**
 * A suite's text: parsed by the `yaml` package, which keeps positions, so that every mistake can be
 * told with its file, line and column, or with the `--set` that made it. A file may hold several
 * suites, one a YAML document, parted by lines of `---`.
 * @module
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from "yaml";
import { afterFile, type Problem, SuiteError } from "./problem.ts";

/** Where a value stands: keys and list indices from the top. */
export type Path = readonly (string | number)[];

/** A value that `--set` put in place of the file's. */
export interface Override {
  readonly path: Path;
  /** "--set runs.vae.beta=4". */
  readonly text: string;
}

/** What all documents of a file share. */
interface File {
  readonly name: string;
  readonly text: string;
  readonly lines: LineCounter;
  /** How many documents it holds. */
  readonly count: number;
}

/** The documents of a suite file, each a suite. @throws SuiteError with the mistakes of all */
export function readSources(name: string, text: string): Source[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    version: "1.2",
  });
  const all: (Document | null)[] = documents.length === 0 ? [null] : [...documents];
  const file = { name, text, lines, count: all.length };
  const sources: Source[] = [];
  const problems: Problem[] = [];
  for (const document of all) {
    try {
      sources.push(new Source(file, document));
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new SuiteError(problems);
  return sources;
}

/** One suite of a parsed file. */
export class Source {
  /** As given, for messages. */
  readonly file: string;
  /** Plain data; `--set` changes it in place. */
  readonly data: Record<string, unknown>;
  readonly #document: Document | null;
  readonly #lines: LineCounter;
  readonly #overrides: Override[] = [];

  /**
   * @param document null: the file holds none
   * @throws SuiteError for YAML that doesn't parse, has a key twice, is empty, or is no map of keys.
   */
  constructor(file: File, document: Document | null) {
    this.file = file.name;
    this.#lines = file.lines;
    this.#document = document;
    const { text } = file;
    const start = startOf(document?.contents) ?? document?.range?.[0] ?? 0;
    const problems = (document?.errors ?? []).map((error): Problem => ({
      ...this.#at(error.pos[0]),
      message: error.code === "DUPLICATE_KEY"
        ? `the key ${this.#keyAt(text, error.pos[0])}stands twice in one map`
        : `not YAML: ${error.message}`,
    }));
    if (problems.length > 0) throw new SuiteError(problems);
    let data: unknown;
    try {
      data = document?.toJS({ maxAliasCount: 1000 });
    } catch (error) {
      const { message } = error as Error;
      const alias = /alias.*: (\S+)$/.exec(message)?.[1];
      const at = alias === undefined ? start : Math.max(start, text.indexOf(`*${alias}`, start));
      throw new SuiteError([{ ...this.#at(at), message: `not YAML: ${message}` }]);
    }
    const what = file.count === 1 ? "the file" : "this document of the file";
    if (data === null || data === undefined) {
      throw new SuiteError([{
        ...this.#at(start),
        message: `${what} is empty; a suite starts with \`suite: its-name\``,
      }]);
    }
    if (typeof data !== "object" || Array.isArray(data)) {
      const found = Array.isArray(data) ? "a list" : "one value";
      const here = file.count === 1 ? "this file" : "this document";
      throw new SuiteError([{
        ...this.#at(start),
        message: `a suite is a map of keys (suite, data, runs, …); ${here} is ${found}`,
      }]);
    }
    this.data = data as Record<string, unknown>;
  }

  /** Notes that the value at `path` now comes from the command line. */
  override(override: Override): void {
    this.#overrides.push(override);
  }

  /** Where the key or value at `path` stands; the nearest thing around it where it doesn't exist. */
  locate(path: Path, part: "key" | "value" = "value"): Omit<Problem, "message"> {
    const set = this.#overrides.findLastIndex((o) =>
      o.path.length <= path.length && o.path.every((p, i) => String(p) === String(path[i]))
    );
    if (set >= 0) return { at: this.#overrides[set].text, order: afterFile + set };
    const document = this.#document;
    let node: unknown = document?.contents;
    let offset = isNode(node) ? node.range?.[0] ?? 0 : 0;
    for (const [depth, step] of path.entries()) {
      if (isAlias(node) && document !== null) node = node.resolve(document);
      let next: unknown;
      let start: number | undefined;
      if (isMap(node)) {
        const pair = node.items.find((p) =>
          String(isScalar(p.key) ? p.key.value : p.key) === String(step)
        );
        if (pair === undefined) break;
        const key = startOf(pair.key);
        start = part === "key" && depth === path.length - 1 ? key : startOf(pair.value) ?? key;
        next = pair.value;
      } else if (isSeq(node)) {
        next = node.items[Number(step)];
        start = startOf(next);
      } else if (isScalar(node) && node.value === step) {
        break; // `- vae`, short for `- vae: {}`
      }
      if (start === undefined) break;
      offset = start;
      node = next;
    }
    return this.#at(offset);
  }

  #at(offset: number): Omit<Problem, "message"> {
    const { line, col } = this.#lines.linePos(offset);
    return { at: `${this.file}:${Math.max(line, 1)}:${Math.max(col, 1)}`, order: offset };
  }

  #keyAt(text: string, offset: number): string {
    const key = /^["']?([\w.-]+)/.exec(text.slice(offset))?.[1];
    return key === undefined ? "" : `\`${key}\` `;
  }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
