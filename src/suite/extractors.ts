/**
 * The key `extractors` of a suite: the user's own weights.
 * @module
 */
import { dirname, resolve } from "@std/path";
import type { z } from "zod";
import { extractorTable } from "../metrics/extractors/table.ts";
import { shown } from "../places.ts";
import { nearest } from "../text/nearest.ts";
import { checkKeys, type Place } from "./check.ts";
import { extractorWeights, type Suite, type suiteFile } from "./schema.ts";

/** Weights with their paths as the working folder has them; names and keys are checked. */
export function readExtractors(
  given: unknown,
  plain: z.output<typeof suiteFile>["extractors"],
  top: Place,
): Suite["extractors"] {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    const known = Object.keys(extractorTable).filter((n) =>
      extractorTable[n].weights.from === "user"
    );
    for (const [name, value] of Object.entries(given)) {
      const place = { ...top, path: ["extractors", name], name: `extractors.${name}` };
      checkKeys(extractorWeights, value, place);
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      top.problems.push({
        ...top.source.locate(["extractors", name], "key"),
        message: `no extractor that takes weights is called \`${name}\`` +
          (near === undefined ? "" : `; did you mean \`${near}\`?`),
        hints: [`those that do: ${known.join(", ")}   (deno task list)`],
      });
    }
  }
  return Object.fromEntries(
    Object.entries(plain).map(([name, { weights, ...rest }]) => {
      return [name, { weights: shown(resolve(dirname(top.source.file), weights)), ...rest }];
    }),
  );
}
