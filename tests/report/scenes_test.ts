/** Scenes in pages: how they are packed, what is embedded of them, and what such a page may do. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { StoreError } from "../../src/base/files.ts";
import { sha256 } from "../../src/base/digest/digest.ts";
import { buildReport } from "../../src/report/model/build.ts";
import type { SceneRef } from "../../src/report/model/model.ts";
import { writeReport } from "../../src/report/mod.ts";
import { pictureKey } from "../../src/report/page/gallery_html.ts";
import { build, VIEWER } from "../../src/report/viewer/build.ts";
import { type EmbeddedScene, embedScenes, viewerScripts } from "../../src/report/viewer/embed.ts";
import { planes, roundedSplats, SPLAT } from "../../src/report/viewer/pack.ts";
import { law } from "../law.ts";
import { need, needing } from "../needs.ts";
import { fixture } from "./fixture.ts";
import { HOSTILE } from "./hostile.ts";
import { sceneFiles, withScene } from "./scenes.ts";

const viewerFile = new URL(`../../src/report/viewer/${VIEWER}`, import.meta.url);
const { artefacts, files } = await sceneFiles();
const read = ({ file }: { readonly file: string }) => Promise.resolve(files[file] ?? null);

async function inflated(base64: string): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.fromBase64(base64)]).stream();
  const whole = stream.pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(whole).arrayBuffer());
}

/** The splats of an embedded scene, as the page undoes their planes. */
async function splatsIn({ data, count }: EmbeddedScene): Promise<Uint8Array> {
  const found = await inflated(data);
  assertEquals(found.length, SPLAT * count);
  return Uint8Array.from(found, (_, at) => found[(at % SPLAT) * count + Math.floor(at / SPLAT)]);
}

/** A file of splats with these numbers of place and size. */
function fileOf(splats: readonly { place: number[]; size: number[]; rest: number[] }[]) {
  const bytes = new Uint8Array(SPLAT * splats.length), view = new DataView(bytes.buffer);
  splats.forEach(({ place, size, rest }, i) => {
    [...place, ...size].forEach((v, k) => view.setFloat32(SPLAT * i + 4 * k, v, true));
    bytes.set(rest, SPLAT * i + 24);
  });
  return bytes;
}

const triple = (min: number, max: number) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: 3, maxLength: 3 });

