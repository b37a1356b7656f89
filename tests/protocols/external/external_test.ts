/** Samples from elsewhere: folders, programs and servers, on the run path of any other row. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import sharp from "sharp";
import { contentOf } from "../../../src/content/inputs.ts";
import { DataError } from "../../../src/base/errors.ts";
import { decodeBytes } from "../../../src/data/decode.ts";
import { sha256 } from "../../../src/base/digest/digest.ts";
import {
  entry as external,
  type ExternalConfig,
  fill,
  takesSeed,
} from "../../../src/protocols/external/external.ts";
import { runProgram } from "../../../src/protocols/external/program.ts";
import { strictPicture } from "../../../src/protocols/external/strict.ts";
import { groupId, runId } from "../../../src/record/identity.ts";
import { planSuite } from "../../../src/plan/plan.ts";
import type { PlannedRun, RunRecord, RunSpec } from "../../../src/record/record.ts";
import { openStore } from "../../../src/record/store.ts";
import { buildReport } from "../../../src/report/model/build.ts";
import type { RunEvent } from "../../../src/run/events.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { parseSuite } from "../../../src/suite/load.ts";
import { hostKey, hostPermutation } from "../../../src/random/host/host.ts";
import { pillowFile } from "../../golden/pillow/compare.ts";
import { need, needing } from "../../needs.ts";
import { inFolder, planned as plannedTiny, tinyHost } from "../../run/harness.ts";

const config = fromFileUrl(new URL("../../../deno.json", import.meta.url));
const writer = fromFileUrl(new URL("writer.ts", import.meta.url));
const program = (...more: string[]) => [
  Deno.execPath(),
  "run",
  "-A",
  writer,
  "--out={out}",
  "--count={count}",
  "--seed={seed}",
  ...more,
];

/** A planned external run on the tiny data. */
async function planned(
  given: Partial<ExternalConfig>,
  { seed = 1, base }: { seed?: number; base?: string } = {},
): Promise<PlannedRun> {
  const { spec: tiny } = plannedTiny({ speed: true });
  const config = external.config.parse(given);
  const spec: RunSpec = {
    ...tiny,
    protocol: "external",
    family: external.name,
    familyVersion: external.version,
    content: await contentOf(external, config, { base, cache: null }),
    config: config as never,
    budget: { steps: 0 },
    seed,
  };
  return { id: runId(spec), group: groupId(spec), label: "theirs", spec, base };
}

