/** What is wrong with a folder of posed pictures is told: what, where, and what to do. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import { DataError } from "../../../src/base/errors.ts";
import { encodeNpy } from "../../../src/data/numpy/npy.ts";
import {
  binaryCameras,
  binaryImages,
  binaryPoints,
} from "../../../src/data/views/layouts/colmap/binary.ts";
import { textCameras, textImages } from "../../../src/data/views/layouts/colmap/text.ts";
import { pointsOfPly } from "../../../src/data/views/layouts/transforms/ply.ts";
import { contentOf } from "../../../src/content/inputs.ts";
import { views } from "../../../src/data/views/views.ts";
import {
  colmapBinary,
  colmapText,
  inFolder,
  loadViews,
  openGl,
  writeColmap,
  writeLlff,
  writeNerfstudio,
  writePicture,
  writeSynthetic,
} from "./folders.ts";
import { around, size } from "./scene.ts";
import { png } from "../png.ts";

/** The message with which loading is refused; the folder is called FOLDER in it. */
async function refusal(root: string, more: Record<string, unknown> = {}): Promise<string> {
  const error = await assertRejects(() => loadViews(root, more), DataError);
  return error.message.replaceAll(root, "FOLDER");
}

Deno.test("a folder that isn't there, is empty, or is laid out in no known way", () =>
  inFolder(async (root) => {
    assertEquals(await refusal(join(root, "none")), "views: FOLDER is no folder; set `path`");
    const none = await refusal(root);
    assertStringIncludes(
      none,
      "laid out in none of the ways that are read:\n  nerf_synthetic: tran",
    );
    for (const mark of ["transforms.json", "cameras.bin", "poses_bounds.npy"]) {
      assertStringIncludes(none, mark);
    }
    const asked: Record<string, string> = {
      nerf_synthetic: "FOLDER/transforms_train.json: no such file",
      nerfstudio: "FOLDER/transforms.json: no such file",
      llff: "FOLDER/poses_bounds.npy: no such file",
      colmap: "FOLDER: no model of COLMAP's",
    };
    for (const [layout, message] of Object.entries(asked)) {
      assertStringIncludes(await refusal(root, { layout }), message);
    }
    const config = views.config.parse({ path: root });
    assertEquals(await contentOf(views, config, { base: undefined, cache: null }), undefined);
  }));

Deno.test("pictures that are missing are counted and named", () =>
  inFolder(async (root) => {
    await writeColmap(root, { taken: around(9) });
    for (const i of [1, 2, 3, 4, 5, 7]) await Deno.remove(join(root, `images/v0${i}.png`));
    assertEquals(
      await refusal(root),
      "views: 6 of 9 pictures that have cameras aren't there:\n" +
        [1, 2, 3, 4, 5].map((i) => `  FOLDER/images/v0${i}.png\n`).join("") + "  …\n" +
        "  bring them back, say where they are (`images`), or take their cameras out",
    );
    assertStringIncludes(await refusal(root, { images: "gone" }), "FOLDER/gone: no such folder");
    await inFolder(async (other) => {
      await writeSynthetic(other, { train: around(2), test: around(1) });
      await Deno.remove(join(other, "train/v01.png"));
      assertStringIncludes(await refusal(other), "1 of 3 pictures");
      assertStringIncludes(await refusal(other), "FOLDER/train/v01.png");
    });
  }));

Deno.test("pictures of several sizes are told apart, and those of another shape than their camera", () =>
  inFolder(async (root) => {
    await writeNerfstudio(root, around(4));
    await writePicture(join(root, "images/v02.png"), around(4, { width: 6, height: 4 })[2]);
    assertEquals(
      await refusal(root),
      "views: pictures of 2 sizes, where one was expected:\n  12×8: 3, the first " +
        "FOLDER/images/v00.png\n  6×4: 1, the first FOLDER/images/v02.png\n  keep those of one " +
        "size, or have them written alike with their intrinsics",
    );
    await inFolder(async (other) => {
      await writeNerfstudio(other, around(4), { each: () => ({ w: 12, h: 12 }) });
      assertStringIncludes(
        await refusal(other),
        "FOLDER/images/v00.png has 12×8 pixels, and its camera is for 12×12",
      );
    });
    await writeNerfstudio(root, around(4));
    assertStringIncludes(await refusal(root, { downscale: 9 }), "`downscale` 9 leaves nothing");
  }));

