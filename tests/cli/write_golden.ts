/**
 * `deno task golden`: writes tests/golden/help.txt anew. Read the difference before committing it:
 * scripts of users rest on these names.
 * @module
 */
import { goldenFile, helpText } from "./golden_help.ts";

await Deno.writeTextFile(goldenFile, helpText());