async function run(
  out: string,
  given: Partial<ExternalConfig>,
  change: Parameters<typeof tinyHost>[1] = {},
) {
  const outcome = await executeRun(await planned(given), await tinyHost(out, change));
  if (outcome.kind !== "record") throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** Grey pictures of one shade each, `side`² pixels. */
async function picturesIn(folder: string, shades: readonly number[], side = 8) {
  for (const [i, shade] of shades.entries()) {
    const data = new Uint8Array(side * side).fill(shade);
    await sharp(data, { raw: { width: side, height: side, channels: 1 } }).png()
      .toFile(`${folder}/${String(i).padStart(3, "0")}.png`);
  }
}

const brightness = ({ metrics }: RunRecord) =>
  metrics.find(({ name }) => name === "brightness@20")!;
const shades = Array.from({ length: 70 }, (_, i) => i);
/** Places, by name, of the files in the order that seed 1 draws. */
const drawn = (count: number) =>
  Array.from(hostPermutation(hostKey(1, "external", "order"), count));
const meanOf = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;

Deno.test("a folder is scored like any model, and its bytes' digest stands in the record", () =>
  inFolder(async (out) => {
    const folder = await Deno.makeTempDir({ dir: out });
    await picturesIn(folder, shades);
    const { record } = await run(out, { folder });
    assertEquals(record.state, "done", record.cause);
    // Drawn, not the first by name, which may all be of one class.
    const order = drawn(70), first = order.slice(0, 20);
    assert(Math.max(...first) > 60 && Math.min(...first) < 10, `${first}`);
    assertEquals(brightness(record).value, meanOf(first));
    const bytes = Uint8Array.from(order.slice(0, 64).flatMap((shade) => Array(64).fill(shade)));
    assertEquals(record.samples, {
      from: `folder ${folder}`,
      asked: 64,
      count: 64,
      sha256: await sha256(bytes),
      seconds: null,
    });
    const speed = record.metrics.find(({ kind }) => kind === "speed")!;
    assertEquals([speed.value, speed.status], [null, "not-defined"]);
    assertStringIncludes(speed.reason!, "external");
    assertEquals(record.artefacts.map(({ name }) => name), ["samples", "nearest"]);
    // Unchanged: the record stands. Changed: another run.
    assert((await run(out, { folder })).cached);
    await picturesIn(folder, shades.with(first[0], 200));
    const again = await run(out, { folder });
    assert(!again.cached && again.record.id !== record.id);
    assertEquals(brightness(again.record).value, meanOf([200, ...first.slice(1)]));
    // Changed after it was planned: refused, with both digests.
    const late = await planned({ folder });
    await picturesIn(folder, [100]);
    const { message } = await assertRejects(
      async () => await executeRun(late, await tinyHost(out), { fresh: true }),
      Error,
      "has changed since this run was planned",
    );
    for (const { spec } of [late, await planned({ folder })]) {
      assertStringIncludes(message, spec.content!.slice(0, 16));
    }
  }));

Deno.test("a folder and a program are found from the suite's folder, wherever the user stands", () =>
  inFolder(async (out) => {
    const base = await Deno.makeTempDir({ dir: out });
    await Deno.mkdir(`${base}/pictures`);
    await picturesIn(`${base}/pictures`, shades);
    await Deno.copyFile(writer, `${base}/sample.ts`);
    const command = program().with(3, "sample.ts").toSpliced(3, 0, `--config=${config}`);
    const folder = [{ folder: "pictures" }, meanOf(drawn(70).slice(0, 20))] as const;
    const filled = [{ command }, meanOf(drawn(64).slice(0, 20).map((i) => 17 + 3 * i))] as const;
    for (const [given, value] of [folder, filled]) {
      const outcome = await executeRun(
        await planned(given as Partial<ExternalConfig>, { base }),
        await tinyHost(out),
      );
      assert(outcome.kind === "record", JSON.stringify(outcome));
      assertEquals(brightness(outcome.record).value, value);
    }
  }));

Deno.test("what a command names is in its content: its program, files among its words, `files`", () =>
  inFolder(async (base) => {
    const at = (name: string) => `${base}/${name}`;
    await Deno.mkdir(at("model/parts"), { recursive: true });
    const named = ["mine.sh", "weights.bin", "seeds.txt", "model/parts/a.bin", "model/b.bin"];
    for (const name of [...named, "unnamed.bin"]) await Deno.writeTextFile(at(name), name);
    const config = external.config.parse({
      command: ["./mine.sh", "{out}", "--weights=weights.bin", "seeds.txt", "--n", "4"],
      files: ["model"],
    });
    const content = async () => await contentOf(external, config, { base, cache: null });
    const first = await content();
    assert(first !== undefined);
    for (const name of named) {
      await Deno.writeTextFile(at(name), "other");
      assertNotEquals(await content(), first, name);
      await Deno.writeTextFile(at(name), name);
      assertEquals(await content(), first);
    }
    await Deno.writeTextFile(at("unnamed.bin"), "other");
    assertEquals(await content(), first);
    await Deno.writeTextFile(at("model/c.bin"), "new");
    assertNotEquals(await content(), first);
    // A program of the system that names nothing of the user's; an address.
    const none = { base, cache: null };
    const of = (given: object) => contentOf(external, external.config.parse(given), none);
    if (Deno.build.os !== "windows") {
      assertEquals(await of({ command: ["sh", "{out}"] }), undefined);
    }
    assertEquals(await of({ url: "http://x/{index}" }), undefined);
    assertNotEquals(await of({ url: "http://x/{index}", files: ["seeds.txt"] }), undefined);
    await assertRejects(() => of({ url: "http://x/{index}", files: ["gone"] }), DataError, "gone");
  }));

Deno.test("too few pictures: metrics that need more are not measured, and say why", () =>
  inFolder(async (out) => {
    const folder = await Deno.makeTempDir({ dir: out });
    await picturesIn(folder, [1, 2, 3]);
    const { record } = await run(out, { folder });
    const { value, status, reason } = brightness(record);
    assertEquals([value, status], [null, "not-measured"]);
    assertEquals(reason, `20 samples are needed and folder ${folder} gave 3`);
    await assertRejects(
      async () => await run(out, { folder: `${out}/none` }),
      Error,
      "does not exist",
    );
    const empty = await Deno.makeTempDir({ dir: out });
    await assertRejects(() => run(out, { folder: empty }), Error, "it gave no picture");
  }));

Deno.test("a program is run once: killed after it, the next attempt goes on from its samples", () =>
  inFolder(async (out) => {
    const log = `${out}/log`;
    const given = { command: program(`--log=${out}`) };
    const host = { metric: () => Promise.reject(new Error("killed here")) };
    await assertRejects(() => run(out, given, host), Error, "killed here");
    const { record } = await run(out, given);
    assertEquals(await Deno.readTextFile(log), "called\n");
    assertEquals(record.state, "done", record.cause);
    // Seed 1: shades 17, 20, 23, …
    assertEquals(brightness(record).value, meanOf(drawn(64).slice(0, 20).map((i) => 17 + 3 * i)));
    assertEquals([record.samples!.asked, record.samples!.count], [64, 64]);
    assert(record.samples!.seconds! > 0.05);
    const [kept] = record.artefacts;
    assertEquals(kept.sha256, record.samples!.sha256);
    const store = openStore(out);
    assertEquals(await sha256((await store.read(record.id, kept.file))!), kept.sha256);
    assert((await run(out, given)).cached);
    // What was kept is checked: other bytes are not taken for the program's.
    await store.remove(record.id, "record.json");
    await store.write(record.id, kept.file, new Uint8Array(64 * 64));
    assertEquals((await run(out, given)).record.samples!.sha256, kept.sha256);
    assertEquals(await Deno.readTextFile(log), "called\ncalled\n");
    // And so is what is known of them.
    const about = (await store.read(record.id, "samples.json"))!;
    await store.remove(record.id, "record.json");
    await store.write(record.id, "samples.json", about.with(30, about[30] ^ 1));
    assertEquals((await run(out, given)).record.samples!.count, 64);
    assertEquals(await Deno.readTextFile(log), "called\ncalled\ncalled\n");
  }));

Deno.test("a program that fails, is late, isn't there or writes another size: what, where, what to do", () =>
  inFolder(async (out) => {
    const refused = async (given: Partial<ExternalConfig>, ...parts: string[]) => {
      const error = await assertRejects(() => run(out, given), Error);
      for (const part of parts) assertStringIncludes(error.message, part);
    };
    await refused(
      { command: program("--fail") },
      "exit code 3; it said last:\n",
      "RuntimeError: no such checkpoint",
    );
    const start = performance.now();
    await refused({ command: program("--sleep"), timeout: 0.5 }, "not done after 0.5 s; raise");
    assert(performance.now() - start < 10_000);
    await refused({ command: ["nosuchprogram", "{out}"] }, "there is no program nosuchprogram");
    await refused(
      { command: program("--side=9") },
      ".png: it is 9×9 and this suite's data 8×8; nothing is resized here",
      "magick mogrify -resize '8x8!'",
    );
  }));

Deno.test("a program is ended when the run is to stop, and the run goes on later", () =>
  inFolder(async (out) => {
    const given = { command: program("--sleep") };
    let asked = 0;
    const host = await tinyHost(out, { stopped: () => ++asked > 2 });
    const start = performance.now();
    const run = await planned(given);
    assertEquals(await executeRun(run, host), { kind: "stopped", step: 0 });
    assert(performance.now() - start < 10_000);
    assertEquals((await openStore(out).readStatus(run.id))!.state, "interrupted");
  }));

Deno.test("a server gives a picture a request; 404 ends the set, other answers are errors", () =>
  inFolder(async (out) => {
    const asked: string[] = [];
    const server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      asked.push(request.url);
      const index = Number(searchParams.get("i"));
      if (pathname === "/broken") return new Response("out of memory", { status: 500 });
      if (pathname === "/few" && index >= 3) return new Response("no more", { status: 404 });
      const shade = 50 * Number(searchParams.get("seed")) + index;
      const data = new Uint8Array(64 * 3).fill(shade);
      const bytes = await sharp(data, { raw: { width: 8, height: 8, channels: 3 } }).png()
        .toBuffer();
      return new Response(new Uint8Array(bytes));
    });
    const at = (path: string) =>
      `http://127.0.0.1:${server.addr.port}/${path}?i={index}&seed={seed}`;
    try {
      const { record } = await run(out, { url: at("all") });
      assertEquals(brightness(record).value, 59.5);
      assertEquals(record.samples!.count, 64);
      assert(record.samples!.seconds! > 0);
      assertEquals(asked.length, 64);
      const few = await run(out, { url: at("few") });
      assertEquals(few.record.samples!.count, 3);
      const error = await assertRejects(() => run(out, { url: at("broken") }), Error);
      assertStringIncludes(error.message, "status 500, where a picture was wanted: out of memory");
    } finally {
      await server.shutdown();
    }
    const gone = await assertRejects(() => run(out, { url: at("all"), timeout: 9 }), Error);
    assertStringIncludes(gone.message, "is the server up?");
  }));

