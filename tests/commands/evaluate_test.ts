import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname, join } from "@std/path";
import sharp from "sharp";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";
import { main } from "../../src/commands/evaluate/evaluate.ts";
import { commands } from "../../src/commands/table.ts";
import { folder as folderData } from "../../src/data/folder/folder.ts";
import { encodeNpy } from "../../src/data/numpy/npy.ts";
import { writeNpz } from "../../src/data/numpy/npz.ts";
import { npmPackage } from "../../src/content/npm_package.ts";
import { cacheFolder } from "../../src/install/tensorflow/place.ts";
import { UsageError } from "../../src/base/errors.ts";
import { openSide } from "../../src/compare/sides.ts";
import { coverageOf } from "../../src/metrics/features/coverage.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { hostKey, hostNormal, hostUniform } from "../../src/random/host/host.ts";
import golden from "../golden/extractors/onnx.json" with { type: "json" };
import { pillowFile } from "../golden/pillow/compare.ts";
import { keptTerminal } from "./terminal.ts";

const row = commands.find((c) => c.name === "evaluate") as Command;
const out = await Deno.makeTempDir();

async function evaluate(...words: string[]) {
  const terminal = keptTerminal();
  const all = [...words, "--out", out, "--jobs", "1", "--engine", "wasm"];
  const code = await main(parseArguments(row, all), terminal);
  return { code, out: terminal.out, err: terminal.err };
}

/** Values by name, and the lines that are none. */
async function measured(...words: string[]) {
  const { code, out, err } = await evaluate(...words, "--json");
  assertEquals(code, 0, err.join("\n"));
  const lines = out.map((line) => JSON.parse(line));
  const values = lines.filter((line) => line.event === undefined) as MetricValue[];
  return {
    values: Object.fromEntries(values.map((v) => [v.name, v.value as number])),
    events: lines.filter((line) => line.event !== undefined),
    err: err.join("\n"),
  };
}

async function refused(words: string[], message: string) {
  const error = await assertRejects(() => evaluate(...words), UsageError);
  assert(error.message.includes(message), error.message);
}

/** PNGs of smooth colour fields; `shade` darkens them all. */
async function folder(
  { count, side, shade, seed }: { count: number; side: number; shade: number; seed: number },
): Promise<string> {
  const path = await Deno.makeTempDir();
  for (let i = 0; i < count; i++) {
    const [r, g, b, x, y] = hostUniform(hostKey(seed, "fields", i), 5);
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => {
      const [row, column] = [Math.floor(at / 3 / side) / side, (Math.floor(at / 3) % side) / side];
      const field = 1 - Math.abs(row - y) * 0.5 - Math.abs(column - x) * 0.5;
      return Math.round(255 * field * [r, g, b][at % 3] * shade);
    });
    await sharp(data, { raw: { width: side, height: side, channels: 3 } }).png()
      .toFile(`${path}/${String(i).padStart(3, "0")}.png`);
  }
  return path;
}

const real = await folder({ count: 12, side: 24, shade: 1, seed: 1 });
const dark = await folder({ count: 9, side: 20, shade: 0.3, seed: 3 });
const only = (metrics: string) => ["--metrics", metrics];

Deno.test("evaluate: a folder against itself, something else, and statistics of itself", async () => {
  const stats = join(out, "real.npz"), rows = join(out, "real.npy");
  const words = ["--real", real, ...only("frechet,coverage")];
  const self = await measured(...words, "--fake", real);
  assert(self.err.includes("--real and --fake are the same"), self.err);
  assert(self.err.includes("12 pictures for 1280 dimensions"), self.err);
  // Pictures of another size, and fewer: they go to the extractor as they are.
  const other = await measured(...words, "--fake", dark);
  const [distance] = Object.keys(self.values);
  assertEquals(distance, "FD-lite0@12");
  assertEquals(Object.keys(other.values)[0], "FD-lite0@9-real12");
  assert(self.values[distance] < 1e-6 * other.values["FD-lite0@9-real12"], "to itself");
  assertEquals([self.values["recall-k5-lite0@12"], other.values["recall-k5-lite0@9-real12"] < 1], [
    1,
    true,
  ]);
  // What one call extracted, the next one finds.
  assertEquals(self.events.map(({ event }) => event), ["extraction", "extraction", "process"]);
  assertEquals(self.events.map(({ pictures }) => pictures), [12, 0, undefined]);
  assertEquals(other.events[0].pictures, 0);
  assert(other.events[1].busy > 0 && other.events[1].busy <= 1);
  const saved = await evaluate("--real", real, "--save-stats", stats, "--save-features", rows);
  assertEquals(saved.code, 0);
  assert(saved.out.some((line) => line.includes(stats)), saved.out.join("\n"));
  const kept = await measured("--real", stats, "--fake", dark);
  assertEquals(kept.values["FD-lite0@9-real12"], other.values["FD-lite0@9-real12"]);
  assertEquals(Object.keys(kept.values).length, 1); // the others need features
  const features = await measured("--real", rows, "--fake", dark, ...only("frechet,coverage"));
  assertEquals(features.values, other.values);
  await refused(["--real", stats, "--fake", dark, ...only("kernel")], "means and covariances only");
});

