/**
 * Reads a file of documents in a process of its own, and prints how many there were and by how much
 * its memory grew: tests beside it would be counted in theirs.
 */
import { readDocuments } from "../../../src/data/text/readers/readers.ts";

const resident = () => Deno.memoryUsage().rss;
const before = resident();
let count = 0, most = before;
const options = { form: "text", field: "text", mostBytes: 20_000 } as const;
for await (const some of readDocuments(Deno.args[0], options)) {
  count += some.length;
  most = Math.max(most, resident());
}
console.log(JSON.stringify({ count, grownMegabytes: (most - before) / 1e6 }));