Deno.test("pictures are taken as they are or refused, never mended", async () => {
  const spec = { kind: "image", height: 2, width: 2, channels: 3 } as const;
  const grey = { ...spec, channels: 1 } as const;
  const png = async (values: number[], channels: 1 | 3 | 4, size = { width: 2, height: 2 }) =>
    new Uint8Array(
      await sharp(Uint8Array.from(values), { raw: { ...size, channels } })
        .toColourspace(channels === 1 ? "b-w" : "srgb").png().toBuffer(),
    );
  const colours = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const take = (bytes: Uint8Array, of: typeof spec | typeof grey = spec) =>
    strictPicture(bytes, { spec: of, where: "x.png" });
  assertEquals([...await take(await png(colours, 3))], colours);
  const opaque = colours.flatMap((v, i) => i % 3 === 2 ? [v, 255] : [v]);
  assertEquals([...await take(await png(opaque, 4))], colours);
  assertEquals([...await take(await png([9, 8, 7, 6], 1), grey)], [9, 8, 7, 6]);
  const alike = [9, 8, 7, 6].flatMap((v) => [v, v, v]);
  assertEquals([...await take(await png(alike, 3), grey)], [9, 8, 7, 6]);
  const refused = async (
    bytes: Uint8Array,
    message: string,
    of: typeof spec | typeof grey = spec,
  ) =>
    assertStringIncludes(
      (await assertRejects(() => take(bytes, of), Error)).message,
      `x.png: ${message}`,
    );
  await refused(await png([9, 8, 7, 6], 1), "it is grey");
  await refused(await png(colours, 3), "it is in colour", grey);
  const clear = opaque.with(7, 254);
  await refused(await png(clear, 4), "it has transparent pixels");
  await refused(await png(colours, 1, { width: 4, height: 3 }), "it is 4×3");
  await refused(new TextEncoder().encode("text"), "not a readable picture");
  const deep = await sharp(new Uint16Array(12), { raw: { width: 2, height: 2, channels: 3 } })
    .toColourspace("rgb16").png().toBuffer();
  await refused(new Uint8Array(deep), "it has ushort channels; write 8 bits");
});