Deno.test("evaluate: the number of pictures is part of the name; a subset is said aloud", async () => {
  const found = await measured(
    ...["--real", real, "--fake", dark, "--samples", "7", "--shuffle", "4"],
    ...[...only("frechet,coverage"), "--set", "coverage.k=3"],
  );
  assertEquals(Object.keys(found.values).slice(0, 2), ["FD-lite0@7", "precision-k3-lite0@7"]);
  const words = ["--real", real, "--fake", dark, ...only("frechet")];
  await refused([...words, "--samples", "10"], "--samples 10: ");
  const markdown = await evaluate(...words, "--markdown");
  assertEquals(markdown.out.slice(2, 4), ["| Metric | Value | Better |", "| --- | ---: | --- |"]);
  assert(markdown.out[4].startsWith("| FD-lite0@9-real12 | "), markdown.out[4]);
  const csv = await evaluate(...words, "--csv");
  assertEquals(csv.out[0], "metric,value,unit,direction,samples,reason,real,fake");
  assert(csv.out[1].endsWith(`,,lower,9,,${real},${dark}`), csv.out[1]);
});

Deno.test("evaluate: features of one's own, without a network, as prdc takes them", async () => {
  const draw = (seed: number) => ({
    count: 40,
    dimension: 3,
    data: Float64Array.from(hostNormal(hostKey(seed, "features"), 120)),
  });
  const [a, b] = [draw(1), draw(2)];
  for (const [name, { data }] of [["a", a], ["b", b]] as const) {
    await Deno.writeFile(join(out, `${name}.npy`), encodeNpy({ shape: [40, 3], data }));
  }
  await writeNpz(join(out, "b.npz"), { feats: { shape: [40, 3], data: b.data } });
  const words = ["--real", join(out, "a.npy"), ...only("coverage"), "--set", "coverage.k=4"];
  const { values } = await measured(...words, "--fake", join(out, "b.npy"));
  const { precision, recall, density, coverage } = coverageOf({ real: a, samples: b }, 4);
  assertEquals(Object.values(values), [precision, recall, density, coverage]);
  assertEquals(Object.keys(values)[0], "precision-k4-given@40");
  assertEquals((await measured(...words, "--fake", join(out, "b.npz"))).values, values);
});

/** PNGs by path, all of one time of change. */
async function pictures(of: Readonly<Record<string, Uint8Array>>, side: number): Promise<string> {
  const root = await Deno.makeTempDir({ dir: out }), time = new Date("1980-01-01T00:00:00Z");
  for (const [name, data] of Object.entries(of)) {
    const path = join(root, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    // Uncompressed, as dataset tools of this field write them: sizes are those of the pixels.
    await sharp(data, { raw: { width: side, height: side, channels: 3 } })
      .png({ compressionLevel: 0, adaptiveFiltering: false }).toFile(path);
    await Deno.utime(path, time, time);
  }
  return root;
}

/** `each` pictures of a colour of its own in each of four folders, or of one kind in the folder itself. */
const tinted = (
  colours: Readonly<Record<string, readonly number[]>>,
  { each, seed }: { each: number; seed: number },
) =>
  pictures(
    Object.fromEntries(
      Object.entries(colours).flatMap(([kind, colour], k) =>
        Array.from({ length: each }, (_, i) => {
          const noise = hostUniform(hostKey(seed, "tinted", 100 * k + i), 8 * 8);
          return [
            `${kind}${String(i).padStart(3, "0")}.png`,
            Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => {
              return colour[at % 3] * (0.6 + 0.4 * noise[Math.floor(at / 3)]);
            }),
          ];
        })
      ),
    ),
    8,
  );

