/**
 * Which laws say that they kill which mutants, as the test files' text tells.
 * @module
 */
import { join, relative } from "@std/path";
import type { Mutant } from "./mutant.ts";
import { root, walk } from "./tree.ts";

/** A law's claim to kill a mutant, found in the source of a test file. */
export interface Claim {
  readonly id: string;
  readonly file: string;
  /** Name of the test; null where the source doesn't spell it out. */
  readonly test: string | null;
}

/** The claims in a test file's text: `kills: [...]` in every call of `law`. */
export function claimsIn(text: string, file: string): Claim[] {
  return text.split(/^(?=[ \t]*law\()/m).filter((call) => /^[ \t]*law\(/.test(call)).flatMap(
    (call) => {
      const kills = call.match(/\bkills:\s*\[([^\]]*)\]/)?.[1] ?? "";
      const name = call.match(/^[ \t]*law\(\s*"((?:[^"\\]|\\.)*)"\s*,/)?.[1];
      return [...kills.matchAll(/"([^"]+)"/g)].map(([, id]) => ({
        id,
        file,
        test: name === undefined ? null : `law: ${JSON.parse(`"${name}"`)}`,
      }));
    },
  );
}

/** The claims of all test files. */
export async function allClaims(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for await (const path of walk(join(root, "tests"))) {
    if (!path.endsWith("_test.ts")) continue;
    claims.push(...claimsIn(await Deno.readTextFile(path), relative(root, path)));
  }
  return claims;
}

/** Claims to kill a mutant that isn't among these. */
export function emptyClaims(claims: readonly Claim[], mutants: readonly Mutant[]): string[] {
  const ids = new Set(mutants.map(({ id }) => id));
  return claims.filter(({ id }) => !ids.has(id))
    .map(({ id, file }) => `${file} claims to kill ${id}, which no table has`);
}