Deno.test("a picture that is none, is marked to be turned, or was changed while it was in use", () =>
  inFolder(async (root) => {
    await writeNerfstudio(root, around(3));
    const path = join(root, "images/v01.png");
    await Deno.writeTextFile(path, "no picture");
    assertStringIncludes(await refusal(root), "FOLDER/images/v01.png: not a readable picture");
    const values = Array.from({ length: 12 * 8 * 3 }, () => 7);
    await Deno.writeFile(path, png({ ...size, bits: 8, kind: 2, values, orientation: 3 }));
    assertStringIncludes(await refusal(root), "marked to be turned (EXIF orientation 3)");
    await writeNerfstudio(root, around(3));
    const data = await loadViews(root, { hold: 2 });
    await writePicture(path, around(9)[8]);
    await assertRejects(() => data.read("train", [0]), DataError, "has changed since the data was");
  }));

Deno.test("JSON's faults are told with their line", () =>
  inFolder(async (root) => {
    await writeNerfstudio(root, around(2));
    const path = join(root, "transforms.json"), whole = await Deno.readTextFile(path);
    const line = (text: string, find: string) =>
      text.slice(0, text.indexOf(find)).split("\n").length;
    const told = async (find: string | RegExp, to: string) => {
      const text = whole.replace(find, to);
      assert(text !== whole);
      await Deno.writeTextFile(path, text);
      return { message: await refusal(root), text };
    };
    const cut = await told(/\}\s*\]\s*\}\s*$/, "");
    assertStringIncludes(cut.message, `FOLDER/transforms.json:${cut.text.split("\n").length}: `);
    const comma = await told('"fl_y": 15,', '"fl_y": 15');
    assertStringIncludes(
      comma.message,
      `transforms.json:${line(comma.text, '"fl_y"') + 1}: Expected`,
    );
    const nan = await told('"cx": 6,', '"cx": NaN,');
    assertEquals(
      nan.message,
      `FOLDER/transforms.json:${line(nan.text, "NaN")}: NaN is no number; leave that picture out`,
    );
    const twice = await told('"h": 8,', '"h": 8,\n"h": 8,');
    assertStringIncludes(
      twice.message,
      `:${line(twice.text, '"h"') + 1}: the key "h" appears twice`,
    );
    const word = await told('"w": 12,', '"w": "wide",');
    assertStringIncludes(
      word.message,
      `transforms.json:${line(word.text, '"wide"')}: \`frames.0.w\``,
    );
    const path2 = await told('"file_path": "images/v01.png",', "");
    assertStringIncludes(path2.message, "`frames.1.file_path`");
    await Deno.writeTextFile(path, '{ "frames": [] }');
    assertStringIncludes(await refusal(root), "transforms.json:1: `frames` is empty");
    await Deno.writeTextFile(path, "[]");
    assertStringIncludes(await refusal(root), "transforms.json:1: ");
  }));