Deno.test("evaluate: pictures under the names, sizes and times of others are not taken for them", async () => {
  const red = { "img": [255, 40, 40] }, blue = { "img": [40, 60, 255] };
  const real = await tinted(blue, { each: 10, seed: 1 });
  const wrong = await tinted(red, { each: 10, seed: 2 });
  const mended = await tinted(blue, { each: 10, seed: 3 });
  const sizes = [wrong, mended].map((root) =>
    [...Deno.readDirSync(root)].map(({ name }) => name).sort()
      .map((name) => [name, Deno.statSync(join(root, name)).size])
  );
  assertEquals(sizes[0], sizes[1]); // as in the field: nothing but their bytes tells them apart
  const distance = async (fake: string) => {
    const { values, events } = await measured("--real", real, "--fake", fake, ...only("frechet"));
    return { value: values["FD-lite0@10"], extracted: events[1].pictures };
  };
  const far = await distance(wrong), near = await distance(mended);
  assert(far.value > 3 * near.value && near.value > 1e-3, `${far.value} ${near.value}`);
  assertEquals([far.extracted, near.extracted], [10, 10]);
  assertEquals(await distance(wrong), { value: far.value, extracted: 0 });
  // The mended ones in the place of the wrong ones, and all of them under other names.
  await Deno.rename(wrong, `${wrong}-old`);
  await Deno.rename(mended, wrong);
  assertEquals(await distance(wrong), { value: near.value, extracted: 0 });
  for (const { name } of [...Deno.readDirSync(wrong)]) {
    await Deno.rename(join(wrong, name), join(wrong, `renamed-${name}`));
  }
  assertEquals(await distance(wrong), { value: near.value, extracted: 0 });
});

Deno.test("evaluate: sides of unequal numbers in a folder a class, and drawn ones", async () => {
  const kinds = {
    "apple/": [230, 40, 40],
    "beetle/": [40, 200, 60],
    "cloud/": [50, 70, 230],
    "daisy/": [220, 210, 50],
  };
  const real = await tinted(kinds, { each: 12, seed: 4 });
  const fake = await tinted(kinds, { each: 6, seed: 5 });
  const words = [
    "--real",
    real,
    "--fake",
    fake,
    ...only("kernel,coverage"),
    "--set",
    "coverage.k=3",
  ];
  const all = await measured(...words);
  assertEquals(Object.keys(all.values).slice(0, 2), [
    "KID-lite0@24-real48",
    "precision-k3-lite0@24-real48",
  ]);
  const [kid, precision, recall] = Object.values(all.values);
  assert(precision > 0.7 && recall > 0.7, `${precision} ${recall}`);
  // By path the first 24 of 48 are two classes of four. Their distance is far from that of all.
  const half = await pictures({}, 8);
  for (const kind of ["apple", "beetle"]) await Deno.rename(join(real, kind), join(half, kind));
  const one = await measured("--real", half, "--fake", fake, ...only("kernel"));
  const alone = Object.values(one.values)[0];
  for (const kind of ["apple", "beetle"]) await Deno.rename(join(half, kind), join(real, kind));
  assert(Math.abs(kid) < 0.3 * alone, `${kid} of ${alone}`);
  const drawn = await measured(...words, "--samples", "20");
  assert(Math.abs(drawn.values["KID-lite0@20"]) < 0.5 * alone, `${drawn.values["KID-lite0@20"]}`);
  const shown = await evaluate(...words, "--samples", "20", "--seed", "7");
  assert(shown.out[1].startsWith("20 of each, drawn by seed 7"), shown.out[1]);
  const again = await measured(...words, "--samples", "20", "--seed", "1");
  assertEquals(again.values, drawn.values);
});

