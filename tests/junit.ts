/**
 * What `deno test` is given and gives back: filters by exact names, and its JUnit reports.
 * @module
 */

/** The value of `--filter` that takes the tests of these names and no others. */
export function filterOf(names: readonly string[]): string {
  return `/^(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")})$/`;
}

/** Names of the tests of a run, by what became of them; tests that a filter left out are in none. */
export interface TestNames {
  readonly failed: readonly string[];
  readonly passed: readonly string[];
  /** Those with `ignore`. */
  readonly ignored: readonly string[];
}

function plain(text: string): string {
  return text.replace(
    /&(lt|gt|quot|apos|amp|#(\d+)|#x([0-9a-f]+));/gi,
    (_, name, decimal, hex) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      return { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }[String(name).toLowerCase()]!;
    },
  );
}

/** Reads the file of `--junit-path`; null where there is none, or where it names no test that ran. */
export function parseJunit(xml: string | null): TestNames | null {
  const failed: string[] = [], passed: string[] = [], ignored: string[] = [];
  const cases = /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
  for (const [, head, body = ""] of (xml ?? "").matchAll(cases)) {
    const name = plain(head.match(/\bname="([^"]*)"/)?.[1] ?? "");
    const skipped = /<skipped\b/.test(body);
    // Deno writes a test that its filter left out as a skipped one too, but without a time.
    if (skipped && !/\btime="/.test(head)) continue;
    (skipped ? ignored : /<(failure|error)\b/.test(body) ? failed : passed).push(name);
  }
  return failed.length + passed.length + ignored.length === 0 ? null : { failed, passed, ignored };
}