Deno.test("samples of a folder's data are read as that data is: turned, of 16 bits, grey, transparent", async () => {
  for (
    const file of [
      "jpeg_rgb_exif.jpg",
      "png_rgb_16bit_icc.png",
      "png_l_icc.png",
      "png_rgba.png",
      "gif_animated.gif",
    ]
  ) {
    const bytes = await Deno.readFile(pillowFile(file));
    for (const channels of [1, 3] as const) {
      for (const decoding of ["viewer", "pil"] as const) {
        const { width, height, data } = await decodeBytes(bytes, { channels, decoding });
        const spec = { kind: "image", width, height, channels } as const;
        assertEquals(await strictPicture(bytes, { spec, decoding, where: "x" }), data, file);
      }
    }
  }
  // A turned sample is of the size that it shows.
  const turned = await Deno.readFile(pillowFile("jpeg_rgb_exif.jpg"));
  const spec = { kind: "image", width: 13, height: 19, channels: 3 } as const;
  await strictPicture(turned, { spec, where: "x" });
  const stored = { ...spec, width: 19, height: 13 };
  await assertRejects(
    () => strictPicture(turned, { spec: stored, where: "x" }),
    Error,
    "x: it is 13×19 and this suite's data 19×13",
  );
});

Deno.test("a folder and a program's output are walked as data is, and say what is left out", () =>
  inFolder(async (out) => {
    const folder = await Deno.makeTempDir({ dir: out });
    const value = meanOf(drawn(70).slice(0, 20));
    await picturesIn(folder, shades);
    for (const name of ["._000.png", ".000.png", "notes.txt"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "no picture");
    }
    await Deno.symlink("gone.png", `${folder}/000a.png`);
    const events: RunEvent[] = [];
    const { record } = await run(out, { folder }, { events });
    assertEquals(brightness(record).value, value);
    const notes = events.flatMap((e) => e.kind === "note" ? [e.note] : []).join("\n");
    for (
      const reason of ["endings aren't read: 1", "hidden files: 1", "AppleDouble files", "links"]
    ) {
      assertStringIncludes(notes, reason);
    }
    const copy = ["sh", "-c", `cp -r ${folder}/. "$0"`, "{out}"];
    const filled: RunEvent[] = [];
    assertEquals(
      brightness((await run(out, { command: copy }, { events: filled })).record).value,
      value,
    );
    assertStringIncludes(
      filled.map((e) => e.kind === "note" ? e.note : "").join(),
      "left out: files",
    );
    const empty = await Deno.makeTempDir({ dir: out });
    await Deno.writeTextFile(`${empty}/a.npz`, "");
    await assertRejects(() => run(out, { folder: empty }), Error, "1 (1 .npz)");
  }));