Deno.test("evaluate: arrays are shuffled and drawn from as folders are; their rows must be sound", async () => {
  const each = 30, dimension = 3, place = (name: string) => join(out, `${name}.npy`);
  const write = async (name: string, rows: number[][]) => {
    const data = Float64Array.from(rows.flat());
    await Deno.writeFile(place(name), encodeNpy({ shape: [rows.length, dimension], data }));
    return data;
  };
  const rows = (seed: number) =>
    Array.from({ length: 4 * each }, (_, i) => {
      const noise = hostNormal(hostKey(seed, "rows", i), dimension);
      return Array.from(noise, (v, j) => v + (j === 0 ? 9 * Math.floor(i / each) : 0));
    });
  await write("long", rows(1));
  await write("short", rows(2).filter((_, i) => i % 3 === 0));
  const words = ["--real", place("long"), "--fake", place("short"), ...only("kernel,coverage")];
  const all = await measured(...words);
  assertEquals(Object.keys(all.values)[0], "KID-given@40-real120");
  assert(Object.values(all.values)[1] > 0.9, "precision");
  const shuffled = await measured(...words, "--shuffle", "3");
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.abs(b);
  for (const name of Object.keys(all.values)) {
    assert(close(shuffled.values[name], all.values[name]), name);
  }
  const [one, two] = [await measured(...words, "--samples", "32"), [
    ...words,
    "--samples",
    "32",
    "--shuffle",
    "5",
  ]];
  assertEquals(Object.keys(one.values)[0], "KID-given@32");
  // The first 32 rows are one class and two rows; drawn ones are of all four.
  assert(one.values["precision-k5-given@32"] > 0.8, `${one.values["precision-k5-given@32"]}`);
  assert((await measured(...two)).values["KID-given@32"] !== one.values["KID-given@32"]);
  const broken = rows(1);
  broken[7][1] = NaN;
  broken[90][0] = -Infinity;
  await write("odd", broken);
  await refused(
    ["--real", place("odd"), "--fake", place("short")],
    "odd.npy: 2 of 120 rows are not finite: row 7 (number 1 is NaN), row 90 (number 0 is -Infinity)",
  );
  await write("single", [[1, 2, 3]]);
  await refused(
    ["--real", place("single"), "--fake", place("short")],
    "holds 1 rows of 3 features",
  );
  const statistics = {
    mu: { shape: [2], data: Float64Array.of(0, 0) },
    sigma: { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) },
  };
  await writeNpz(join(out, "s.npz"), statistics);
  const kept = ["--real", join(out, "s.npz"), "--fake", join(out, "s.npz")];
  await refused([...kept, "--shuffle", "1"], "--shuffle: ");
  await refused([...kept, "--samples", "5"], "no pictures or rows to choose from");
  await writeNpz(join(out, "n.npz"), {
    ...statistics,
    sigma: { shape: [2, 2], data: Float64Array.of(1, 1.5, 1.5, 1) },
  });
  await refused(
    ["--real", join(out, "n.npz"), "--fake", join(out, "s.npz")],
    "a variance of -0.385, below zero",
  );
});

Deno.test("evaluate: a dataset of the house is a side too", async () => {
  const words = ["--real", "heads:size=32,train=8,test=8", "--fake", real, ...only("frechet")];
  const { values, events } = await measured(...words);
  assertEquals(Object.keys(values), ["FD-lite0@12-real8"]);
  assertEquals(events[0].label, "heads, test split");
  await refused(["--real", "heads:siez=32", "--fake", real], "siez");
  await refused(["--real", "heads:32", "--fake", real], "`32` is no KEY=VALUE");
  await refused(["--real", "head", "--fake", real], "did you mean `heads`?");
});

Deno.test("evaluate: one broken file among many is skipped and named; many are refused", async () => {
  const broken = await folder({ count: 5, side: 16, shade: 1, seed: 7 });
  await Deno.writeTextFile(join(broken, "zz.png"), "no picture");
  const words = ["--real", broken, "--fake", dark, ...only("frechet")];
  await refused(words, "zz.png: not a readable picture");
  const { values, err } = await measured(...words, "--skip", "0.2");
  assertEquals(Object.keys(values), ["FD-lite0@9-real5"]);
  assert(err.includes("1 of 6 files skipped:\n  zz.png: not a readable picture"), err);
  await Deno.remove(broken, { recursive: true });
});

Deno.test("evaluate: an ONNX model is told by --input what its file leaves open", async () => {
  await npmPackage({ name: "onnxruntime-web", version: "1.23.2" }, cacheFolder());
  const model = join(out, "model.onnx");
  const open = golden.cases.find(({ shape }) => shape.includes("h"))!; // any side
  await Deno.writeFile(model, Uint8Array.from(atob(open.model), (c) => c.charCodeAt(0)));
  const words = ["--real", real, "--fake", dark, "--extractor", "onnx", "--weights", model];
  const input = (...said: string[]) => said.flatMap((word) => ["--input", word]);
  const asked = [...words, ...only("frechet"), ...input("output=y", "side=16")];
  const plain = await measured(...asked);
  const shifted = await measured(...asked, ...input("mean=0.5,0.5,0.5", "deviation=1,1,1"));
  assertEquals(Object.keys(plain.values), ["FD-onnx@9-real12"]);
  assert(plain.err.includes("16×16, mean 0.485 0.456 0.406"), plain.err);
  assert(shifted.err.includes("mean 0.5 0.5 0.5 and deviation 1 1 1"), shifted.err);
  assert(plain.values["FD-onnx@9-real12"] !== shifted.values["FD-onnx@9-real12"]);
  await refused(words, "any size: give `side`");
  await refused([...words, ...input("sides=16")], 'Unrecognized key: "sides"');
  await refused([...words, ...input("mean=1,2")], "mean");
  await refused([...words, ...input("side")], "--input takes KEY=VALUE");
  await refused([...words, ...input("side=16", "side=8")], "side is given twice");
  await refused(["--real", real, "--fake", dark, ...input("side=16")], "only onnx takes one");
});