Deno.test("a pose that stretches, mirrors, or isn't finite is refused with its line", () =>
  inFolder(async (root) => {
    const posed = async (change: (rows: number[][]) => void) => {
      const taken = around(3);
      await writeNerfstudio(root, taken, {
        each: (one) => {
          const rows = openGl(one.camera);
          if (one === taken[1]) change(rows);
          return { transform_matrix: rows };
        },
      });
      const lines = (await Deno.readTextFile(join(root, "transforms.json"))).split("\n");
      const at = lines.flatMap((line, i) => line.includes("transform_matrix") ? [i + 1] : [])[1];
      return (await refusal(root)).replace(`:${at}: `, ":LINE: ");
    };
    assertEquals(
      await posed((rows) => rows.forEach((row) => row[0] *= 1.5)),
      "FOLDER/transforms.json:LINE: its pose stretches (RᵀR is off the identity by 1.25); a camera " +
        "only turns and moves: write the pose without scale",
    );
    assertStringIncludes(
      await posed((rows) => rows.forEach((row) => row[1] *= -1)),
      "transforms.json:LINE: its pose mirrors (det R is −1): an axis has the wrong sign",
    );
    assertStringIncludes(await posed((rows) => rows[3][3] = 2), "LINE: the last row is 0 0 0 2");
    assertStringIncludes(await posed((rows) => rows[0].pop()), "a row of 4 numbers was expected");
  }));

Deno.test("camera models that aren't read, focal lengths that are nowhere, lenses that are too strong", () =>
  inFolder(async (root) => {
    const told = async (shared: Record<string, unknown>, each: Record<string, unknown> = {}) => {
      await writeNerfstudio(root, around(3), { shared, each: () => each });
      return await refusal(root);
    };
    const fisheye = await told({ camera_model: "OPENCV_FISHEYE" });
    assertStringIncludes(fisheye, "camera model OPENCV_FISHEYE; read are PINHOLE, SIMPLE_PINHOLE");
    assertStringIncludes(await told({ is_fisheye: true }), "have the pictures undistorted first");
    assertStringIncludes(await told({ k4: 0.1 }), "k4 is 0.1; k1, k2, k3, p1 and p2 are read");
    assertStringIncludes(
      await told({}, { fl_x: undefined }),
      "neither `fl_x` nor `camera_angle_x`",
    );
    assertStringIncludes(await told({ k1: 40 }), "unbending its lens");
    assertStringIncludes(await told({ ply_file_path: "points.ply" }), "FOLDER/points.ply: no such");
    const split = { train_filenames: ["images/v00.png"], test_filenames: ["images/v77.png"] };
    assertStringIncludes(await told(split), "its split names images/v77.png");
    await writeSynthetic(root, { train: around(2), test: around(1) });
    const path = join(root, "transforms_train.json");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("camera_angle_x", "angle"));
    assertStringIncludes(await refusal(root), "transforms_train.json: no `camera_angle_x`");
  }));

Deno.test("poses_bounds.npy of another shape, with NaN, or of other pictures", () =>
  inFolder(async (root) => {
    await writeLlff(root, around(3));
    const path = join(root, "poses_bounds.npy"), whole = await Deno.readFile(path);
    const write = (shape: number[], data: Float64Array) =>
      Deno.writeFile(path, encodeNpy({ shape, data }));
    await write([3, 15], new Float64Array(45));
    assertEquals(
      await refusal(root),
      "FOLDER/poses_bounds.npy: shape (3, 15), where N rows of 17 numbers were expected",
    );
    await write([0, 17], new Float64Array());
    assertStringIncludes(await refusal(root), "it holds no poses");
    const numbers = new Float64Array(whole.slice(-3 * 17 * 8).buffer);
    await write([3, 17], numbers.with(20, NaN));
    assertStringIncludes(await refusal(root), "poses_bounds.npy: row 1 (v01.png) holds NaN");
    await write([3, 17], numbers.with(16, 0.5));
    assertStringIncludes(await refusal(root), "row 0 (v00.png): bounds from 1 to 0.5");
    await write([3, 17], numbers.with(14, -1));
    assertStringIncludes(await refusal(root), "focal length -1");
    await write([3, 17], numbers.with(0, 2));
    assertStringIncludes(await refusal(root), "row 0 (v00.png): its pose stretches");
    await Deno.writeFile(path, whole.slice(0, -8));
    assertStringIncludes(await refusal(root), "400 are there");
    await Deno.writeFile(path, whole);
    await Deno.remove(join(root, "images/v01.png"));
    assertStringIncludes(
      await refusal(root),
      "holds 2 pictures and FOLDER/poses_bounds.npy 3 poses",
    );
  }));