needing(await need("shell"))(
  "a program that leaves a child behind doesn't hold the run up",
  async () => {
    const start = performance.now();
    const { signal } = new AbortController();
    await runProgram(["sh", "-c", "sleep 20 & echo done"], { signal });
    assert(performance.now() - start < 10_000);
  },
);

Deno.test("placeholders are filled where they are known", () => {
  assertEquals(fill("{seed}-{count} {other} {out}", { seed: 3, count: 10 }), "3-10 {other} {out}");
  const config = (given: object) => external.config.parse(given);
  assert(takesSeed(config({ command: ["x", "{out}", "-s{seed}"] })));
  assert(!takesSeed(config({ command: ["x", "{out}"] })));
  assert(!takesSeed(config({ folder: "{seed}" })));
});

const suite = (entry: string) =>
  parseSuite(
    [
      "suite: mine",
      "data: { dataset: heads, size: 32 }",
      "budget: { steps: 10 }",
      "seeds: [1, 2]",
      "controls: []",
      "runs:",
      "  - vae",
      entry,
      "metrics: [frechet]",
    ].join("\n"),
    { file: "suites/mine.yaml" },
  );

Deno.test("in a suite: named as other runs are, once a seed where it takes one, else once", async () => {
  const rows = async (entry: string) =>
    planSuite(await suite(entry), { engine: "wasm" })
      .filter(({ spec }) => spec.protocol === "external")
      .map(({ label, spec }) => [label, spec.seed, spec.family]);
  assertEquals(await rows("  - { external: { folder: mine }, name: theirs }"), [
    ["theirs", 1, "external"],
  ]);
  assertEquals(
    await rows('  - { external: { command: ["x", "{out}", "{seed}"] }, name: theirs }'),
    [["theirs", 1, "external"], ["theirs", 2, "external"]],
  );
  const wrong = async (entry: string, message: string) =>
    assertStringIncludes((await assertRejects(() => suite(entry), Error)).message, message);
  await wrong("  - external", "wants one of folder, command or url; found none");
  await wrong("  - external: { folder: a, url: b }", "found folder and url");
  await wrong('  - external: { command: ["python", "s.py"] }', "wants {out}, the folder to fill");
  await wrong("  - external: { url: 'http://x/y' }", "wants an http address with {index}");
  await wrong("  - external: { folders: a }", "did you mean `folder`?");
  await wrong("  - externl: { folder: a }", "did you mean `external`?");
});

Deno.test("in a report: a row among the families, its training not measured but external", () =>
  inFolder(async (out) => {
    const folder = await Deno.makeTempDir({ dir: out });
    await picturesIn(folder, shades);
    const { record } = await run(out, { folder });
    const model = buildReport({ suite: { name: "tiny", version: 1 }, records: [record] });
    assertEquals(model.groups.map((g) => [g.label, g.control, g.index, g.parameters]), [
      ["theirs", false, 0, null],
    ]);
    const entries = new Map(model.cards[0].sections.flatMap((s) => s.entries));
    assertEquals(entries.get("training and parameters"), "not measured: external");
    assertStringIncludes(entries.get("samples")!, record.samples!.sha256);
  }));
