/**
 * Laws of what views are scored by: the background flatters and is left out; planes have the depth error
 * that they are made with; angles are angles; novelty is the angle to the nearest training camera.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ImageSet } from "../../../src/kinds/image/image_set.ts";
import { psnr } from "../../../src/metrics/image/pixel_distances.ts";
import {
  alphaErrors,
  degreesBetween,
  depthErrors,
  foregroundPsnr,
  normalErrors,
} from "../../../src/metrics/views/errors.ts";
import { degreesFromNearest } from "../../../src/metrics/views/novelty.ts";
import { cameraNumbers, lookAt, type Vector } from "../../../src/kinds/view/cameras.ts";
import { ringCamera } from "../../metrics/view_world.ts";
import { close, law } from "../../law.ts";

const WIDTH = 6;
const byte = fc.integer({ min: 0, max: 255 });
/** Alpha of a pixel: nothing, a little, most, all. */
const level = fc.constantFrom(0, 1, 127, 254, 255);
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Pictures of six pixels a row. */
function pictures(count: number, data: readonly number[]): ImageSet {
  const height = data.length / (3 * WIDTH * count);
  return { count, height, width: WIDTH, channels: 3, data: Uint8Array.from(data) };
}

/** Two views of 2×6 pixels by two models, with alpha: the first two pixels of each are seen and unseen. */
const twoViews = fc.record({
  truth: fc.array(byte, { minLength: 72, maxLength: 72 }),
  render: fc.array(byte, { minLength: 72, maxLength: 72 }),
  alpha: fc.array(level, { minLength: 24, maxLength: 24 }),
}).map(({ truth, render, alpha }) => ({
  truth,
  render: render.map((v, i) => v === truth[i] ? (v + 1) % 256 : v),
  alpha: Uint8Array.from(alpha, (a, p) => p % 12 === 0 ? Math.max(1, a) : p % 12 === 1 ? 0 : a),
}));
const pixelOf = (i: number) => Math.floor(i / 3);

law("where the background is right, PSNR is foreground PSNR and 10 log₁₀(pixels/foreground)", {
  source: "definition",
  given: { views: twoViews },
  kills: ["foreground-by-half-of-alpha", "foreground-over-all-pixels", "foreground-of-one-channel"],
  holds({ views: { truth, render, alpha } }) {
    const told = truth.map((v, i) => alpha[pixelOf(i)] > 0 ? render[i] : v);
    const [a, b] = [pictures(2, truth), pictures(2, told)];
    const whole = psnr(a, b), own = foregroundPsnr(a, b, alpha);
    for (const n of [0, 1]) {
      const seen = alpha.subarray(12 * n, 12 * n + 12).filter((v) => v > 0).length;
      close(whole[n] - own[n], 10 * Math.log10(12 / seen), 1e-9, `view ${n}`);
    }
  },
});

law("a blank white picture's PSNR flatters it: its foreground PSNR is lower", {
  source: "definition",
  given: { views: twoViews },
  kills: ["foreground-with-background"],
  holds({ views: { truth, alpha } }) {
    const scene = truth.map((v, i) => alpha[pixelOf(i)] > 0 ? Math.min(v, 250) : 255);
    const [a, blank] = [pictures(2, scene), pictures(2, scene.map(() => 255))];
    const whole = psnr(a, blank);
    foregroundPsnr(a, blank, alpha).forEach((own, n) => assert(own < whole[n], `${own}`));
  },
});

law("what stands in the background doesn't move foreground PSNR; the same picture's is infinite", {
  source: "definition",
  given: { views: twoViews },
  kills: ["foreground-with-background"],
  holds({ views: { truth, render, alpha } }) {
    const elsewhere = render.map((v, i) => alpha[pixelOf(i)] > 0 ? v : 255 - v);
    const a = pictures(2, truth);
    assertEquals(
      foregroundPsnr(a, pictures(2, elsewhere), alpha),
      foregroundPsnr(a, pictures(2, render), alpha),
    );
    const right = truth.map((v, i) => alpha[pixelOf(i)] > 0 ? v : render[i]);
    assertEquals([...foregroundPsnr(a, pictures(2, right), alpha)], [Infinity, Infinity]);
    assertEquals([...foregroundPsnr(a, a, new Uint8Array(24))], [NaN, NaN]);
  },
});

law("a plane behind the true one by so much has that depth error, wherever else it is wrong", {
  source: "definition",
  given: {
    seen: fc.array(fc.record({ truth: level, model: fc.constantFrom(0, 0.5, 0.51, 1) }), {
      minLength: 8,
      maxLength: 40,
    }),
    near: number(1, 5),
    slope: number(-0.01, 0.01),
    behind: fc.constantFrom(-0.5, -0.125, 0.25, 1),
  },
  kills: [
    "depth-of-part-pixels",
    "depth-signed",
    "depth-where-nothing-is-rendered",
    "depth-of-all",
  ],
  holds({ seen, near, slope, behind }) {
    const alpha = Uint8Array.from(seen, ({ truth }) => truth);
    const covers = Float32Array.from(seen, ({ model }) => model);
    const depth = Float32Array.from(seen, (_, p) => near + slope * p);
    const told = Float32Array.from(
      seen,
      ({ truth, model }, p) => truth === 255 && model > 0.5 ? depth[p] + behind : 100,
    );
    const { error, covered } = depthErrors({ alpha, depth }, { alpha: covers, depth: told });
    const whole = seen.filter(({ truth }) => truth === 255);
    const both = whole.filter(({ model }) => model > 0.5);
    assertEquals(covered, { sum: both.length, count: whole.length });
    assertEquals(error.count, both.length);
    // float32 depths of up to 6 are rounded by up to 2.4e-7.
    if (both.length > 0) close(error.sum / error.count, Math.abs(behind), 1e-6, "error");
  },
});

