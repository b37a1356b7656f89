/**
 * The sanity table on small sets of heads: the orders that an extractor must get right. The report's
 * own table has more pictures; these sizes are what a test can render.
 */
import { assert, assertEquals } from "@std/assert";
import { heads, headsConfig } from "../../../src/data/heads/mod.ts";
import { openEngine } from "../../../src/engine/mod.ts";
import { openExtractor } from "../../../src/extractors/mod.ts";
import { sanityClaims, sanityTable } from "../../../src/proof/sanity/table.ts";
import type { SanityRow, SanityTable } from "../../../src/extractors/sanity/table.ts";
import { hostKey } from "../../../src/random/host/host.ts";

// Rendered once for both tables.
const cache = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(cache, { recursive: true }));

async function tableOf(extractor: string, samples: number): Promise<SanityTable> {
  const config = headsConfig.parse({
    train: 400,
    test: samples,
    judge: 0,
    judge_test: Math.ceil(2.2 * samples),
  });
  const dataset = await heads.load(config, { cache, jobs: 2 });
  const { engine } = await openEngine("wasm");
  return await sanityTable({
    dataset,
    engine,
    extractor: await openExtractor(extractor, engine),
    key: hostKey(1, "sanity"),
    samples,
    train: 400,
  });
}

function claimsOf(table: SanityTable): string[] {
  return table.claims.filter(({ holds }) => !holds).map(({ claim }) => claim);
}

Deno.test("sanity table of the judge: every claim holds", async () => {
  const table = await tableOf("judge", 400);
  assertEquals([table.extractor, table.samples, table.rows.length], ["judge-heads-v1", 400, 13]);
  const shown = table.rows.map((r) => `${r.name} ${r.normalised.toFixed(3)}`).join(", ");
  assertEquals(claimsOf(table), [], shown);
  assertEquals(table.rows.find((r) => r.name === "held-out")!.normalised, 0);
  assertEquals(table.rows.find((r) => r.name === "pixel Gaussian")!.normalised, 1);
});

Deno.test("sanity table of lite0: it orders damage, and does not see missing modes", async () => {
  const table = await tableOf("lite0", 120);
  const shown = table.rows.map((r) => `${r.name} ${r.normalised.toFixed(3)}`).join(", ");
  assertEquals(
    claimsOf(table),
    [
      "two expressions missing is far from it: d > 0.05",
      "two expressions missing is worse than twice what no eye sees",
      "one gender missing is far from it: d > 0.05",
    ],
    shown,
  );
});

Deno.test("claims are about the rows: a table that has the modes near fails them", () => {
  const row = (name: string, normalised: number, more: Partial<SanityRow> = {}): SanityRow => ({
    name,
    about: "",
    distance: 0,
    normalised,
    copies: 0.01,
    repeats: 0.01,
    ...more,
  });
  const good = [
    row("held-out", 0),
    row("noise 2", 0.001),
    row("JPEG 98", 0.01),
    row("JPEG 90", 0.05),
    row("blur 0.5", 0.12),
    row("blur 1", 1.2),
    row("a tenth copied", 0.01, { repeats: 0.2 }),
    row("training copy", 0.001, { copies: 1 }),
    row("two expressions missing", 0.27),
    row("one gender missing", 0.4),
    row("a quarter Gaussian", 0.07),
    row("pixel Gaussian", 1),
    row("blocks shuffled", 3),
  ];
  assert(sanityClaims(good).every(({ holds }) => holds));
  const blind = good.map((r) =>
    r.name === "two expressions missing" ? { ...r, normalised: 0.014 } : r
  );
  assertEquals(sanityClaims(blind).filter(({ holds }) => !holds).length, 2);
});