Deno.test("COLMAP's binaries cut short anywhere say at which byte, and what was expected", () => {
  const files = colmapBinary({
    taken: around(2),
    points: [{ at: [0, 0, 0], colour: [1, 2, 3] }, { at: [1, 0, 0], colour: [4, 5, 6] }],
  });
  const readers = {
    "cameras.bin": binaryCameras,
    "images.bin": binaryImages,
    "points3D.bin": binaryPoints,
  };
  for (const [name, read] of Object.entries(readers)) {
    const bytes = files[name as keyof typeof files];
    read(bytes, name);
    for (let length = 0; length < bytes.length; length++) {
      const { message } = assertThrows(() => read(bytes.subarray(0, length), name), DataError);
      const told = new RegExp(
        `^${name} ends at byte ${length}, within (the|camera|image|point) .*: \\d+ bytes were ` +
          "expected from byte \\d+ on; copy it again$",
      );
      // Fewer bytes than the points take at least are told at once.
      const few =
        `points3D.bin ends at byte ${length}, within the points: 2 of them take 110 bytes `;
      assert(told.test(message) || (length >= 8 && message.startsWith(few)), message);
    }
    const more = new Uint8Array(bytes.length + 5);
    more.set(bytes);
    const { message } = assertThrows(() => read(more, name), DataError);
    assertStringIncludes(message, `${name}: 5 bytes are left after 2`);
    assertStringIncludes(message, `from byte ${bytes.length} on`);
  }
  const { message } = assertThrows(
    () => binaryCameras(files["cameras.bin"].subarray(0, 40), "cameras.bin"),
    DataError,
  );
  assertEquals(
    message,
    "cameras.bin ends at byte 40, within camera 0 of 2: 8 bytes were expected from byte 40 on; copy " +
      "it again",
  );
});

Deno.test("COLMAP's cameras of unknown models, its poses and its counts are looked at", () =>
  inFolder(async (root) => {
    const taken = around(3);
    const told = async (model: readonly [number, string, ...number[]], form: "binary" | "text") => {
      await Deno.remove(join(root, "sparse"), { recursive: true }).catch(() => {});
      await writeColmap(root, { taken, model: () => model, form });
      return await refusal(root);
    };
    const fisheye = [5, "OPENCV_FISHEYE", 15, 15, 6, 4, 0, 0, 0, 0] as const;
    const read =
      "read are SIMPLE_PINHOLE, PINHOLE, SIMPLE_RADIAL, RADIAL, OPENCV: have the pictures " +
      "undistorted first (colmap image_undistorter)";
    assertEquals(
      await told([...fisheye], "binary"),
      `FOLDER/sparse/0/cameras.bin: camera 1: camera model OPENCV_FISHEYE; ${read}`,
    );
    assertEquals(
      await told([...fisheye], "text"),
      `FOLDER/sparse/0/cameras.txt:3: camera model OPENCV_FISHEYE; ${read}`,
    );
    assertStringIncludes(await told([77, "MINE"], "binary"), "camera model number 77; read are");
    for (const form of ["binary", "text"] as const) {
      assertStringIncludes(
        await told([1, "PINHOLE", -15, 15, 6, 4], form),
        "focal lengths -15 and 15",
      );
      assertStringIncludes(
        await told([1, "PINHOLE", 15, 15, NaN, 4], form),
        "centre NaN, 4 is none",
      );
      assertStringIncludes(await told([2, "SIMPLE_RADIAL", 15, 6, 4, NaN], form), "its k1 is NaN");
    }
    assertStringIncludes(
      await told([1, "PINHOLE", 15, 15, 6, 4, 9], "text"),
      "cameras.txt:3: 5 numbers for a camera of PINHOLE, which has 4",
    );
    const text = colmapText({ taken }), file = join(root, "sparse/0/images.txt");
    const images = async (find: string | RegExp, to: string) => {
      await writeColmap(root, { taken, form: "text" });
      await Deno.writeTextFile(file, text["images.txt"].replace(find, to));
      return await refusal(root);
    };
    assertStringIncludes(
      await images("images: 3", "images: 4"),
      "images.txt: its remark promises 4 images, 3 follow",
    );
    assertStringIncludes(await images(/^10 \S+/m, "10 nan"), "the pose of v00.png holds NaN");
    assertStringIncludes(
      await images(/^10 \S+/m, "10 2.5"),
      "the quaternion of v00.png has length",
    );
    assertStringIncludes(
      await images(/^10 \S+/m, "10 x"),
      'images.txt:3: "x" as word 2, where num',
    );
    assertStringIncludes(await images(" v00.png", ""), "images.txt:3: a name was expected");
    assertStringIncludes(await images("v01.png", "v00.png"), "v00.png has two poses");
    assertStringIncludes(
      await images(" 1 v00.png", " 8 v00.png"),
      "v00.png is of camera 8; FOLDER/",
    );
    const only = { "cameras.txt": text["cameras.txt"], "images.txt": "# Number of images: 0\n" };
    for (const [name, content] of Object.entries(only)) {
      await Deno.writeTextFile(join(root, "sparse/0", name), content);
    }
    assertStringIncludes(await refusal(root), "no picture has a pose");
    assertThrows(() => textCameras("1 PINHOLE 12 8 1 2 3", "c"), DataError, "c:1: 7 words, where");
    assertThrows(() => textImages("1 1 0 0", "i"), DataError, "i:1: 4 words, where numbers");
  }));

