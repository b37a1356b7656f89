/** One meaning of orientation, profile, depth, alpha and grey, through all three doors. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import type { ImageSet } from "../../../src/kinds/image/image_set.ts";
import { DataError } from "../../../src/base/errors.ts";
import { centralSquare, decodeAll, decodeBytes } from "../../../src/data/decode.ts";
import { inspect } from "../../../src/data/decoding/inspect.ts";
import { DECODINGS } from "../../../src/data/decoding/meaning.ts";
import { folder } from "../../../src/data/folder/folder.ts";
import { resizeArea } from "../../../src/kinds/image/images.ts";
import { decode } from "../../../src/compare/extract/decode.ts";
import { strictPicture } from "../../../src/protocols/external/strict.ts";
import { pillowFile } from "../../golden/pillow/compare.ts";
import { law } from "../../law.ts";
import { type KINDS, png } from "../png.ts";

const golden = [...Deno.readDirSync(pillowFile("."))].map(({ name }) => name).sort();
const profileOf = async (file: string) =>
  (await inspect(await Deno.readFile(pillowFile(file)))).profile!;
/** Red and green swapped; and grey of gamma 3. */
const swapped = await profileOf("png_rgb_icc.png"), dark = await profileOf("png_l_icc.png");
const decodings = Object.keys(DECODINGS) as (keyof typeof DECODINGS)[];

const picture = (most: number) =>
  fc.record({
    width: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom(0, 2, 4, 6),
    values: fc.array(fc.integer({ min: 0, max: most }), { minLength: 144, maxLength: 144 }),
    orientation: fc.constantFrom(undefined, 1, 2, 3, 4, 5, 6, 7, 8),
    profiled: fc.boolean(),
  }).map(({ kind, profiled, ...rest }) => ({
    ...rest,
    kind: kind as keyof typeof KINDS,
    profile: profiled ? (kind === 2 || kind === 6 ? swapped : dark) : null,
  }));

law(
  "16 bits are the 8 bits of the same picture, whatever the profile, alpha, turn and background",
  {
    source: "definition",
    given: {
      deep: picture(65535),
      channels: fc.constantFrom<1 | 3>(1, 3),
      background: fc.constantFrom(0, 128, 255),
    },
    cases: 150,
    holds: async ({ deep, channels, background }) => {
      const narrow = deep.values.map((value) => Math.round(value / 257));
      const [wide, plain] = await Promise.all([
        decodeBytes(png({ ...deep, bits: 16 }), { channels, background }),
        decodeBytes(png({ ...deep, bits: 8, values: narrow }), { channels, background }),
      ]);
      assertEquals(wide, plain);
    },
    kills: ["sixteen-bits-cut-off", "sixteen-bits-without-their-profile"],
  },
);

Deno.test("a profile shows, in colour and grey, of 8 and 16 bits", async () => {
  const values = Array.from({ length: 2 * 3 * 3 }, (_, i) => (i * 37) % 256);
  for (const [kind, profile] of [[2, swapped], [0, dark]] as const) {
    for (const bits of [8, 16] as const) {
      const of = {
        width: 2,
        height: 3,
        kind,
        bits,
        values: bits === 8 ? values : values.map((v) => v * 257),
      };
      const [plain, shown] = await Promise.all(
        [null, profile].map((profile) => decodeBytes(png({ ...of, profile }), { channels: 3 })),
      );
      const apart = plain.data.map((value, i) => Math.abs(value - shown.data[i]));
      assert(Math.max(...apart) > 20, `${kind} ${bits}: ${apart}`);
    }
  }
});

/** A picture turned by EXIF's orientation, as TIFF 6.0 defines it. */
function turned({ width, height, data, ...rest }: ImageSet, orientation: number): ImageSet {
  const across = orientation > 4;
  const [w, h] = across ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [right, down] = [w - 1 - x, h - 1 - y];
      const [sx, sy] = [
        [x, y],
        [right, y],
        [right, down],
        [x, down],
        [y, x],
        [y, right],
        [down, right],
        [down, x],
      ][orientation - 1];
      for (let c = 0; c < 3; c++) out[(y * w + x) * 3 + c] = data[(sy * width + sx) * 3 + c];
    }
  }
  return { ...rest, width: w, height: h, data: out };
}

