/** Laws of asking a model for texts: each token once, given as much as the window holds. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { languageOf, rollingWindows, tokensOfPair } from "../../../../src/subject/mod.ts";
import { bytesTokenizer } from "../../../../src/tokenizers/mod.ts";
import { bigramModel, logProbabilityOf } from "../../../metrics/text/bigram.ts";
import { close, law } from "../../../law.ts";

const separator = 99;

law("windows score each token once, in order, and all but the first are full", {
  source: "lm-evaluation-harness: get_rolling_token_windows",
  given: { length: fc.nat({ max: 60 }), context: fc.integer({ min: 1, max: 17 }) },
  holds: ({ length, context }) => {
    const tokens = Int32Array.from({ length }, (_, i) => i);
    const windows = rollingWindows(tokens, { separator, context });
    const scored = windows.flatMap(({ row, targets }) => [...row.subarray(row.length - targets)]);
    assertEquals(scored, [...tokens]);
    windows.forEach(({ row, targets }, i) => {
      assert(targets >= 1 && targets < row.length && row.length <= context + 1);
      if (i > 0) assertEquals(row.length, context + 1, "a later window is full");
      // A row is a run of the text; the first begins with the separator.
      const place = i === 0 ? -1 : row[0];
      row.forEach((token, t) => assertEquals(token, place + t < 0 ? separator : place + t));
    });
  },
  kills: ["windows-last-short", "windows-overlap", "windows-without-separator"],
});

const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "é", "\u00a0"), maxLength: 8 });

law("a pair's tokens are those of both texts as one; spaces at the context's end are scored", {
  source: "lm-evaluation-harness: _encode_pair",
  given: { context: text, continuation: text },
  holds: ({ context, continuation }) => {
    const { before, after } = tokensOfPair({ context, continuation }, bytesTokenizer);
    const whole = [...bytesTokenizer.encode(context + continuation)];
    const first = context === "" ? [bytesTokenizer.separator] : [];
    assertEquals([...before, ...after], [...first, ...whole]);
    const own = new TextDecoder().decode(bytesTokenizer.decode(before));
    assertEquals(own, context.trimEnd());
  },
  kills: ["pair-spaces-stay", "pair-empty-context-unscored"],
});

law("a text's log-probability is the sum of its tokens', however many windows it takes", {
  source: "chain rule; a bigram needs one token before",
  given: {
    texts: fc.array(fc.string({ unit: "grapheme", maxLength: 30 }), { minLength: 1, maxLength: 6 }),
    context: fc.integer({ min: 1, max: 9 }),
  },
  holds: async ({ texts, context }) => {
    const found = await languageOf(bigramModel(context)).rolling(texts);
    found.forEach(({ logProbability, tokens }, i) => {
      close(logProbability, logProbabilityOf(texts[i]), 1e-9, "ln p");
      assertEquals(tokens, new TextEncoder().encode(texts[i]).length);
    });
  },
  kills: ["windows-overlap", "windows-without-separator"],
});
