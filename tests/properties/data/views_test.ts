/**
 * Laws of posed pictures from files: a camera that is written in any layout is read with the rays that
 * it had, at any size; views are held out as it is said; a lens is undone.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bent, type Cut, cutFor, unbent } from "../../../src/data/views/pictures/lens.ts";
import { scaleOf } from "../../../src/data/views/pictures/light.ts";
import { viewPicture } from "../../../src/data/views/pictures/picture.ts";
import { type Camera, cameraAt, lookAt, type Vector } from "../../../src/kinds/view/cameras.ts";
import { close, law } from "../../law.ts";
import {
  flat,
  inFolder,
  loadViews,
  readAll,
  type Taken,
  writeColmap,
  writeLlff,
  writeNerfstudio,
  writeSynthetic,
} from "../../data/views/folders.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const vector = (most: number) =>
  fc.tuple(number(-most, most), number(-most, most), number(-most, most));

/** Poses around the origin; those that look along `up` are left out by their elevation. */
const pose = fc.record({
  azimuth: number(0, 6.3),
  elevation: number(-1.2, 1.2),
  roll: vector(0.3),
  to: vector(0.5),
}).map(({ azimuth, elevation, roll, to }) => {
  const level = 3 * Math.cos(elevation);
  const position: Vector = [
    level * Math.sin(azimuth),
    3 * Math.sin(elevation),
    level * Math.cos(azimuth),
  ];
  return { rotation: lookAt(position, to, [roll[0], 1, roll[2]]), position };
});

const WIDTH = 12, HEIGHT = 8;

/** The ray through a place of a picture, in pixels from its corner: where from, and a unit direction. */
function rayAt({ rotation: r, position, fx, fy, cx, cy }: Camera, x: number, y: number) {
  const d = [(x - cx) / fx, (y - cy) / fy, 1];
  const length = Math.sqrt(d[0] * d[0] + d[1] * d[1] + 1);
  const direction = [0, 1, 2].map((k) =>
    (r[3 * k] * d[0] + r[3 * k + 1] * d[1] + r[3 * k + 2] * d[2]) / length
  );
  return [...position, ...direction];
}

/** How each layout is written; `square`: it knows one focal length, and the centre in the middle. */
const LAYOUTS = {
  nerf_synthetic: {
    square: true,
    write: (root: string, taken: readonly Taken[], hold: number) =>
      writeSynthetic(root, {
        train: taken.filter((_, i) => i % hold !== 0),
        test: taken.filter((_, i) => i % hold === 0),
      }),
  },
  nerfstudio: {
    square: false,
    write: (root: string, taken: readonly Taken[]) => writeNerfstudio(root, taken),
  },
  llff: { square: true, write: (root: string, taken: readonly Taken[]) => writeLlff(root, taken) },
  "colmap, binary": {
    square: false,
    write: (root: string, taken: readonly Taken[]) => writeColmap(root, { taken }),
  },
  "colmap, text": {
    square: false,
    write: (root: string, taken: readonly Taken[]) => writeColmap(root, { taken, form: "text" }),
  },
};
type Name = keyof typeof LAYOUTS;

law(
  "a camera written in any layout is read with its rays, at any downscale, and is held out as said",
  {
    source: "the formats' definitions",
    given: {
      layout: fc.constantFrom(...Object.keys(LAYOUTS) as Name[]),
      poses: fc.array(pose, { minLength: 3, maxLength: 7 }),
      focal: fc.tuple(number(6, 40), number(6, 40)),
      centre: fc.tuple(number(3, 9), number(2, 6)),
      downscale: fc.constantFrom(1, 2, 3),
      hold: fc.constantFrom(2, 3),
      order: fc.infiniteStream(fc.nat()),
    },
    cases: 40,
    kills: [
      "opengl-without-y-turned",
      "opengl-looks-backward",
      "llff-columns-unchanged",
      "half-pixel-dropped",
      "hold-off-by-one",
      "quaternion-xyzw",
      "colmap-rotation-not-inverted",
      "colmap-translation-not-inverted",
      "downscale-without-focal",
      "downscale-without-centre",
      "angle-not-halved",
      "text-points-read-as-images",
    ],
    async holds({ layout, poses, focal: [fx, fy], centre: [cx, cy], downscale: by, hold, order }) {
      const { square, write } = LAYOUTS[layout];
      const optics = square ? { fx, fy: fx, cx: WIDTH / 2, cy: HEIGHT / 2 } : { fx, fy, cx, cy };
      // Named in another order than they are numbered.
      const ranks = poses.map(() => order.next().value as number);
      const named = [...poses.keys()].sort((a, b) => ranks[a] - ranks[b] || a - b);
      const taken = poses.map((pose, i): Taken => ({
        name: `view_${String(named.indexOf(i)).padStart(3, "0")}`,
        camera: { ...pose, ...optics },
        width: WIDTH,
        height: HEIGHT,
        values: flat(30 * i, { width: WIDTH, height: HEIGHT }),
      }));
      await inFolder(async (root) => {
        await write(root, taken, hold);
        const data = await loadViews(root, { hold, downscale: by, near: 1, far: 9 });
        assert(data.notes[0].startsWith(`layout: ${layout.split(",")[0]}`), data.notes[0]);
        const ordered = layout === "nerf_synthetic"
          ? taken
          : [...taken].sort((a, b) => a.name < b.name ? -1 : 1);
        for (const split of ["train", "test"] as const) {
          const wanted = ordered.filter((_, i) => (i % hold === 0) === (split === "test"));
          const read = await readAll(data, split);
          assertEquals([read.count, read.height, read.width], [
            wanted.length,
            Math.floor(HEIGHT / by),
            Math.floor(WIDTH / by),
          ]);
          wanted.forEach(({ camera, values }, i) => {
            const from = 3 * i * read.height * read.width;
            assertEquals([...read.pictures.slice(from, from + 3)], [...values.slice(0, 3)]);
            const found = cameraAt(read.cameras, i);
            for (const [x, y] of [[0.5, 0.5], [read.width - 0.5, 0.5], [1.5, read.height - 0.5]]) {
              const ray = rayAt(found, x, y), was = rayAt(camera, by * x, by * y);
              ray.forEach((value, k) =>
                close(value, was[k], 1e-5, `${layout}: number ${k} of a ray`)
              );
            }
          });
        }
      });
    },
  },
);