law("a viewer turns a picture by its tag, PIL doesn't", {
  source: "TIFF 6.0, Orientation",
  given: { plain: picture(255), orientation: fc.integer({ min: 1, max: 8 }) },
  cases: 60,
  holds: async ({ plain, orientation }) => {
    const of = { ...plain, kind: 2, bits: 8, profile: null } as const;
    const stored = await decodeBytes(png({ ...of, orientation: undefined }), { channels: 3 });
    const tagged = png({ ...of, orientation });
    assertEquals(await decodeBytes(tagged, { channels: 3 }), turned(stored, orientation));
    assertEquals(await decodeBytes(tagged, { channels: 3, decoding: "pil" }), stored);
  },
});

Deno.test("colours whose range or meaning nothing states are refused before they are decoded", async () => {
  for (
    const [file, message] of [
      ["tiff_lab.tif", "colours are of the kind lab"],
      ["tiff_rgb_float.tif", "colours are of the kind scrgb"],
      ["tiff_f.tif", "its values are float"],
      ["tiff_i.tif", "its values are int"],
    ]
  ) {
    const bytes = await Deno.readFile(pillowFile(file));
    const error = await assertRejects(() => decodeBytes(bytes, { channels: 3 }), DataError);
    assert(error.message.includes(message), error.message);
  }
  const svg = new TextEncoder().encode(
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>',
  );
  const error = await assertRejects(() => decodeBytes(svg, { channels: 3 }), DataError);
  assert(error.message.includes("it is svg"), error.message);
});

/** A reason without libvips's details, which are lost where several files fail at once. */
const kindOf = (reason: string) => reason.split(":")[0];

/** What became of a file: its pixels, or the kind of reason why there are none. */
const orReason = <T>(read: () => Promise<T>) =>
  read().catch((error: Error) => {
    if (error instanceof DataError) return kindOf(error.message.replace(/^x: /, ""));
    throw error;
  });

Deno.test("the same file is the same pixels as data, in evaluate and as a sample, decoded either way", async () => {
  const size = 9;
  let read = 0;
  for (const decoding of decodings) {
    const paths = golden.map(pillowFile);
    const spec = { kind: "image", height: size, width: size, channels: 3 } as const;
    const data = await decodeAll(paths, { spec, decoding, jobs: 3 });
    const reasons = new Map(data.skipped.map(({ path, reason }) => [path, kindOf(reason)]));
    const { decoded } = await decode({ from: { paths }, input: null, decoding, crop: true });
    assert("pictures" in decoded);
    for (const [at, path] of paths.entries()) {
      const ours = data.kept.indexOf(at), each = size * size * 3;
      const pixels = ours < 0 ? reasons.get(path) : data.data.slice(ours * each, (ours + 1) * each);
      const seen = decoded.pictures[at];
      assertEquals(seen === null ? reasons.get(path) : resizeArea(seen, size).data, pixels, path);
      const bytes = await Deno.readFile(path);
      const sample = await orReason(async () => {
        const { width, height } = await decodeBytes(bytes, { channels: 3, decoding });
        const whole = { kind: "image", width, height, channels: 3 } as const;
        const taken = await strictPicture(bytes, { spec: whole, decoding, where: "x" });
        const picture: ImageSet = { count: 1, width, height, channels: 3, data: taken };
        return resizeArea(centralSquare(picture), size).data;
      });
      assertEquals(sample, pixels, path);
      read += Number(ours >= 0);
    }
  }
  assert(read > 1.7 * golden.length, `${read}`);
});

const files = golden.filter((name) => /^(png|jpeg|webp|gif)_/.test(name)).slice(0, 90);
const place = fc.record({
  folder: fc.constantFrom("", "a/", "b c/d/", "é/"),
  name: fc.stringMatching(/^[a-z0-9]{1,6}$/),
  ending: fc.constantFrom(".png", ".JPG", ".webp", ".Tiff", ".gif"),
  link: fc.boolean(),
});

