/** COLMAP's own models, written by pycolmap: our cameras see their points where COLMAP's do. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { decodeWhole } from "../../../src/data/decode.ts";
import { assembled } from "../../../src/data/views/assemble.ts";
import { viewsConfig } from "../../../src/data/views/config.ts";
import { readModel } from "../../../src/data/views/layouts/colmap/colmap.ts";
import { poseOfImage } from "../../../src/data/views/layouts/colmap/model.ts";
import { bent, cutFor } from "../../../src/data/views/pictures/lens.ts";
import { scaleOf } from "../../../src/data/views/pictures/light.ts";
import { viewPicture } from "../../../src/data/views/pictures/picture.ts";
import {
  cameraAt,
  cameraNumbers,
  projectPoint,
  toCamera,
} from "../../../src/kinds/view/cameras.ts";
import { close } from "../../law.ts";
import { flat, inFolder, loadViews, readAll, writePicture } from "./folders.ts";

const golden = fromFileUrl(new URL("../../golden/colmap", import.meta.url));

interface Seen {
  /** Pixels of the points in the taken picture, and in the one without the lens at the same size. */
  readonly seen: readonly [number, number][];
  readonly unbent: readonly [number, number][];
}
interface Golden {
  readonly pycolmap: string;
  readonly models: Readonly<
    Record<string, {
      readonly points: readonly [number, number, number][];
      readonly pictures: Readonly<Record<string, Seen>>;
    }>
  >;
}

const { models } = JSON.parse(await Deno.readTextFile(`${golden}/projections.json`)) as Golden;
const names = ["SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV"];

/** A model in both forms. */
const bothOf = async (name: string) => ({
  binary: await readModel(`${golden}/${name}/binary`, "bin"),
  text: await readModel(`${golden}/${name}/text`, "txt"),
});

Deno.test("COLMAP's binary and text models say the same", async () => {
  assertEquals(Object.keys(models), names);
  for (const name of names) {
    const { binary, text } = await bothOf(name);
    const of = ({ cameras, images, points }: typeof binary) => ({
      cameras: [...cameras].sort(),
      images: [...images].sort((a, b) => a.name < b.name ? -1 : 1),
      points: points!.positions.length,
    });
    assertEquals(of(binary), of(text), name);
    const { points } = models[name];
    for (const { points: cloud } of [binary, text]) {
      // Points come in any order; their colours tell their numbers.
      points.forEach((point, i) => {
        const at = cloud!.colours.findIndex((value, k) => k % 3 === 0 && value === i + 1);
        assertEquals([...cloud!.colours.slice(at, at + 3)], [i + 1, 2 * (i + 1), 254 - i]);
        point.forEach((value, c) => close(cloud!.positions[at + c], value, 1e-5, "a coordinate"));
      });
    }
  }
});

Deno.test("points are seen where pycolmap's img_from_cam sees them, for every camera model", async () => {
  for (const name of names) {
    const { points, pictures } = models[name];
    for (const model of Object.values(await bothOf(name))) {
      assertEquals(model.images.length, 4);
      for (const image of model.images) {
        const { optics, lens } = model.cameras.get(image.camera)!;
        const camera = { ...poseOfImage(image, ""), ...optics };
        points.forEach((point, i) => {
          const [x, y, z] = toCamera(camera as never, point);
          const [u, v] = lens === null ? [x / z, y / z] : bent(lens, x / z, y / z);
          const [wantedX, wantedY] = pictures[image.name].seen[i];
          close(optics.fx * u + optics.cx, wantedX, 1e-4, `${name}, ${image.name}: x`);
          close(optics.fy * v + optics.cy, wantedY, 1e-4, `${name}, ${image.name}: y`);
        });
      }
    }
  }
});

