/** Records answer for the inputs that they were made from: edited files are other runs. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import sharp from "sharp";
import { asInstalled } from "../../src/base/program/child.ts";
import { openStore } from "../../src/record/store.ts";
import { inFolder } from "../run/harness.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const pixels = await Deno.readTextFile(join(root, "tests/examples/pixels.ts"));

/** `likeness run` of a suite; the records that the suite's last plan names, and what was said. */
async function run(path: string, out: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, join(root, "src/main.ts"), "run", path, "--out", out]
      .concat(["--engine", "wasm", "--no-report", "--no-gate", "--jobs", "1", "--json"]),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout), said = new TextDecoder().decode(stderr);
  const events = text.trim().split("\n").map((line) => JSON.parse(line));
  const records = events.filter(({ event }) => event === "record");
  assertEquals(code, 0, text + said);
  const [last] = records.filter(({ label }) => label !== "noise");
  const record = (await openStore(out).readRecord(last.id))!;
  return { record, value: record.metrics[0].value };
}

Deno.test("modules of one family name in two folders are two families; an edited one is a third", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const suite = (name: string) =>
      [
        `suite: team-${name}`,
        "data: { dataset: toys, shape: moons, train: 200, test: 400 }",
        "budget: { steps: 6 }",
        "batch: 16",
        "modules: [pixels.ts]",
        "runs: [{ pixels: { learningRate: 0.02 } }]",
        "controls: [noise]",
        "metrics: [{ likelihood: { samples: 32, draws: 2 } }]",
      ].join("\n");
    const still = pixels.replace(
      "return [next as TensorRecord, { loss }];",
      "return [state, { loss }];",
    );
    assert(still !== pixels);
    for (const [name, text] of [["a", pixels], ["b", still]]) {
      await Deno.mkdir(join(folder, name));
      await Deno.writeTextFile(join(folder, name, "s.yaml"), suite(name));
      await Deno.writeTextFile(join(folder, name, "pixels.ts"), text);
    }
    const a = await run(join(folder, "a/s.yaml"), out);
    const b = await run(join(folder, "b/s.yaml"), out);
    // The second doesn't learn: it may have neither the first one's record nor its weights.
    assertEquals([b.record.trainedBy, a.value === b.value], [undefined, false]);
    await Deno.writeTextFile(join(folder, "a/pixels.ts"), still);
    const edited = await run(join(folder, "a/s.yaml"), out);
    assert(edited.record.id !== a.record.id);
    // The same code and data as b's under another suite's name: its weights may be taken.
    assertEquals([edited.value, edited.record.trainedBy?.id], [b.value, b.record.id]);
  }));

Deno.test("other pictures under the same names, sizes and times are other data", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out"), pictures = join(folder, "pictures");
    await Deno.mkdir(pictures);
    const time = new Date("2020-01-01T00:00:00Z");
    const write = async (shade: (i: number) => number) => {
      for (let i = 0; i < 40; i++) {
        const data = new Uint8Array(16 * 12 * 3).fill(shade(i));
        const path = join(pictures, `${i}.png`);
        await sharp(data, { raw: { width: 16, height: 12, channels: 3 } })
          .png({ compressionLevel: 0 }).toFile(path);
        await Deno.utime(path, time, time);
      }
    };
    await Deno.writeTextFile(
      join(folder, "fold.yaml"),
      [
        "suite: fold",
        "data: { dataset: folder, path: pictures, size: 16, test: 0.3 }",
        "budget: { steps: 3 }",
        "batch: 16",
        "runs: [{ autoencoder: { latent: 8, width: 8 } }]",
        "controls: []",
        "metrics: [{ reconstruction: { samples: 5 } }]",
      ].join("\n"),
    );
    await write((i) => 6 * i);
    const first = await run(join(folder, "fold.yaml"), out);
    const again = await run(join(folder, "fold.yaml"), out);
    assertEquals(again.record, first.record);
    await write((i) => 255 - 6 * i);
    const changed = await run(join(folder, "fold.yaml"), out);
    assert(changed.record.id !== first.record.id && changed.value !== first.value);
    const digests = [first, changed].map(({ record }) => record.provenance.datasetDigest);
    assert(digests[0] !== digests[1]);
    assertEquals(changed.record.trainedBy, undefined, "weights of other pictures are not its own");
  }));
