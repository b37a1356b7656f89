import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { evaluateFolder } from "../../../src/proof/figures/evaluation/evaluate.ts";
import { ringPicture, writePictures } from "../../../src/proof/figures/evaluation/pictures.ts";
import type { Ran } from "../../../src/proof/figures/process.ts";

const line = (event: Record<string, unknown>) => JSON.stringify(event);

/** Reads what a command that printed `lines` measured. */
async function read(lines: readonly string[], code = 0) {
  let pictures = 0;
  const run = async (args: readonly string[]): Promise<Ran> => {
    for await (const entry of Deno.readDir(join(args[args.indexOf("--real") + 1], "0"))) {
      if (entry.name.endsWith(".png")) pictures++;
    }
    return { code, seconds: 5, stdout: lines.join("\n"), stderr: "it broke" };
  };
  return { reading: await evaluateFolder(3, { run, note: () => {} }), pictures };
}

Deno.test("the figures of evaluate are what the command says of a fresh folder", async () => {
  const extraction = {
    event: "extraction",
    pictures: 3,
    seconds: 2,
    extractorSeconds: 1.9,
    busy: 0.95,
  };
  const process = { event: "process", engine: "wasm", peakBytes: 7 };
  const { reading, pictures } = await read([line({ name: "FD" }), line(extraction), line(process)]);
  assertEquals(pictures, 3);
  assert(!("reason" in reading));
  assertEquals([reading.busy, reading.peakBytes, reading.wallSeconds], [0.95, 7, 5]);
  const reasons = await Promise.all([
    read([line(extraction), line(process)], 3),
    read([line({ ...extraction, pictures: 2 }), line(process)]),
    read([line({ ...extraction, busy: null }), line(process)]),
    read([line(extraction), line({ ...process, peakBytes: null })]),
  ]);
  const words = reasons.map(({ reading }) => "reason" in reading ? reading.reason : "none");
  ["exit code 3", "2 of 3 pictures", "3 of 3 pictures", "doesn't tell peak memory"].forEach(
    (expected, i) => assertStringIncludes(words[i], expected),
  );
});

Deno.test("the pictures of the figures are many, small, and no two alike", async () => {
  assertEquals(ringPicture(3), ringPicture(3));
  assert(ringPicture(3).some((byte, i) => byte !== ringPicture(4)[i]));
  const root = await Deno.makeTempDir();
  await writePictures(root, 12);
  assertEquals([...Deno.readDirSync(join(root, "0"))].length, 12);
  await Deno.remove(root, { recursive: true });
});
