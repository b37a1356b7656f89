/** Laws of exact duplicates. */
import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { exact } from "../../../src/curation/dedup/exact.ts";
import { simplified } from "../../../src/curation/words/simplify.ts";
import { decisionsOf, keptBy } from "../../curation/stages.ts";
import { law } from "../../law.ts";

const text = fc.oneof(
  fc.constantFrom("", "a", "A", "a b", "a  b", "b a", "á", "1", "2"),
  fc.string(),
);
const documents = fc.array(text, { maxLength: 30 });

law("exact duplicates: the first of each text stays, in order, and once more changes nothing", {
  source: "definition",
  given: { documents },
  holds: async ({ documents }) => {
    const kept = await keptBy(exact, documents);
    assertEquals(kept, [...new Set(documents)]);
    assertEquals(await keptBy(exact, kept), kept);
  },
  kills: ["exact-duplicates-by-length", "exact-duplicates-keep-the-second"],
  cases: 200,
});

law("exact duplicates of plain text: no two that are left are the same in it", {
  source: "definition",
  given: { documents },
  holds: async ({ documents }) => {
    const kept = await keptBy(exact, documents, { settings: { of: "simplified" } });
    assertEquals(kept.map(simplified), [...new Set(documents.map(simplified))]);
  },
  cases: 100,
});

law("a copy is told with how many were there before it", {
  source: "definition",
  given: { documents },
  holds: async ({ documents }) => {
    const decisions = await decisionsOf(exact, documents);
    for (const [i, decision] of decisions.entries()) {
      const before = documents.slice(0, i).filter((text) => text === documents[i]).length;
      assertEquals(decision.values?.["exact: copies"], before);
    }
  },
  cases: 100,
});
