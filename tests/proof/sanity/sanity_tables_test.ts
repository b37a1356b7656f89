/** The committed sanity tables, from which every report says what its extractors see. */
import { assert, assertEquals } from "@std/assert";
import { sanityFile, type SanityTable } from "../../../src/extractors/sanity/table.ts";
import { sanityClaims } from "../../../src/proof/sanity/table.ts";

const table = async (name: string): Promise<SanityTable> =>
  JSON.parse(await Deno.readTextFile(sanityFile(name)));

for (const name of ["judge-heads-v1", "lite0"]) {
  Deno.test(`committed sanity table of ${name}: its claims are those of its rows`, async () => {
    const { extractor, rows, claims, samples } = await table(name);
    assertEquals(extractor, name);
    assert(samples >= 1000, `${samples} pictures a set`);
    assertEquals(claims, sanityClaims(rows));
  });
}

Deno.test("committed sanity tables: the judge sees missing modes, which lite0 does not", async () => {
  const missing = async (name: string) =>
    (await table(name)).rows.find((row) => row.name === "two expressions missing")!.normalised;
  assert(await missing("judge-heads-v1") > 0.1);
  assert(await missing("lite0") < 0.05);
  assert((await table("judge-heads-v1")).claims.every(({ holds }) => holds));
});
