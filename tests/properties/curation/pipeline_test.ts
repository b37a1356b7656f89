/** Laws of the pipeline: what it gives hangs on the documents and the stages, and on nothing else. */
import { assert, assertEquals } from "@std/assert";
import { gunzipSync } from "fflate";
import fc from "fast-check";
import type { Row } from "../../../src/curation/pipeline/row.ts";
import { inFolder } from "../../run/harness.ts";
import { law } from "../../law.ts";
import { curated, type Left, rowsOfTexts, stages, text } from "./corpora.ts";

const texts = fc.array(text, { minLength: 1, maxLength: 24 });
const block = fc.record({
  documents: fc.integer({ min: 1, max: 9 }),
  bytes: fc.constantFrom(40, 400, 1 << 20),
});

/** What is left of documents, in a folder that goes. */
async function left(
  rows: readonly Row[],
  asked: Parameters<typeof curated>[1],
  options: Omit<Parameters<typeof curated>[2], "out"> = {},
): Promise<Left> {
  let found: Left | undefined;
  await inFolder(async (out) => {
    found = await curated(rows, asked, { ...options, out });
  });
  return found!;
}

/** Lines of what was dropped. */
function droppedOf({ dropped }: Left) {
  return new TextDecoder().decode(gunzipSync(dropped)).split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const rowsOf = ({ kept }: Left): Row[] =>
  kept.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));

law("what a pipeline gives doesn't hang on how its documents are cut into blocks", {
  source: "definition",
  given: { texts, stages, one: block, other: block },
  cases: 60,
  holds: async ({ texts, stages, one, other }) => {
    const rows = rowsOfTexts(texts);
    const a = await left(rows, stages, { block: one }),
      b = await left(rows, stages, { block: other });
    assertEquals(a.kept, b.kept);
    assertEquals(droppedOf(a), droppedOf(b));
    assertEquals(a.tallies, b.tallies);
  },
  kills: [
    "curation-samples-by-the-order-of-their-coming",
    "curation-numbers-begin-anew-in-each-block",
    "curation-dropped-in-the-order-of-stages",
    "curation-tallies-of-the-last-block-alone",
  ],
});

law("each document is kept or dropped, once, and says where it came from", {
  source: "definition",
  given: { texts, stages },
  cases: 60,
  holds: async ({ texts, stages }) => {
    const rows = rowsOfTexts(texts), made = await left(rows, stages);
    const kept = rowsOf(made), dropped = droppedOf(made);
    const name = ({ from: { dataset, index } }: Row) => `${dataset} ${index}`;
    assertEquals([...kept, ...dropped].map(name).sort(), rows.map(name).sort());
    // In the order in which they came.
    assertEquals(kept.map(name), rows.map(name).filter((one) => kept.map(name).includes(one)));
    const original = new Map(rows.map((row) => [name(row), row.text]));
    for (const row of kept) {
      assertEquals(row.text !== original.get(name(row)), row.from.rewritten !== undefined);
    }
    for (const { why, value, limit } of dropped) {
      assert(typeof why === "string" && Number.isFinite(value) && Number.isFinite(limit));
      assert(value !== limit, `${why} dropped a value at its limit`);
    }
    // Each stage gets what the one before it kept, and counts add up.
    made.tallies.forEach((tally, i) => {
      const before = i === 0 ? rows.length : made.tallies[i - 1].kept.documents;
      assertEquals(tally.read.documents, before);
      const gone = Object.values(tally.checks).reduce(
        (sum, { dropped }) => sum + dropped.documents,
        0,
      );
      assertEquals(tally.kept.documents + gone, tally.read.documents);
    });
    assertEquals(made.tallies.at(-1)!.kept.documents, kept.length);
  },
  kills: [
    "curation-rewritten-not-said",
    "curation-dropped-documents-go-on",
    "curation-next-stage-sees-what-came-first",
  ],
});

/** Thrown where a pipeline is to stop. */
class Stop extends Error {}

law("a pipeline that is stopped anywhere and goes on gives the bytes of one that isn't", {
  source: "definition",
  given: { texts, stages, block, stop: fc.integer({ min: 1, max: 12 }) },
  cases: 60,
  holds: async ({ texts, stages, block, stop }) => {
    const rows = rowsOfTexts(texts), whole = await left(rows, stages, { block });
    await inFolder(async (out) => {
      // Stopped up to three times, each time a little later.
      for (let tries = 1;; tries++) {
        let heard = 0;
        const until = tries > 3 ? Infinity : stop * tries;
        try {
          const found = await curated(rows, stages, {
            out,
            block,
            heard: () => ++heard >= until ? Promise.reject(new Stop()) : Promise.resolve(),
          });
          assertEquals(found, whole);
          return;
        } catch (error) {
          if (!(error instanceof Stop)) throw error;
        }
      }
    });
  },
  kills: ["curation-goes-on-a-document-late", "curation-blocks-that-were-there-forgotten"],
});

law("mixing leaves sources in the shares of their weights, and repeats nothing", {
  source: "definition",
  given: {
    sizes: fc.tuple(fc.integer({ min: 60, max: 400 }), fc.integer({ min: 60, max: 400 })),
    weight: fc.constantFrom(0.25, 0.5, 1, 2, 4),
  },
  cases: 30,
  holds: async ({ sizes, weight }) => {
    const rows = sizes.flatMap((count, i): Row[] =>
      Array.from({ length: count }, (_, index) => ({
        text: "a document of ten or twenty bytes",
        from: { dataset: ["first", "second"][i], index },
      }))
    );
    const weights = { first: weight, second: 1 };
    const made = await left(rows, [{ name: "mix", config: { weights, seed: 0 } }], {
      block: { documents: 64, bytes: 1 << 20 },
    });
    const kept = rowsOf(made);
    assertEquals(
      new Set(kept.map(({ from }) => `${from.dataset} ${from.index}`)).size,
      kept.length,
    );
    // The source that is the scarcer for its weight is kept whole; of the other the number is binomial.
    const [first, second] = ["first", "second"].map((name) =>
      kept.filter(({ from }) => from.dataset === name).length
    );
    const scarce = sizes[0] / weight <= sizes[1];
    assertEquals(scarce ? first : second, scarce ? sizes[0] : sizes[1]);
    const [wanted, of, found] = scarce
      ? [sizes[0] / weight, sizes[1], second]
      : [sizes[1] * weight, sizes[0], first];
    const deviation = Math.sqrt(wanted * (1 - wanted / of));
    assert(Math.abs(found - wanted) <= 5 * deviation + 1e-9, `${found} where ${wanted} were due`);
  },
  kills: ["curation-mix-keeps-the-larger-share", "curation-mix-one-draw-for-a-source"],
});
