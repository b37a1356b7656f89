/**
 * Writes the `tokenizer.json` files that make.py has transformers read: see there.
 * @module
 */
import { oursOf, patternsTried } from "./ours.ts";

for (const pattern of patternsTried) {
  await Deno.writeTextFile(
    new URL(`files/ours_${pattern}.json`, import.meta.url),
    (await oursOf(pattern)).json,
  );
}
