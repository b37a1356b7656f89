/**
 * The key `extractors` of a suite: the user's own weights.
 * @module
 */
import { dirname, resolve } from "@std/path";
import type { z } from "zod";
import { openContents } from "../../content/mod.ts";
import { extractorTable } from "../../extractors/mod.ts";
import { shown } from "../../base/mod.ts";
import { nearest } from "../../base/text/mod.ts";
import { checkKeys, type Place } from "../check.ts";
import { extractorWeights, type Suite, type suiteFile } from "../schema/schema.ts";

/** Weights with their paths as the working folder has them; names, keys and files are checked. */
export async function readExtractors(
  given: unknown,
  plain: z.output<typeof suiteFile>["extractors"],
  top: Place,
): Promise<Suite["extractors"]> {
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
    await Promise.all(
      Object.entries(plain).map(async ([name, { weights, ...rest }]) => {
        const path = resolve(dirname(top.source.file), weights);
        await checkFile(name, { path, sha256: rest.sha256 }, top);
        return [name, { weights: shown(path), ...rest }] as const;
      }),
    ),
  );
}

/** A file that isn't there, or is another one, is told before anything is trained. */
async function checkFile(
  name: string,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  { source, problems }: Place,
): Promise<void> {
  const contents = openContents(null);
  try {
    const found = await contents.digest(path);
    if (found === sha256) return;
    problems.push({
      ...source.locate(["extractors", name, "sha256"]),
      message: `\`extractors.${name}\`: ${shown(path)} has sha256 ${found}, not ${sha256}`,
      hints: ["get the right file, or write its digest here if it is the one you mean"],
    });
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "isn't there" : (error as Error).message;
    problems.push({
      ...source.locate(["extractors", name, "weights"]),
      message: `\`extractors.${name}\`: ${shown(path)} ${why}`,
    });
  } finally {
    contents.close();
  }
}