/** Unit vectors at right angles to one another. */
const axes = fc.tuple(number(0, 6), number(-1, 1)).map(([turn, tilt]) => {
  const level = Math.sqrt(1 - tilt * tilt);
  const first = [level * Math.cos(turn), level * Math.sin(turn), tilt];
  const second = [-Math.sin(turn), Math.cos(turn), 0];
  return { first, second };
});

law("a direction turned by an angle is that angle away, whatever the lengths", {
  source: "definition",
  given: { axes, degrees: number(0, 180), a: number(0.1, 10), b: number(0.1, 10) },
  kills: ["angle-in-radians", "angle-of-lines"],
  holds({ axes: { first, second }, degrees, a, b }) {
    const turn = degrees * Math.PI / 180;
    const turned = first.map((v, k) => b * (v * Math.cos(turn) + second[k] * Math.sin(turn)));
    const own = first.map((v) => a * v);
    close(degreesBetween(own, turned), degrees, 1e-9, "angle");
    assertEquals(degreesBetween(turned, own), degreesBetween(own, turned));
    assert(Number.isNaN(degreesBetween([0, 0, 0], own)));
  },
});

law("normals are compared where both sides cover the pixel and know one", {
  source: "definition",
  given: {
    pixels: fc.array(
      fc.record({ alpha: level, model: fc.constantFrom(0.2, 0.9), known: fc.boolean(), axes }),
      { minLength: 6, maxLength: 20 },
    ),
    degrees: number(1, 90),
  },
  kills: ["normals-of-part-pixels", "normals-of-the-first-pixel"],
  holds({ pixels, degrees }) {
    const turn = degrees * Math.PI / 180;
    const counted = (p: typeof pixels[number]) => p.alpha === 255 && p.model > 0.5 && p.known;
    const { sum, count } = normalErrors({
      alpha: Uint8Array.from(pixels, ({ alpha }) => alpha),
      normals: Float32Array.from(
        pixels.flatMap(({ axes, known }) => known ? axes.first : [0, 0, 0]),
      ),
    }, {
      alpha: Float32Array.from(pixels, ({ model }) => model),
      normals: Float32Array.from(pixels.flatMap((pixel) => {
        const { first, second } = pixel.axes;
        const to = counted(pixel) ? turn : 3;
        return first.map((v, k) => 2 * (v * Math.cos(to) + second[k] * Math.sin(to)));
      })),
    });
    assertEquals(count, pixels.filter(counted).length);
    if (count > 0) close(sum / count, degrees, 1e-4, "degrees"); // float32 normals
  },
});

law("alpha that is off by a share is off by that", {
  source: "definition",
  given: { levels: fc.array(byte, { minLength: 1, maxLength: 30 }), off: number(-0.5, 0.5) },
  kills: ["alpha-of-256"],
  holds({ levels, off }) {
    const rendered = Float32Array.from(levels, (v) => v / 255 + off);
    const { sum, count } = alphaErrors(Uint8Array.from(levels), rendered);
    assertEquals(count, levels.length);
    close(sum / count, Math.abs(off), 1e-6, "error");
  },
});

law(
  "novelty is the angle to the nearest training camera, wherever and however large the scene is",
  {
    source: "definition",
    given: {
      azimuth: fc.integer({ min: 0, max: 359 }),
      train: fc.uniqueArray(fc.integer({ min: 0, max: 35 }), { minLength: 3, maxLength: 8 }),
      to: fc.tuple(number(-9, 9), number(-9, 9), number(-9, 9)),
      size: number(0.3, 20),
      farther: number(0.5, 2),
    },
    kills: ["novelty-about-the-origin", "novelty-of-the-farthest"],
    holds({ azimuth, train, to, size, farther }) {
      const at = (degrees: number, distance: number) =>
        ringCamera(degrees, { distance, height: 0, to: to as unknown as Vector });
      const others = Float64Array.from(train.flatMap((ten) => at(10 * ten, size)));
      const own = Float64Array.from(at(azimuth, size * farther));
      const apart = (a: number, b: number) => {
        const d = Math.abs(a - b) % 360;
        return Math.min(d, 360 - d);
      };
      const wanted = Math.min(...train.map((ten) => apart(azimuth, 10 * ten)));
      close(degreesFromNearest(own, others)![0], wanted, 1e-6, "degrees");
    },
  },
);

Deno.test("there is no novelty about a point where cameras look past one another, or stand in it", () => {
  const side = Float64Array.from([...ringCamera(0), ...ringCamera(0)]);
  assertEquals(degreesFromNearest(side, side), null, "all look the same way");
  const look = (position: Vector) =>
    cameraNumbers({
      rotation: lookAt(position, [0, 0, 0], [0, 1, 0]),
      position,
      fx: 9,
      fy: 9,
      cx: 3,
      cy: 3,
    });
  const corner = [look([0, 0, 3]), look([2, 0, 0])].flat();
  assertEquals([...degreesFromNearest(corner, corner)!], [0, 0]);
  const within = look([0, 0, 3]);
  within[11] = 0;
  assertEquals(degreesFromNearest(within, corner), null, "it stands in the point");
});
