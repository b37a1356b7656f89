/**
 * Laws of cameras and rays: what is projected is where its ray came from, a camera sees what it looks
 * at in the middle and what is above it higher up, and single pixels keep their rays.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cameraAt,
  cameraNumbers,
  lookAt,
  pixelRay,
  projectPoint,
  type Vector,
} from "../../../src/kinds/view/cameras.ts";
import { rays } from "../../../src/kinds/view/rays.ts";
import { CAMERA, type ViewSet, type ViewSpec } from "../../../src/kinds/view/view_set.ts";
import { gatherViews } from "../../../src/kinds/view/views.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const vector = (most: number) =>
  fc.tuple(number(-most, most), number(-most, most), number(-most, most));

/** Cameras somewhere around the origin that look past it. */
const camera = fc.record({
  azimuth: number(0, 6.3),
  elevation: number(-1.2, 1.2),
  to: vector(0.5),
  focal: number(20, 300),
  centre: fc.tuple(number(0, 40), number(0, 40)),
}).map(({ azimuth, elevation, to, focal, centre: [cx, cy] }) => {
  const level = 3 * Math.cos(elevation);
  const position: Vector = [
    level * Math.sin(azimuth),
    3 * Math.sin(elevation),
    level * Math.cos(azimuth),
  ];
  return {
    rotation: lookAt(position, to, [0, 1, 0]),
    position,
    to,
    fx: focal,
    fy: 1.25 * focal,
    cx,
    cy,
  };
});

law("a point of a pixel's ray is projected to the middle of the pixel, at its distance", {
  source: "definition",
  given: {
    camera,
    i: fc.integer({ min: 0, max: 40 }),
    j: fc.integer({ min: 0, max: 40 }),
    depth: number(0.5, 9),
  },
  kills: ["ray-through-the-corner", "projected-with-one-focal-length", "camera-not-turned-back"],
  holds({ camera, i, j, depth }) {
    const { origin, direction } = pixelRay(camera, i, j);
    const point = direction.map((v, k) => origin[k] + depth * v) as unknown as Vector;
    const found = projectPoint(camera, point);
    close(found.x, i + 0.5, 1e-9, "x");
    close(found.y, j + 0.5, 1e-9, "y");
    close(found.depth, depth, 1e-9, "depth");
  },
});

law("a camera sees what it looks at at its centre, and what is above that higher up", {
  source: "definition",
  given: { camera },
  kills: ["camera-upside-down", "camera-looks-away"],
  holds({ camera }) {
    const { to, rotation: r } = camera;
    const there = projectPoint(camera, to);
    close(there.x, camera.cx, 1e-9, "x");
    close(there.y, camera.cy, 1e-9, "y");
    assert(there.depth > 0, "it stands before the camera");
    assert(projectPoint(camera, [to[0], to[1] + 0.01, to[2]]).y < camera.cy, "above is higher up");
    // A rotation: columns are orthonormal and right-handed.
    const column = (k: number) => [r[k], r[3 + k], r[6 + k]];
    const dot = (a: number[], b: number[]) => a.reduce((sum, v, k) => sum + v * b[k], 0);
    for (const [a, b] of [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]]) {
      close(dot(column(a), column(b)), a === b ? 1 : 0, 1e-12, `columns ${a} and ${b}`);
    }
    const [x, y, z] = [column(0), column(1), column(2)];
    close(z[0], x[1] * y[2] - x[2] * y[1], 1e-12, "right-handed");
  },
});

law("a camera's numbers are the camera", {
  source: "definition",
  given: { camera },
  cases: 20,
  holds({ camera: { to: _, ...camera } }) {
    assertEquals(cameraAt([...new Array(CAMERA).fill(0), ...cameraNumbers(camera)], 1), camera);
  },
});

/** Views whose pixels tell which they are: view, row, column. */
function numbered(count: number, { height, width }: { height: number; width: number }): ViewSet {
  const pictures = new Uint8Array(count * height * width * 3);
  for (let n = 0, at = 0; n < count; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) pictures.set([n, y, x], at);
    }
  }
  const cameras = Float32Array.from({ length: count }, (_, n) => n).reduce(
    (all: number[], n) => [
      ...all,
      ...cameraNumbers({
        rotation: lookAt([n + 1, 2, 3], [0, 0, 0], [0, 1, 0]),
        position: [n + 1, 2, 3],
        fx: 30,
        fy: 31,
        cx: width / 2,
        cy: height / 2,
      }),
    ],
    [],
  );
  return { count, height, width, pictures, cameras: Float32Array.from(cameras) };
}

law("a batch of rays is pixels of views, each with the ray that it had; a step has its own", {
  source: "definition",
  given: {
    count: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 5, max: 7 }),
    step: fc.nat(50),
    batch: fc.integer({ min: 1, max: 40 }),
  },
  cases: 30,
  kills: [
    "ray-with-the-views-centre",
    "ray-of-another-views-camera",
  ],
  async holds({ count, height, width, step, batch }) {
    const views = numbered(count, { height, width });
    const spec: ViewSpec = { kind: "view", height, width, background: [0, 0, 0], near: 1, far: 9 };
    const cut = (step: number) =>
      rays.cut({
        spec,
        size: count,
        read: (indices) =>
          Promise.resolve({
            samples: gatherViews(views, indices),
            labels: { own: Float32Array.from(indices) },
          }),
      }, { key: hostKey(1), step, batch });
    const { samples, labels } = await cut(step);
    assertEquals(rays.share!(spec), 1 / (height * width));
    assertEquals([samples.count, samples.height, samples.width], [batch, 1, 1]);
    for (let i = 0; i < batch; i++) {
      const [view, y, x] = samples.pictures.subarray(3 * i, 3 * i + 3);
      assertEquals(labels.own[i], view);
      const was = pixelRay(cameraAt(views.cameras, view), x, y);
      const is = pixelRay(cameraAt(samples.cameras, i), 0, 0);
      assertEquals(is, was);
    }
    assertEquals(await cut(step), { samples, labels });
  },
});

law("rays of a step are many pixels of all views, and those of the next step are others", {
  source: "definition",
  given: { seed: fc.nat(1000) },
  cases: 5,
  kills: ["rays-of-one-pixel", "rays-alike-at-every-step"],
  async holds({ seed }) {
    const side = { height: 16, width: 16 }, views = numbered(4, side);
    const spec: ViewSpec = { kind: "view", ...side, background: [0, 0, 0], near: 1, far: 9 };
    const source = {
      spec,
      size: 4,
      read: (indices: ArrayLike<number>) =>
        Promise.resolve({ samples: gatherViews(views, indices), labels: {} }),
    };
    const [first, second] = await Promise.all([0, 1].map(async (step) => {
      const { samples } = await rays.cut(source, { key: hostKey(seed), step, batch: 512 });
      return Array.from({ length: 512 }, (_, i) => samples.pictures.slice(3 * i, 3 * i + 3).join());
    }));
    // 512 draws of 1,024 pixels meet some 403 of them.
    assert(new Set(first).size > 350, `${new Set(first).size} pixels`);
    assertEquals(new Set(first.map((pixel) => pixel.split(",")[0])).size, 4);
    // Views stand in another order at the next step: what is compared is where in them the pixels are.
    const places = (rays: string[]) => rays.map((pixel) => pixel.split(",").slice(1).join());
    const [a, b] = [places(first), places(second)];
    assert(a.filter((place, i) => place === b[i]).length < 20);
  },
});
