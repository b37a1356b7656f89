/**
 * The key `extractors` of a suite: the user's own weights.
 * @module
 */
import { dirname, isAbsolute, relative, resolve } from "@std/path";
import type { z } from "zod";
import { openContents } from "../content/contents.ts";
import { extractorTable } from "../metrics/extractors/table.ts";
import { nearest } from "../text/nearest.ts";
import { checkKeys, type Place } from "./check.ts";
import { extractorWeights, type Suite, type suiteFile } from "./schema.ts";

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
        const path = isAbsolute(weights) ? weights : resolve(dirname(top.source.file), weights);
        const shown = relative(Deno.cwd(), path);
        const kept = shown.startsWith("..") ? path : shown;
        await checkFile(name, { path, shown: kept, sha256: rest.sha256 }, top);
        return [name, { weights: kept, ...rest }] as const;
      }),
    ),
  );
}

/** A file that isn't there, or is another one, is told before anything is trained. */
async function checkFile(
  name: string,
  { path, shown, sha256 }: {
    readonly path: string;
    readonly shown: string;
    readonly sha256: string;
  },
  { source, problems }: Place,
): Promise<void> {
  const contents = openContents(null);
  try {
    const found = await contents.digest(path);
    if (found === sha256) return;
    problems.push({
      ...source.locate(["extractors", name, "sha256"]),
      message: `\`extractors.${name}\`: ${shown} has sha256 ${found}, not ${sha256}`,
      hints: ["get the right file, or write its digest here if it is the one you mean"],
    });
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "isn't there" : (error as Error).message;
    problems.push({
      ...source.locate(["extractors", name, "weights"]),
      message: `\`extractors.${name}\`: ${shown} ${why}`,
    });
  } finally {
    contents.close();
  }
}