Deno.test("PLY files that are none, or cut short", () => {
  const text = (body: string, format = "ascii 1.0") =>
    new TextEncoder().encode(
      `ply\nformat ${format}\nelement vertex 2\nproperty float x\nproperty float y\nproperty float ` +
        `z\nend_header\n${body}`,
    );
  const refused = (bytes: Uint8Array, message: string) =>
    assertThrows(() => pointsOfPly(bytes, "p.ply"), DataError, message);
  refused(new TextEncoder().encode("solid"), "p.ply is no PLY file");
  refused(text("1 2 3 4 5"), "2 points have 6 numbers; 5 are there");
  refused(text("1 2 3 4 5 x"), "point 1 has NaN as a coordinate");
  refused(text("1", "binary_little_endian 1.0"), "2 points of 12 bytes end at byte");
  refused(text("1", "binary_big_endian 1.0"), "format binary_big_endian; ascii and");
  const without = new TextDecoder().decode(text("1 2 3 4 5 6")).replace("float z", "float w");
  refused(new TextEncoder().encode(without), "its points lack x, y or z");
  const listed = new TextDecoder().decode(text("")).replace("float z", "list uchar int z");
  refused(new TextEncoder().encode(listed), "a point has `list uchar int z`; numbers are read");
});

Deno.test("what isn't known must be said: distances, and something to train on", () =>
  inFolder(async (root) => {
    const [one] = around(1);
    await writeNerfstudio(root, [one, { ...one, name: "other" }]);
    assertStringIncludes(
      await refusal(root),
      "all cameras stand in one place and there are no points",
    );
    const data = await loadViews(root, { near: 1, far: 4 });
    assertEquals([data.sample.near, data.sample.far], [1, 4]);
    await writeNerfstudio(root, [one]);
    assertStringIncludes(await refusal(root, { near: 1, far: 2 }), "all 1 views are held out");
    assertThrows(() => views.config.parse({ near: 3, far: 2 }), Error, "2 isn't above near, 3");
    await inFolder(async (other) => {
      await writeLlff(other, around(3), { near: 1, far: 9 });
      assertStringIncludes(await refusal(other, { near: 20 }), "near 20 isn't before far 11");
    });
  }));
