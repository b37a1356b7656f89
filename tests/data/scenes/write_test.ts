/** Scenes as files of NeRF's synthetic layout, read back by a reader of this test's own. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import sharp from "sharp";
import type { Dataset } from "../../../src/data/dataset.ts";
import { decodeNpy } from "../../../src/data/numpy/npy.ts";
import {
  openGlPose,
  scene,
  straightPixel,
  type Transforms,
  writeScene,
} from "../../../src/data/scenes/mod.ts";
import { cameraAt, lookAt, projectPoint, type Vector } from "../../../src/kinds/view/mod.ts";
import { close, law } from "../../law.ts";
import { settings } from "./rendered.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-views-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const loaded = (keys: Record<string, unknown>, cache: string) =>
  scene.load(settings(keys), { cache, jobs: 1 });

law("a pixel that is laid on the background again is the one that was taken off it", {
  source: "Porter & Duff 1984: c·α + b·(1 − α)",
  given: {
    colour: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    background: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    samples: fc.nat(64),
  },
  cases: 500,
  kills: ["written-premultiplied", "written-over-black"],
  holds({ colour, background, samples }) {
    // As renderView makes them.
    const share = samples / 64, alpha = Math.floor(255 * share + 0.5);
    const picture = Uint8Array.from(
      colour,
      (c, k) => Math.floor(c * share + (1 - share) * background[k] + 0.5),
    );
    const rgba = new Uint8Array(4);
    straightPixel(picture, { alpha, background }, rgba);
    assertEquals(rgba[3], alpha);
    for (let k = 0; k < 3; k++) {
      const laid = rgba[k] * alpha / 255 + background[k] * (1 - alpha / 255);
      close(Math.floor(laid + 0.5), picture[k], 1, "level");
      // Two roundings, of α's share and of the picture, are divided by α.
      if (samples >= 8) close(rgba[k], colour[k], 1 + 256 / alpha, "colour");
    }
  },
});

law("a pose of OpenGL's axes sees a point where the camera does", {
  source: "OpenGL: x to the right, y up, z backwards",
  given: {
    at: fc.constantFrom<Vector>([3, 0.4, 1], [-1, 2, 2], [0.1, -0.7, -3]),
    point: fc.tuple(
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    ),
  },
  cases: 60,
  kills: ["written-with-opencv-axes"],
  holds({ at, point }) {
    const rotation = lookAt(at, [0, 0, 0], [0, 1, 0]);
    const camera = { rotation, position: at, fx: 100, fy: 100, cx: 50, cy: 50 };
    const m = openGlPose(camera);
    assertEquals(m[3], [0, 0, 0, 1]);
    const d = point.map((v, k) => v - m[k][3]);
    const [x, y, z] = [0, 1, 2].map((j) => m[0][j] * d[0] + m[1][j] * d[1] + m[2][j] * d[2]);
    const found = projectPoint(camera, point);
    close(50 + 100 * x / -z, found.x, 1e-9, "x");
    close(50 - 100 * y / -z, found.y, 1e-9, "y");
    close(-z, found.depth, 1e-9, "depth");
  },
});

Deno.test("a scene that is written is read back: cameras, pictures, alpha, depth", async () => {
  await withFolder(async (folder) => {
    const config = { size: 24, train: 11, test: 3, background: [250, 200, 10] };
    const data = await loaded(config, join(folder, "cache")), to = join(folder, "to");
    const told: number[] = [];
    await writeScene(data, { folder: to, progress: (done, total) => told.push(done / total) });
    assertEquals([told.length, told.at(-1)], [14, 1]);
    const read = async (name: string): Promise<Transforms> =>
      JSON.parse(await Deno.readTextFile(join(to, `transforms_${name}.json`)));
    assertEquals(await read("val"), await read("test"));
    for (const split of ["train", "test"] as const) {
      const { camera_angle_x, frames } = await read(split), size = data.size(split);
      assertEquals(frames.length, size);
      const indices = frames.map((_, i) => i);
      const { samples } = await data.read(split, indices);
      const { alpha, depth } = await data.truth!().maps!(split, indices);
      for (const [i, { file_path, depth_file_path, transform_matrix: m }] of frames.entries()) {
        assertEquals(file_path, `./${split}/r_${i}`);
        const camera = cameraAt(samples.cameras, i);
        // As readers take them: the focal length of the width, the middle, and y and z turned round.
        close(0.5 * 24 / Math.tan(0.5 * camera_angle_x), camera.fx, 1e-4, "focal length");
        assertEquals([camera.cx, camera.cy], [12, 12]);
        const rotation = [0, 1, 2].flatMap((r) => [m[r][0], -m[r][1], -m[r][2]]);
        assertEquals(rotation, camera.rotation.map((v) => v + 0));
        assertEquals([m[0][3], m[1][3], m[2][3]], camera.position);
        const { data: rgba, info } = await sharp(await Deno.readFile(join(to, `${file_path}.png`)))
          .raw().toBuffer({ resolveWithObject: true });
        assertEquals([info.width, info.height, info.channels], [24, 24, 4]);
        for (let p = 0; p < 24 * 24; p++) {
          assertEquals(rgba[4 * p + 3], alpha![i * 576 + p]);
          const share = rgba[4 * p + 3] / 255;
          for (let k = 0; k < 3; k++) {
            const laid = share * rgba[4 * p + k] + (1 - share) * config.background[k];
            close(Math.floor(laid + 0.5), samples.pictures[3 * (i * 576 + p) + k], 1, "level");
          }
        }
        const npy = decodeNpy(await Deno.readFile(join(to, depth_file_path!)), depth_file_path!);
        assert("shape" in npy);
        assertEquals(npy.shape, [24, 24]);
        assertEquals(npy.data, depth!.slice(i * 576, (i + 1) * 576));
      }
    }
  });
});

Deno.test("views without maps are written as opaque pictures", async () => {
  await withFolder(async (folder) => {
    const { truth: _, ...data } = await loaded(
      { scene: "solids", size: 16, train: 2, test: 0 },
      join(folder, "cache"),
    );
    await writeScene(data, { folder });
    const { frames }: Transforms = JSON.parse(
      await Deno.readTextFile(join(folder, "transforms_train.json")),
    );
    assertEquals(frames.map((frame) => Object.keys(frame)), [
      ["file_path", "transform_matrix"],
      ["file_path", "transform_matrix"],
    ]);
    const { data: rgb, info } = await sharp(await Deno.readFile(join(folder, "train/r_1.png")))
      .raw().toBuffer({ resolveWithObject: true });
    assertEquals(info.channels, 3);
    assertEquals(new Uint8Array(rgb), (await data.read("train", [1])).samples.pictures);
  });
});

Deno.test("cameras that the layout can't say are refused by their numbers", async () => {
  await withFolder(async (folder) => {
    const data = await loaded({ scene: "solids", size: 16, train: 3, test: 0 }, folder);
    const bent = (place: number): Dataset<"view"> => ({
      ...data,
      async read(split, indices) {
        const batch = await data.read(split, indices), cameras = batch.samples.cameras.slice();
        cameras[16 + place] += 1;
        return { ...batch, samples: { ...batch.samples, cameras } };
      },
    });
    for (const place of [12, 13, 14, 15]) {
      await assertRejects(
        () => writeScene(bent(place), { folder }),
        Error,
        "camera 1 has the focal",
      );
    }
    const none = await loaded({ scene: "solids", size: 16, train: 0, test: 0 }, folder);
    await assertRejects(() => writeScene(none, { folder }), Error, "no view to write");
  });
});