Deno.test("a folder of COLMAP's is read whole: its views see the points in the unbent pictures", async () => {
  for (const name of names) {
    for (const form of ["binary", "text"] as const) {
      await inFolder(async (root) => {
        const { points, pictures } = models[name];
        await Deno.mkdir(`${root}/sparse/0`, { recursive: true });
        for (const { name: file } of Deno.readDirSync(`${golden}/${name}/${form}`)) {
          await Deno.copyFile(`${golden}/${name}/${form}/${file}`, `${root}/sparse/0/${file}`);
        }
        const size = { width: 64, height: 48 };
        for (const picture of Object.keys(pictures)) {
          await writePicture(`${root}/images/${picture}`, { ...size, values: flat(9, size) });
        }
        const data = await loadViews(root, { hold: 2 });
        const told = data.notes.find((note) => note.startsWith("lens:"));
        assertEquals(told === undefined, name.endsWith("PINHOLE"));
        const [left, top] = /from \((\d+), (\d+)\)/.exec(told ?? "")?.slice(1).map(Number) ??
          [0, 0];
        const sorted = Object.keys(pictures).sort();
        for (const [split, first] of [["test", 0], ["train", 1]] as const) {
          const { cameras, count } = await readAll(data, split);
          assertEquals(count, 2);
          for (let i = 0; i < count; i++) {
            const { unbent } = pictures[sorted[first + 2 * i]], camera = cameraAt(cameras, i);
            points.forEach((point, k) => {
              const { x, y } = projectPoint(camera, point);
              close(x + left, unbent[k][0], 1e-3, `${name}, ${form}: x`);
              close(y + top, unbent[k][1], 1e-3, `${name}, ${form}: y`);
            });
          }
        }
        assertEquals(data.truth!().points!.positions.length, 3 * points.length);
        const { near, far } = data.sample;
        assert(near > 2 && near < 5 && far > 5 && far < 9, `${near} ${far}`);
      });
    }
  }
});

Deno.test("pictures are unbent as pycolmap's undistort_image does it, to one level", async () => {
  const taken = await decodeWhole(`${golden}/pictures/taken.png`, { channels: 3 });
  const size = { width: 64, height: 48 };
  for (const name of ["SIMPLE_RADIAL", "RADIAL", "OPENCV"]) {
    const { cameras } = await readModel(`${golden}/${name}/binary`, "bin");
    const { optics, lens } = [...cameras.values()][0];
    const cut = cutFor(lens!, { intrinsics: optics, size, from: { left: 0, top: 0, ...size } });
    const { rgb } = viewPicture({ ...size, bands: 3, values: taken.data }, {
      background: [0, 0, 0],
      scale: scaleOf("encoded"),
      lens: { lens: lens!, intrinsics: optics },
      cut,
      downscale: 1,
    });
    const theirs = await decodeWhole(`${golden}/pictures/${name}.png`, { channels: 3 });
    let changed = 0;
    for (let j = 0; j < cut.height; j++) {
      for (let i = 0; i < cut.width; i++) {
        for (let c = 0; c < 3; c++) {
          const at = 3 * ((j + cut.top) * size.width + i + cut.left) + c;
          const own = rgb[3 * (j * cut.width + i) + c];
          close(own, theirs.data[at], 1, `${name}: pixel ${i}, ${j}`);
          if (own !== taken.data[at]) changed++;
        }
      }
    }
    // Enough is left of it, and enough of that was moved, for the comparison to mean something.
    assert(cut.width > 50 && cut.height > 38, `${name}: ${cut.width}×${cut.height}`);
    assert(changed > 500, `${name}: ${changed}`);
  }
});

Deno.test("a camera's numbers survive float32 to a thousandth of a pixel", () => {
  const posed = {
    path: "a.png",
    name: "a",
    rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    position: [0.1, 0.2, 0.3],
    optics: () => ({ width: 4000, height: 3000, fx: 3456.789, fy: 3457.1, cx: 2003.3, cy: 1498.7 }),
    lens: null,
  };
  const { cameras: [camera] } = assembled([posed], {
    headers: [{ width: 4000, height: 3000, alpha: false }],
    axes: "opencv",
    config: viewsConfig.parse({}),
  });
  const kept = cameraAt(Float32Array.from(cameraNumbers(camera)), 0);
  const was = projectPoint(camera, [0.4, -0.2, 2]), now = projectPoint(kept, [0.4, -0.2, 2]);
  close(now.x, was.x, 1e-3, "x");
  close(now.y, was.y, 1e-3, "y");
});