law(
  "a centre counted from the middle of the first pixel is half a pixel on, before pictures are scaled",
  {
    source: "definition",
    given: {
      pose,
      centre: fc.tuple(number(3, 9), number(2, 6)),
      from: fc.constantFrom(0 as const, 0.5 as const),
      scale: fc.constantFrom(1, 2),
    },
    cases: 20,
    kills: [
      "half-pixel-dropped",
      "half-pixel-of-the-small-picture",
      "intrinsics-of-the-large-picture",
    ],
    async holds({ pose, centre: [cx, cy], from, scale }) {
      const camera = { ...pose, fx: 20, fy: 22, cx, cy };
      const taken = [0, 1].map((i): Taken => ({
        name: `${i}`,
        camera,
        width: WIDTH,
        height: HEIGHT,
        values: flat(i, { width: WIDTH, height: HEIGHT }),
      }));
      await inFolder(async (root) => {
        const small = { w: scale * WIDTH, h: scale * HEIGHT, fl_x: scale * 20, fl_y: scale * 22 };
        const place = (value: number) => scale * value - 0.5 + from;
        const each = () => ({ ...small, cx: place(cx), cy: place(cy) });
        await writeNerfstudio(root, taken, { each });
        const data = await loadViews(root, { pixel_centre: from, near: 1, far: 9 });
        const found = cameraAt((await readAll(data, "train")).cameras, 0);
        close(found.cx, cx, 1e-5, "cx");
        close(found.cy, cy, 1e-5, "cy");
        close(found.fx, 20, 1e-5, "fx");
        close(found.fy, 22, 1e-5, "fy");
      });
    },
  },
);

const coefficient = number(-0.15, 0.15);
const lens = fc.record({
  k1: coefficient,
  k2: coefficient,
  k3: number(-0.05, 0.05),
  p1: number(-0.02, 0.02),
  p2: number(-0.02, 0.02),
});
const intrinsics = fc.record({
  fx: number(35, 60),
  fy: number(35, 60),
  cx: number(12, 20),
  cy: number(9, 15),
});
const size = { width: 32, height: 24 };
const whole: Cut = { left: 0, top: 0, ...size };

law(
  "an unbent picture shows at each pixel what the lens shows where it bends that pixel's ray to",
  {
    source: "Brown 1966, as OpenCV has it",
    given: { lens, intrinsics, slope: fc.tuple(number(-2, 2), number(-2, 2)) },
    kills: ["lens-bent-the-other-way", "tangential-swapped", "unbent-without-the-cut"],
    holds({ lens, intrinsics, slope: [a, b] }) {
      const cut = cutFor(lens, { intrinsics, size, from: whole });
      // A ramp is its own bilinear interpolation.
      const ramp = (x: number, y: number) => 100 + a * x + b * y;
      const taken = Float32Array.from(
        { length: size.width * size.height },
        (_, i) => ramp(i % size.width + 0.5, Math.floor(i / size.width) + 0.5),
      );
      const out = unbent(taken, lens, { intrinsics, size, bands: 1, cut });
      const { fx, fy, cx, cy } = intrinsics, { k1, k2, k3, p1, p2 } = lens;
      for (let j = 0; j < cut.height; j++) {
        for (let i = 0; i < cut.width; i++) {
          const x = (i + cut.left + 0.5 - cx) / fx, y = (j + cut.top + 0.5 - cy) / fy;
          const r2 = x * x + y * y, radial = 1 + k1 * r2 + k2 * r2 ** 2 + k3 * r2 ** 3;
          const u = fx * (x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)) + cx;
          const v = fy * (y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y) + cy;
          close(out[j * cut.width + i], ramp(u, v), 1e-3, `pixel ${i}, ${j}`);
        }
      }
    },
  },
);