law(
  "a picture's pixels don't depend on its name, ending, folder, neighbours or the order of reading",
  {
    source: "definition",
    given: {
      chosen: fc.uniqueArray(fc.constantFrom(...files), { minLength: 5, maxLength: 12 }),
      places: fc.array(place, { minLength: 12, maxLength: 12 }),
      order: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
      decoding: fc.constantFrom(...decodings),
    },
    cases: 25,
    holds: async ({ chosen, places, order, decoding }) => {
      const root = await Deno.makeTempDir();
      const here: string[] = [];
      for (const [i, file] of chosen.entries()) {
        const { folder, name, ending, link } = places[i];
        const path = join(root, folder, `${name}-${i}${ending}`);
        await Deno.mkdir(join(path, ".."), { recursive: true });
        if (link) await Deno.symlink(pillowFile(file), path);
        else await Deno.copyFile(pillowFile(file), path);
        here.push(path);
      }
      const at = chosen.map((_, i) => i).sort((a, b) => order[a] - order[b]);
      const reading = { input: null, decoding, crop: false } as const;
      const one = async (paths: string[]) => {
        const { decoded } = await decode({ ...reading, from: { paths } });
        assert("pictures" in decoded);
        return decoded.pictures;
      };
      const together = await one(at.map((i) => here[i]));
      for (const [k, i] of at.entries()) {
        assertEquals(together[k], (await one([pillowFile(chosen[i])]))[0], chosen[i]);
      }
      await Deno.remove(root, { recursive: true });
    },
    kills: ["format-told-by-the-ending"],
  },
);

law("a folder's data is the same whatever order its files were written in, and wherever it lies", {
  source: "definition",
  given: {
    order: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 }),
  },
  cases: 8,
  holds: async ({ order }) => {
    const cache = await Deno.makeTempDir();
    const made = async (names: readonly string[]) => {
      const root = await Deno.makeTempDir();
      for (const name of names) {
        const path = join(root, `${name.length % 3}`, name);
        await Deno.mkdir(join(path, ".."), { recursive: true });
        await Deno.copyFile(pillowFile(name), path);
      }
      const config = { path: root, size: 16, minimum: 1, layout: "classes", skip: 1 };
      const data = await folder.load(folder.config.parse(config), { cache, jobs: 3 });
      const { samples: images, labels } = await data.read(
        "train",
        Array.from({ length: data.size("train") }, (_, i) => i),
      );
      await Deno.remove(root, { recursive: true });
      return { digest: data.digest, data: images.data, labels };
    };
    const names = files.slice(0, 20);
    const other = [...names].sort((a, b) => order[names.indexOf(a)] - order[names.indexOf(b)]);
    assertEquals(await made(other), await made(names));
    await Deno.remove(cache, { recursive: true });
  },
});

Deno.test("the folder dataset reads as it is told, says how, and keeps the ways apart in its cache", async () => {
  const root = await Deno.makeTempDir(), cache = await Deno.makeTempDir();
  for (const file of ["jpeg_rgb_exif.jpg", "jpeg_rgb_icc.jpg", "png_i16.png", "jpeg_cmyk.jpg"]) {
    await Deno.copyFile(pillowFile(file), join(root, file));
  }
  const load = async (more: object) => {
    const config = folder.config.parse({ path: root, size: 16, minimum: 1, test: 0, ...more });
    return await folder.load(config, { cache, jobs: 2 });
  };
  const [usual, pil, grey] = [
    await load({}),
    await load({ decode: "pil" }),
    await load({ channels: 1 }),
  ];
  assertEquals([usual.decoding, pil.decoding], ["viewer", "pil"]);
  assertEquals(new Set([usual.digest, pil.digest, grey.digest]).size, 3);
  assertEquals((await load({ decode: "viewer" })).digest, usual.digest);
  assertEquals(folder.config.parse({ path: root }).decode, undefined); // ids of old runs stand
  await Deno.remove(root, { recursive: true });
  await Deno.remove(cache, { recursive: true });
});