law("a rounded scene is one of the same splats, none moved or grown so that it could be seen", {
  source: "definition",
  given: {
    splats: fc.array(
      fc.record({
        place: triple(-20, 20),
        size: triple(1e-6, 50),
        rest: fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    distance: fc.double({ min: 0.01, max: 500, noNaN: true }),
  },
  cases: 60,
  holds({ splats, distance }) {
    const file = fileOf(splats), before = file.slice();
    const look = { from: [1, 2 + distance, 3], to: [1, 2, 3] } as const;
    const rounded = roundedSplats(file, look), now = new DataView(rounded.buffer);
    assertEquals(file, before, "the file stays as it is");
    const was = new DataView(file.buffer);
    for (let at = 0; at < file.length; at += SPLAT) {
      for (let k = 0; k < 3; k++) {
        const place = was.getFloat32(at + 4 * k, true),
          size = was.getFloat32(at + 12 + 4 * k, true);
        // A picture of 2,000 pixels that sees as much as it is away: a fifteenth of a pixel.
        assert(Math.abs(now.getFloat32(at + 4 * k, true) - place) <= distance / 2 ** 16 + 2e-6);
        assert(Math.abs(now.getFloat32(at + 12 + 4 * k, true) / size - 1) <= 1 / 256 + 1e-6);
      }
      assertEquals(rounded.subarray(at + 24, at + SPLAT), file.subarray(at + 24, at + SPLAT));
    }
    assertEquals(roundedSplats(rounded, look), rounded, "once and for all");
    const turned = planes(rounded), count = splats.length;
    assertEquals(
      turned.map((_, at) => turned[(at % SPLAT) * count + Math.floor(at / SPLAT)]),
      rounded,
    );
  },
  kills: ["scene-places-on-a-coarse-grid", "scene-sizes-cut-off", "scene-planes-crossed"],
});

const model = (change = withScene(artefacts), seeds = [1, 2]) =>
  buildReport(fixture({ seeds, steps: 4, change }));

law("a scene stands with the picture that shows the same of its run, and never alone", {
  source: "definition",
  given: { what: fc.constantFrom("turntable", "samples", "orbit"), alone: fc.boolean() },
  cases: 6,
  holds({ what, alone }) {
    const [turntable, scene] = artefacts;
    const own = { ...scene, shows: { what, medium: "splats" as const } };
    const { galleries } = model(withScene(alone ? [own] : [turntable, own]));
    const pictures = galleries.flatMap(({ rows }) => rows.flatMap(({ pictures }) => pictures));
    assertEquals(pictures.map(({ file }) => file), alone ? [] : Array(4).fill("turntable.webp"));
    for (const { run, scene: found } of pictures) {
      assertEquals(found?.file, what === "turntable" ? scene.file : undefined);
      if (found) assertEquals([found.run, found.look], [run, scene.look]);
    }
  },
  kills: ["scene-with-any-picture"],
});

law("as much of a scene is embedded as there is room for, the largest and densest first", {
  source: "definition",
  given: { budget: fc.integer({ min: 4000, max: 150_000 }) },
  cases: 12,
  async holds({ budget }) {
    const { scenes, bytes } = await embedScenes(model(), { read, key: pictureKey, budget });
    assertEquals(scenes.size, 2, "of the first seed of each row");
    assert(bytes <= budget, `${bytes} of ${budget} bytes`);
    const file = files["splats.splat"], look = artefacts[1].look!;
    for (const scene of scenes.values()) {
      assertEquals(scene.of, file.length / SPLAT);
      assert(scene.count === scene.of || bytes > 0.8 * budget, "the room is used");
      const expected = roundedSplats(file.subarray(0, SPLAT * scene.count), look);
      assertEquals(await splatsIn(scene), expected);
    }
  },
  kills: ["scene-cut-from-the-end", "scene-room-not-shared"],
});

Deno.test("what is gone isn't embedded, and what is no scene is refused", async () => {
  const none = { key: pictureKey };
  assertEquals((await embedScenes(model(), none)).scenes.size, 0);
  const gone = await embedScenes(model(), { ...none, read: () => Promise.resolve(null) });
  assertEquals([gone.scenes.size, gone.bytes], [0, 0]);
  const { message } = await assertRejects(
    () => embedScenes(model(), { ...none, read: () => Promise.resolve(new Uint8Array(33)) }),
    StoreError,
  );
  assertStringIncludes(message, "splats.splat has 33 bytes; a .splat file has 32 a splat");
});

/** The page of records with the scene. */
async function pageOf(
  change = withScene(artefacts),
  reads: (ref: { readonly file: string }) => Promise<Uint8Array | null> = read,
): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "likeness-report-" });
  try {
    const written = await writeReport(model(change), dir, { formats: ["html"], picture: reads });
    return await Deno.readTextFile(written.index);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const scriptsIn = (page: string) =>
  [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)].map(([, attributes, text]) => ({
    attributes: attributes.trim(),
    text,
  }));

Deno.test("a page with scenes runs one script at first, asks for nothing, and stays under 3 MB", async () => {
  const page = await pageOf(), { starter, viewer } = await viewerScripts();
  assert(new TextEncoder().encode(page).length < 3e6, `${page.length}`);
  const scripts = scriptsIn(page), data = `type="text/plain"`;
  assertEquals(scripts.map(({ attributes }) => attributes), [
    data,
    data,
    `${data} id="scene-viewer"`,
    "",
  ]);
  assertEquals(scripts[3].text, starter);
  assertEquals(new TextDecoder().decode(await inflated(scripts[2].text)), viewer);
  for (const { text } of scripts) assert(!/<!--|<\/?script/i.test(text));
  const [, policy] = page.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)!;
  assert(page.indexOf("Content-Security-Policy") < page.indexOf("<style"), "before all else");
  const rules = new Map(
    policy.replaceAll("&#39;", "'").split("; ").map((rule) => {
      const [name, ...allowed] = rule.split(" ");
      return [name, allowed.join(" ")];
    }),
  );
  const hash = async (text: string) =>
    `'sha256-${Uint8Array.fromHex(await sha256(text)).toBase64()}'`;
  assertEquals(rules.get("default-src"), "'none'");
  assertEquals(
    rules.get("script-src"),
    `${await hash(starter)} ${await hash(viewer)} 'wasm-unsafe-eval'`,
  );
  for (const name of ["connect-src", "frame-src", "object-src"]) assert(!rules.has(name), name);
  assertEquals(page.match(/<button /g)!.length, 2, "of the first seed of each row");
  assertStringIncludes(page, "All 4,000 splats, 128 kB, without the colours");
  for (const [tag] of page.matchAll(/<div class="look-around"[^>]*>/g)) {
    assertStringIncludes(tag, " hidden ");
  }
});

Deno.test("a page whose scenes or pictures are gone has no script and no policy", async () => {
  for (const missing of ["splats.splat", "turntable.webp"]) {
    const page = await pageOf(
      undefined,
      ({ file }) => Promise.resolve(file === missing ? null : files[file]),
    );
    assertEquals(page.match(/<button |class="look-around"/g), null, missing);
    if (missing === "splats.splat") {
      assertEquals(scriptsIn(page), []);
      assert(!page.includes("Content-Security-Policy"));
    }
  }
});

Deno.test("hostile text stays text beside a scene", async () => {
  const plain = await pageOf(), tags = (page: string) => page.match(/<[a-z]+/gi)!.length;
  for (const text of HOSTILE.slice(0, 4)) {
    const [turntable, scene] = artefacts;
    const told = {
      ...scene,
      about: text,
      look: { ...scene.look!, note: text } as SceneRef["look"],
    };
    const page = await pageOf(withScene([turntable, told]));
    assertEquals(tags(page), tags(plain), text);
    assertEquals(scriptsIn(page).length, 4);
  }
});

Deno.test("the packed viewer is small, and its libraries' licences stand in it", async () => {
  const text = await Deno.readTextFile(viewerFile);
  assert(text.length < 900_000, `${text.length}`);
  const start = text.slice(0, 3000);
  for (const own of ["Copyright (c) 2023 Mark Kellogg", "2010-2025 three.js authors"]) {
    assertStringIncludes(start, own);
  }
  assertEquals(start.match(/The above copyright notice and this permission notice/g)!.length, 2);
  assertEquals(new TextEncoder().encode(text).length, text.length, "any encoding reads it alike");
});

const test = needing(await need("esbuild"));

test("the packed viewer has the bytes that its packages give", async () => {
  const [kept, built] = [await Deno.readFile(viewerFile), await build()];
  assert(
    kept.length === built.length && kept.every((byte, i) => byte === built[i]),
    "`deno task viewer` packs it",
  );
});