law(
  "what stays of an unbent picture was all seen, and one more row or column wasn't or lies outside",
  {
    source: "definition",
    given: { lens, intrinsics },
    kills: ["cut-of-the-corners-alone"],
    holds({ lens, intrinsics }) {
      const { fx, fy, cx, cy } = intrinsics;
      const cut = cutFor(lens, { intrinsics, size, from: whole });
      const seen = (i: number, j: number) => {
        const [x, y] = bent(lens, (i + 0.5 - cx) / fx, (j + 0.5 - cy) / fy);
        const u = fx * x + cx, v = fy * y + cy, near = 0.5 - 1e-5;
        return u >= near && u <= size.width - near && v >= near && v <= size.height - near;
      };
      const right = cut.left + cut.width, bottom = cut.top + cut.height;
      for (let j = cut.top; j < bottom; j++) {
        for (let i = cut.left; i < right; i++) assert(seen(i, j), `pixel ${i}, ${j} wasn't seen`);
      }
      const rows = Array.from({ length: cut.height }, (_, k) => cut.top + k);
      const columns = Array.from({ length: cut.width }, (_, k) => cut.left + k);
      if (cut.left > 0) assert(!rows.every((j) => seen(cut.left - 1, j)), "a column at the left");
      if (right < size.width) assert(!rows.every((j) => seen(right, j)), "a column at the right");
      if (cut.top > 0) assert(!columns.every((i) => seen(i, cut.top - 1)), "a row at the top");
      if (bottom < size.height) {
        assert(!columns.every((i) => seen(i, bottom)), "a row at the bottom");
      }
    },
  },
);

/** sRGB from level to light, as the standard writes it. */
const light = (c: number) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const coded = (y: number) => y <= 0.0031308 ? 12.92 * y : 1.055 * y ** (1 / 2.4) - 0.055;

law("a view is its picture on the background, then the mean of whole squares, rounded once", {
  source: "definition; sRGB: IEC 61966-2-1",
  given: {
    width: fc.integer({ min: 1, max: 7 }),
    height: fc.integer({ min: 1, max: 7 }),
    by: fc.constantFrom(1, 2, 3),
    mixed: fc.constantFrom("encoded" as const, "linear" as const),
    background: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    values: fc.uint8Array({ minLength: 196, maxLength: 196 }),
  },
  kills: [
    "background-white-whatever-is-asked",
    "laid-on-black",
    "downscale-takes-one-pixel",
    "light-mixed-as-encoded",
    "opacity-not-averaged",
  ],
  holds({ width, height, by, mixed, background, values }) {
    fc.pre(width >= by && height >= by);
    const layers = {
      width,
      height,
      bands: 4 as const,
      values: values.subarray(0, 4 * width * height),
    };
    const found = viewPicture(layers, {
      background,
      scale: scaleOf(mixed),
      lens: null,
      cut: { left: 0, top: 0, width, height },
      downscale: by,
    });
    const to = (level: number) => mixed === "linear" ? light(level / 255) : level / 255;
    const from = (amount: number) => 255 * (mixed === "linear" ? coded(amount) : amount);
    const across = Math.floor(width / by), down = Math.floor(height / by);
    assertEquals(found.rgb.length, 3 * across * down);
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const squares = Array.from(
          { length: by * by },
          (_, k) => 4 * ((y * by + Math.floor(k / by)) * width + x * by + k % by),
        );
        const mean = (of: (at: number) => number) =>
          squares.reduce((sum, at) => sum + of(at), 0) / squares.length;
        for (let c = 0; c < 3; c++) {
          const exact = from(mean((at) => {
            const alpha = values[at + 3] / 255;
            return alpha * to(values[at + c]) + (1 - alpha) * to(background[c]);
          }));
          close(found.rgb[3 * (y * across + x) + c], exact, 0.5 + 1e-3, "a value");
        }
        const covered = mean((at) => values[at + 3]);
        close(found.alpha![y * across + x], covered, 0.5 + 1e-3, "opacity");
      }
    }
  },
});

law("levels are kept whatever colours are mixed as", {
  source: "definition",
  given: { level: fc.nat(255), mixed: fc.constantFrom("encoded" as const, "linear" as const) },
  holds({ level, mixed }) {
    const scale = scaleOf(mixed);
    assertEquals(scale.level(Math.fround(scale.amounts[level])), level);
    assertEquals([scale.level(-1), scale.level(256)], [0, 255]);
  },
});
