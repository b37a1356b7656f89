/** The dataset `views`: what it reads of each layout, says in its notes, and knows its bytes by. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import sharp from "sharp";
import { contentOf } from "../../../src/content/inputs.ts";
import { checkedDataset } from "../../../src/data/contract.ts";
import { boundsOf } from "../../../src/data/views/bounds.ts";
import { cutFor } from "../../../src/data/views/pictures/lens.ts";
import { scaleOf } from "../../../src/data/views/pictures/light.ts";
import { inTurn, pictureStore } from "../../../src/data/views/pictures/store.ts";
import { views } from "../../../src/data/views/views.ts";
import { cameraAt } from "../../../src/kinds/view/cameras.ts";
import { sha256OfFile } from "../../../src/base/digest/digest.ts";
import { close } from "../../law.ts";
import { png } from "../png.ts";
import {
  inFolder,
  loadViews,
  openGl,
  type Point,
  readAll,
  writeColmap,
  writeLlff,
  writeNerfstudio,
  writePicture,
  writeSynthetic,
} from "./folders.ts";
import { around, size } from "./scene.ts";

const starting = (notes: readonly string[], start: string) =>
  notes.filter((note) => note.startsWith(start));

Deno.test("NeRF's synthetic layout: paths with and without an ending, RGBA on white, splits and bounds", () =>
  inFolder(async (root) => {
    const all = around(5, { alpha: 51 });
    for (const ending of ["", ".png"]) {
      await writeSynthetic(root, { train: all.slice(0, 3), test: all.slice(3), ending });
      const data = await loadViews(root);
      assertEquals([data.size("train"), data.size("test"), data.size("judge")], [3, 2, 0]);
      assertEquals(data.sample, {
        kind: "view",
        ...size,
        background: [255, 255, 255],
        near: 2,
        far: 6,
      });
      const { pictures } = await readAll(data, "test");
      // A fifth of the colour, four fifths of white: colour 3 is (3, 252, 21).
      assertEquals([...pictures.slice(0, 3)], [204.6, 254.4, 208.2].map(Math.round));
      for (const split of ["train", "test"] as const) {
        assertEquals(data.truth!().cameras!(split), (await readAll(data, split)).cameras);
      }
      const { alpha } = await data.truth!().maps!("test", [0, 1]);
      assertEquals(alpha, new Uint8Array(2 * size.width * size.height).fill(51));
      assertEquals(data.truth!().names!("test"), [`test/v03${ending}`, `test/v04${ending}`]);
      assertEquals(data.notes, [
        "layout: nerf_synthetic, by its transforms_train.json",
        "split: the layout's own; transforms_val.json isn't read",
        "axes of cameras: opengl; the middle of the first pixel at 0.5",
        "background: 5 of 5 pictures have transparency, laid on 255, 255, 255",
        "colours are mixed encoded",
        "near 2.000, far 6.000: by NeRF's own for its synthetic scenes",
      ]);
    }
    const black = await loadViews(root, { background: [0, 10, 20] });
    const { pictures } = await readAll(black, "test");
    assertEquals([...pictures.slice(0, 3)], [0.6, 58.4, 20.2].map(Math.round));
    assertEquals(black.sample.background, [0, 10, 20]);
    await assertRejects(
      () => black.truth!().maps!("test", [2]),
      RangeError,
      "view 2 of split test",
    );
  }));

Deno.test("`auto` takes the first layout that is there, and says which others are", () =>
  inFolder(async (root) => {
    const taken = around(9);
    const layout = async () => (await loadViews(root)).notes[0];
    await writeLlff(root, taken);
    assertEquals(await layout(), "layout: llff, by its poses_bounds.npy");
    await writeColmap(root, { taken });
    const colmap = "layout: colmap, by its sparse/0/cameras.bin and images.bin, or .txt";
    assertEquals(await layout(), `${colmap}; it could be read as llff too`);
    await writeNerfstudio(root, taken);
    assertEquals(
      await layout(),
      "layout: nerfstudio, by its transforms.json; it could be read as colmap, llff too",
    );
    const asked = await loadViews(root, { layout: "llff" });
    assertEquals(asked.notes.slice(0, 2), [
      "layout: llff, as asked",
      "axes of cameras: llff; the middle of the first pixel at 0.5",
    ]);
    assertEquals([asked.sample.near, asked.sample.far], [0.9, 17]);
    // The same scene in three layouts is the same scene.
    for (const layout of ["nerfstudio", "colmap"]) {
      const other = await loadViews(root, { layout });
      const [a, b] = [await readAll(asked, "train"), await readAll(other, "train")];
      assertEquals(a.pictures, b.pictures);
      a.cameras.forEach((value, i) => close(value, b.cameras[i], 1e-5, `number ${i}`));
    }
  }));

Deno.test("every hold-th view by name is held out, from the first on", () =>
  inFolder(async (root) => {
    await writeColmap(root, { taken: [...around(17)].reverse() });
    const data = await loadViews(root);
    assertEquals(data.truth!().names!("test"), ["v00.png", "v08.png", "v16.png"]);
    assertEquals(data.size("train"), 14);
    assertEquals(starting(data.notes, "split"), [
      "split: view 0 and every 8th after it, by name, are held out",
    ]);
    const { pictures } = await readAll(data, "test");
    const each = 3 * size.width * size.height;
    assertEquals([0, 1, 2].map((i) => pictures[i * each]), [0, 8, 16]);
    const third = await loadViews(root, { hold: 5 });
    assertEquals(third.truth!().names!("test"), ["v00.png", "v05.png", "v10.png", "v15.png"]);
    await assertRejects(() => data.read("test", [3]), RangeError, "view");
  }));

Deno.test("opacity is read of 16 bits and of palettes as of 8 bits", () =>
  inFolder(async (root) => {
    await writeNerfstudio(root, around(3));
    const values = Array.from({ length: 12 * 8 }, () => [40, 80, 120, 51]).flat();
    const wide = png({ ...size, bits: 16, kind: 6, values: values.map((value) => 257 * value) });
    await Deno.writeFile(join(root, "images/v00.png"), wide);
    const raw = { ...size, channels: 4 as const };
    const few = await sharp(Uint8Array.from(values), { raw }).png({ palette: true }).toBuffer();
    await Deno.writeFile(join(root, "images/v02.png"), few);
    const data = await loadViews(root, { hold: 2, background: [255, 0, 255] });
    const { pictures } = await readAll(data, "test"), each = 3 * size.width * size.height;
    const { alpha } = await data.truth!().maps!("test", [0, 1]);
    for (const i of [0, 1]) {
      assertEquals([...pictures.slice(i * each, i * each + 3)], [212, 16, 228]);
      assertEquals(alpha![i * each / 3], 51);
    }
    const { alpha: opaque } = await data.truth!().maps!("train", [0]);
    assertEquals(opaque, new Uint8Array(size.width * size.height).fill(255));
    assertStringIncludes(data.notes.join("\n"), "2 of 3 pictures have transparency");
  }));

Deno.test("COLMAP's points are the truth's, bound the scene, and stand where they were put", () =>
  inFolder(async (root) => {
    const points: Point[] = Array.from({ length: 40 }, (_, i) => ({
      at: [0.2 * Math.cos(i), 0.1 * (i % 5) - 0.2, 0.2 * Math.sin(i)],
      colour: [i, 100, 255 - i],
    }));
    for (const form of ["binary", "text"] as const) {
      await Deno.remove(join(root, "sparse"), { recursive: true }).catch(() => {});
      await writeColmap(root, { taken: around(9), points, form });
      const data = await loadViews(root), cloud = data.truth!().points!;
      assertEquals(cloud.positions, Float32Array.from(points.flatMap(({ at }) => at)));
      assertEquals(cloud.colours, Uint8Array.from(points.flatMap(({ colour }) => colour)));
      // Cameras are √10 ≈ 3.16 away; points within 0.3 of the origin.
      const { near, far } = data.sample;
      assert(0.8 * 2.8 < near && near < 0.8 * 3.16, `near ${near}`);
      assert(1.25 * 3.16 < far && far < 1.25 * 3.5, `far ${far}`);
      assertEquals(starting(data.notes, "40 points").length, 1);
      assertStringIncludes(data.notes.join("\n"), `model: sparse/0, ${form}`);
    }
    await Deno.rename(join(root, "sparse/0"), join(root, "mine"));
    assertEquals((await loadViews(root, { model: "mine" })).size("test"), 2);
    for (const name of ["cameras", "images", "points3D"]) {
      await Deno.rename(join(root, `mine/${name}.txt`), join(root, `${name}.txt`));
    }
    assertStringIncludes((await loadViews(root)).notes.join("\n"), "model: ., text");
    await Deno.remove(join(root, "points3D.txt"));
    const without = await loadViews(root);
    assertEquals(without.truth!().points, undefined);
    assertStringIncludes(without.notes.join("\n"), "by the cameras alone");
    await writePicture(join(root, "images/z.png"), around(1)[0]);
    assertStringIncludes(
      (await loadViews(root)).notes.join("\n"),
      "9 of 10 pictures in images have a pose",
    );
  }));

Deno.test("pictures that are smaller than their cameras are for have their intrinsics scaled", () =>
  inFolder(async (root) => {
    await writeLlff(root, around(3, { width: 24, height: 16 }));
    for (const one of around(3)) await writePicture(join(root, `images_2/${one.name}.png`), one);
    const data = await loadViews(root, { images: "images_2" });
    assertEquals([data.sample.width, data.sample.height], [12, 8]);
    const { fx, fy, cx, cy } = cameraAt((await readAll(data, "train")).cameras, 0);
    assertEquals([fx, fy, cx, cy], [7.5, 7.5, 6, 4]);
    assertEquals(starting(data.notes, "pictures of"), [
      "pictures of 12×8 are 0.5000 of the size that cameras are for: intrinsics are scaled by that",
    ]);
  }));

Deno.test("downscale is the mean of squares; what is left over is dropped, and noted", () =>
  inFolder(async (root) => {
    const [first, ...others] = around(3);
    const values = Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) => (37 * i) % 256);
    await writeNerfstudio(root, [{ ...first, values }, ...others]);
    const data = await loadViews(root, { downscale: 5 });
    assertEquals([data.sample.width, data.sample.height], [2, 1]);
    const { pictures, cameras } = await readAll(data, "test");
    for (let x = 0; x < 2; x++) {
      let sum = 0;
      for (let k = 0; k < 25; k++) sum += values[3 * (Math.floor(k / 5) * 12 + 5 * x + k % 5)];
      assertEquals(pictures[3 * x], Math.floor(sum / 25 + 0.5));
    }
    const { fx, cx, cy } = cameraAt(cameras, 0);
    assertEquals([fx, cx, cy].map((value) => value.toFixed(5)), ["3.00000", "1.20000", "0.80000"]);
    assertEquals(starting(data.notes, "downscale"), [
      "downscale: 12×8 to 2×1, means of 5×5 pixels",
    ]);
  }));

Deno.test("nerfstudio: optics for all or each, angles, its own split, masks, worlds and points", () =>
  inFolder(async (root) => {
    const taken = around(4);
    const none = { fl_x: undefined, fl_y: undefined, cx: undefined, cy: undefined };
    const bare = () => ({ ...none, w: undefined, h: undefined });
    const optics = async (shared: Record<string, unknown>, each: () => Record<string, unknown>) => {
      await writeNerfstudio(root, taken, { shared, each });
      const { fx, fy, cx, cy } = cameraAt(
        (await readAll(await loadViews(root), "train")).cameras,
        0,
      );
      return [fx, fy, cx, cy].map((value) => Number(value.toFixed(4)));
    };
    assertEquals(await optics({ fl_x: 9, fl_y: 8, cx: 5, cy: 3, w: 12, h: 8 }, bare), [9, 8, 5, 3]);
    assertEquals(await optics({ fl_x: 9 }, bare), [9, 9, 6, 4]);
    assertEquals(await optics({ fl_x: 9, cx: 1 }, () => ({ ...bare(), fl_x: 7 })), [7, 7, 1, 4]);
    const angles = { camera_angle_x: Math.PI / 2, camera_angle_y: 2 * Math.atan(0.5) };
    assertEquals(await optics(angles, bare), [6, 8, 6, 4]);

    const file = (i: number) => `images/v0${i}.png`;
    const ply = "ply\nformat ascii 1.0\nelement vertex 2\nproperty double x\nproperty double y\n" +
      "property double z\nproperty uchar red\nproperty uchar green\nproperty uchar blue\n" +
      "end_header\n1 2 3 10 20 30\n-1 0.5 4 40 50 60\n";
    await Deno.writeTextFile(join(root, "sparse_pc.ply"), ply);
    const shared = {
      train_filenames: [file(0), file(3)],
      test_filenames: [file(2)],
      applied_transform: [[0, 1, 0, 0.5], [1, 0, 0, 0], [0, 0, -1, 2]],
      ply_file_path: "sparse_pc.ply",
    };
    await writeNerfstudio(root, taken, { shared, each: () => ({ mask_path: "masks/a.png" }) });
    const data = await loadViews(root), truth = data.truth!();
    assertEquals([truth.names!("train"), truth.names!("test")], [[file(0), file(3)], [file(2)]]);
    assertEquals([...truth.points!.positions], [1, 2, 3, -1, 0.5, 4]);
    assertEquals([...truth.points!.colours], [10, 20, 30, 40, 50, 60]);
    assertEquals(data.notes.slice(1, 5), [
      "split: the file's own (test: test_filenames)",
      "1 frames are in neither split and aren't read",
      "world: as it is written, `applied_transform` applied",
      "masks of 4 frames aren't read: all pixels count",
    ]);

    // x′ = (y + 0.5, x, 2 − z) turned back.
    const before = await loadViews(root, { world: "original" });
    assertEquals([...before.truth!().points!.positions], [2, 0.5, -1, 0.5, -1.5, -2]);
    const [now, then] = [await readAll(data, "test"), await readAll(before, "test")];
    const [written, original] = [cameraAt(now.cameras, 0), cameraAt(then.cameras, 0)];
    const [x, y, z] = original.position;
    [y + 0.5, x, 2 - z].forEach((value, k) => close(value, written.position[k], 1e-6, "a place"));
    for (let c = 0; c < 3; c++) {
      const [dx, dy, dz] = [0, 3, 6].map((row) => original.rotation[row + c]);
      [dy, dx, -dz].forEach((value, k) =>
        close(value, written.rotation[3 * k + c], 1e-6, "an axis")
      );
    }
    assertStringIncludes(before.notes.join("\n"), "`applied_transform` taken off");

    const validated = { ...shared, test_filenames: [], val_filenames: [file(1)] };
    await writeNerfstudio(root, taken, { shared: validated });
    assertEquals((await loadViews(root)).truth!().names!("test"), [file(1)]);
  }));

Deno.test("binary PLY points are read of any types, with elements after them", async () => {
  const head =
    "ply\r\nformat binary_little_endian 1.0\r\ncomment x\r\nelement vertex 1\r\nproperty " +
    "float32 x\r\nproperty double y\r\nproperty short z\r\nproperty uint8 red\r\nproperty uchar " +
    "green\r\nproperty uchar blue\r\nproperty int n\r\nelement face 1\r\nproperty list uchar int i\r\n" +
    "end_header\r\n";
  const view = new DataView(new ArrayBuffer(24));
  view.setFloat32(0, 1.5, true);
  view.setFloat64(4, -2.25, true);
  view.setInt16(12, 7, true);
  [200, 100, 50].forEach((value, k) => view.setUint8(14 + k, value));
  view.setInt32(17, 9, true);
  const start = new TextEncoder().encode(head), bytes = new Uint8Array(start.length + 24);
  bytes.set(start);
  bytes.set(new Uint8Array(view.buffer), start.length);
  const { pointsOfPly } = await import("../../../src/data/views/layouts/transforms/ply.ts");
  const { positions, colours } = pointsOfPly(bytes, "p.ply");
  assertEquals([[...positions], [...colours]], [[1.5, -2.25, 7], [200, 100, 50]]);
});

Deno.test("a lens is unbent and cut, its camera with it; where it folds, nothing is taken", () =>
  inFolder(async (root) => {
    const shared = { camera_model: "OPENCV", k1: 0.4, k2: 0.1, p1: 0.01, p2: -0.01 };
    await writeNerfstudio(root, around(3, { width: 32, height: 24 }), {
      shared,
      each: () => ({ fl_x: 30, fl_y: 30 }),
    });
    const data = await loadViews(root), [told] = starting(data.notes, "lens:");
    const { cx, cy, fx } = cameraAt((await readAll(data, "train")).cameras, 0);
    const { width, height } = data.sample;
    const [left, top] = [16 - cx, 12 - cy];
    assertEquals(
      told,
      "lens: 3 of 3 pictures unbent, bilinear, with the same focal lengths; of 32×24 pixels " +
        `${width}×${height} from (${left}, ${top}) on were seen by all cameras and stay`,
    );
    assert(left > 0 && top > 0 && width < 32 && height < 24 && fx === 30, told);
    // Barrels need no cut, until rays fold back: past r² = 1 / (3·0.8) no pixel is of one ray.
    const whole = { left: 0, top: 0, width: 33, height: 33 };
    const fold = { k1: -0.8, k2: 0, k3: 0, p1: 0, p2: 0 };
    const cut = cutFor(fold, {
      intrinsics: { fx: 16, fy: 16, cx: 16.5, cy: 16.5 },
      size: whole,
      from: whole,
    });
    const corner = (cut.width - 1) / 2 / 16, side = (cut.height - 1) / 2 / 16;
    assert(corner ** 2 + side ** 2 < 1 / 2.4 && cut.width > 11, JSON.stringify(cut));
  }));

Deno.test("the digest and the run's content follow every byte and setting that changes a view", () =>
  inFolder(async (root) => {
    const taken = around(4, { alpha: 128 });
    await writeNerfstudio(root, taken);
    const config = (more = {}) => views.config.parse({ path: root, ...more });
    const content = () => contentOf(views, config(), { base: undefined, cache: null });
    const digest = async (more = {}) => (await loadViews(root, more)).digest;
    const first = await digest(), before = await content();
    assertEquals(await digest(), first);
    assertEquals(await content(), before);
    const settings = [
      { background: [0, 0, 0] },
      { light: "linear" },
      { downscale: 2 },
      { hold: 3 },
      { pixel_centre: 0 },
      { near: 0.5 },
      { axes: "opencv" },
    ];
    const digests = await Promise.all(settings.map((more) => digest(more)));
    assertEquals(new Set([first, ...digests]).size, settings.length + 1);
    await writeNerfstudio(root, taken, { shared: { k1: 0.01 } });
    assertNotEquals(await digest(), first);
    assertNotEquals(await content(), before);
    await writeNerfstudio(root, taken.with(1, { ...taken[1], values: taken[2].values }));
    assertNotEquals(await digest(), first);
    assertNotEquals(await content(), before);
    // Written anew, the same bytes.
    await writeNerfstudio(root, taken, {
      each: (one) => ({ transform_matrix: openGl(one.camera) }),
    });
    assertEquals([await digest(), await content()], [first, before]);
  }));

Deno.test("what is loaded is a sound dataset, and reading is pure", () =>
  inFolder(async (root) => {
    await writeColmap(root, { taken: around(9) });
    const checked = checkedDataset(views);
    const config = views.config.parse({ path: "." });
    const told: number[] = [];
    const data = await checked.load(config, {
      base: root,
      cache: join(root, "cache"),
      jobs: 2,
      progress: (done, total) => told.push(done / total),
    });
    assertEquals(told.at(-1), 1);
    const some = await data.read("train", [3, 0, 3]);
    const again = await data.read("train", [0, 3]);
    const each = 3 * size.width * size.height;
    const picture = (of: typeof some, i: number) =>
      (of.samples as { pictures: Uint8Array }).pictures.slice(i * each, (i + 1) * each);
    assertEquals(picture(some, 0), picture(again, 1));
    assertEquals(picture(some, 2), picture(again, 1));
    assertEquals(picture(some, 1), picture(again, 0));
    assertEquals(data.factors, []);
  }));

Deno.test("pictures are decoded when they are asked for, and as many are kept as fit", () =>
  inFolder(async (root) => {
    const taken = around(4), paths = taken.map(({ name }) => join(root, `${name}.png`));
    for (const [i, path] of paths.entries()) await writePicture(path, taken[i]);
    const files = await Promise.all(
      paths.map(async (path) => ({ path, sha256: await sha256OfFile(path) })),
    );
    const made: number[] = [];
    const store = pictureStore(files, {
      jobs: 2,
      memory: 2 * 3 * size.width * size.height,
      makingOf(place) {
        made.push(place);
        return {
          background: [0, 0, 0],
          scale: scaleOf("encoded"),
          lens: null,
          cut: { left: 0, top: 0, ...size },
          downscale: 1,
        };
      },
    });
    const colours = async (...places: number[]) => {
      made.length = 0;
      const found = await store.get(places);
      return [found.map(({ rgb }) => rgb[0]), [...made].sort()];
    };
    assertEquals(await colours(0, 1, 0), [[0, 1, 0], [0, 1]]);
    assertEquals(await colours(1, 0), [[1, 0], []]);
    assertEquals(await colours(2), [[2], [2]]); // 1 was asked for longest ago
    assertEquals(await colours(0), [[0], []]);
    assertEquals(await colours(1), [[1], [1]]);
    assertEquals(await colours(3, 2, 1, 0), [[3, 2, 1, 0], [2, 3]]);
    await assertRejects(
      () =>
        inTurn([3, 1, 2], {
          jobs: 3,
          work: (n) => n === 3 ? Promise.resolve(n) : Promise.reject(new RangeError(`${n}`)),
        }),
      RangeError,
      "1",
    );
  }));

Deno.test("stray points move no bounds, and points that no camera sees count for nothing", () => {
  const cameras = around(8).map(({ camera }) => camera);
  const cloud = (places: number[][]) => ({
    positions: Float32Array.from(places.flat()),
    colours: new Uint8Array(3 * places.length),
  });
  const middle = Array.from({ length: 2000 }, (_, i) => [0.01 * (i % 3), 0, 0.01 * (i % 5)]);
  const bounds = (places: number[][]) => boundsOf(cameras, { points: cloud(places), size });
  const calm = bounds(middle);
  assert(calm.near > 2.4 && calm.far < 4.1, JSON.stringify(calm));
  const stray = bounds([...middle, [2.5, 0.9, 0]]);
  assert(Math.abs(stray.near - calm.near) < 0.05, JSON.stringify(stray));
  // High above: in no picture.
  const unseen = bounds(Array.from({ length: 50 }, () => [0, 90, 0]));
  assertStringIncludes(unseen.from, "the cameras alone");
  close(unseen.near, 0.15, 1e-6, "near");
  close(unseen.far, 12, 1e-6, "far");
});