Deno.test("evaluate: what can't be compared is told before anything is computed", async () => {
  const empty = await Deno.makeTempDir();
  await refused(["--real", real], "evaluate needs --fake DIR");
  await refused(["--fake", real], "evaluate needs --real DIR");
  await refused(["--real", real, "--fake", `${real}/none`], "does not exist");
  await refused(["--real", real, "--fake", empty], "has 0 pictures; it is empty");
  await Deno.writeTextFile(join(empty, "a.txt"), "text");
  await refused(
    ["--real", real, "--fake", empty],
    "left out: files whose endings aren't read: 1 (1 .txt)",
  );
  await refused(
    ["--real", real, "--fake", join(empty, "a.txt")],
    "is a file; a folder of pictures",
  );
  const both = ["--real", real, "--fake", dark];
  await refused([...both, "--features", "lite"], "did you mean `lite0`?");
  await refused([...both, "--extractor", "lite0", "--features", "judge"], "name the same thing");
  await refused([...both, "--metrics", "likelihood"], "can't be measured");
  await refused([...both, "--size", "3"], "--size takes a whole number from 8");
  await refused([...both, "--skip", "2"], "--skip takes a share from 0 to 1");
  await refused([...both, "--decode", "pill"], "did you mean `pil`?");
  await refused([...both, "--set", "coverage.kk=3"], "kk");
  await refused([...both, "--set", "coverage"], "--set takes METRIC.KEY=VALUE");
  await refused([...both, "--json", "--csv"], "only one of them");
  await refused([...both, "--save-stats", "a.npy"], "ends in .npz");
  await refused([...both, "--sha256", "0".repeat(64)], "--sha256 checks --weights: give both");
  await writeNpz(join(empty, "s.npz"), {
    mu: { shape: [2], data: Float64Array.of(0, 0) },
    sigma: { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) },
  });
  await refused(["--real", join(empty, "s.npz"), "--fake", dark], "2 dimensions, lite0 gives 1280");
  await Deno.remove(empty, { recursive: true });
});

Deno.test("evaluate: --show-left-out names what isn't read, without a second side and without a network", async () => {
  const root = await Deno.makeTempDir();
  await Deno.copyFile(pillowFile("png_rgb.png"), join(root, "a.png"));
  await Deno.mkdir(join(root, ".git"));
  for (const name of ["notes.txt", "._a.png", ".git/b.png"]) {
    await Deno.writeTextFile(join(root, name), "text");
  }
  const { code, out, err } = await evaluate("--real", root, "--show-left-out");
  assertEquals([code, out], [0, [`${root}: 1 pictures are read`]]);
  for (const [name, why] of [["notes.txt", "ending"], ["._a.png", "macOS"], [".git", "hidden"]]) {
    assert(
      err.some((line) => line.startsWith(`left out: ${join(root, name)}: `) && line.includes(why)),
    );
  }
  assert(err.at(-1)!.startsWith(`${root}: left out: files whose endings`), err.join("\n"));
  await Deno.remove(root, { recursive: true });
});

Deno.test("evaluate: a dataset of files is read as the folder beside it is", async () => {
  const root = await Deno.makeTempDir();
  for (const file of ["jpeg_rgb_exif.jpg", "png_i16.png"]) {
    await Deno.copyFile(pillowFile(file), join(root, file));
  }
  const of = `folder:path=${root},size=16,minimum=1,test=0`;
  await refused(
    ["--real", `${of},decode=pil`, "--fake", root, "--split", "train"],
    "decode=pil needs --decode pil",
  );
  const options = { cache: out, split: "train", jobs: 1, seed: 1 } as const;
  for (const decoding of ["viewer", "pil"] as const) {
    const side = await openSide(of, { ...options, decoding });
    assert(side.kind === "pictures");
    const batch = await side.source.batch([0, 1]);
    const expected = await folderData.load(
      folderData.config.parse({ path: root, size: 16, minimum: 1, test: 0, decode: decoding }),
      { cache: out, jobs: 1 },
    );
    assert("images" in batch);
    assertEquals(batch.images.data, (await expected.read("train", [0, 1])).samples.data);
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("clean up", async () => {
  for (const path of [out, real, dark]) await Deno.remove(path, { recursive: true });
});
