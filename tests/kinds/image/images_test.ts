/** Images as bytes: exact round trips, picking, joining, resizing. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Engine } from "../../../src/engine/engine.ts";
import type { ImageSet } from "../../../src/kinds/image/image_set.ts";
import {
  concatImages,
  gatherImages,
  imageSet,
  mirrorImages,
  resizeArea,
  sliceImages,
  toFloats,
  toImageSet,
  toTensorImages,
} from "../../../src/kinds/image/images.ts";
import { close, law } from "../../law.ts";

function noise(count: number, side: number, channels: 1 | 3 = 3): ImageSet {
  const data = new Uint8Array(count * side * side * channels);
  for (let i = 0; i < data.length; i++) data[i] = Math.imul(i + 1, 2654435761) >>> 24;
  return imageSet(data, { height: side, width: side, channels });
}

law("images: bytes to floats and back is the identity; values between go to the nearest byte", {
  source: "definition: round half up",
  given: { value: fc.float({ min: -1, max: 2, noNaN: true }) },
  kills: ["images-truncate"],
  holds: ({ value }) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const shape = { height: 16, width: 16, channels: 1 } as const;
    assertEquals(toImageSet(toFloats(bytes), shape).data, bytes);
    const [byte] = toImageSet(new Float32Array([value]), { ...shape, height: 1, width: 1 }).data;
    return Math.abs(byte - 255 * Math.min(1, Math.max(0, Math.fround(value)))) <= 0.5;
  },
});

law("images: a mirror exchanges columns, twice is none, and only those asked for are mirrored", {
  source: "definition",
  given: {
    flipped: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 6 }),
    channels: fc.constantFrom(1 as const, 3 as const),
  },
  cases: 60,
  kills: ["mirror-turns-pictures-over"],
  holds: ({ flipped, height, width, channels }) => {
    const count = flipped.length, each = height * width * channels;
    const data = Uint8Array.from({ length: count * each }, (_, i) => (7 * i + 3) % 256);
    const images = imageSet(data, { height, width, channels }), before = data.slice();
    const found = mirrorImages(images, flipped);
    for (let at = 0; at < data.length; at++) {
      const n = Math.floor(at / each), c = at % channels, x = Math.floor(at / channels) % width;
      const from = flipped[n] ? at - c + (width - 1 - 2 * x) * channels + c : at;
      if (found.data[at] !== data[from]) return false;
    }
    assertEquals(mirrorImages(found, flipped), images);
    assertEquals(data, before);
    return true;
  },
});

Deno.test("images: halves are rounded up, NaN and broken counts are refused", () => {
  const pixel = { height: 1, width: 1, channels: 1 } as const;
  assertEquals([...toImageSet(new Float32Array([0.5, 1.5 / 255, 2, -3]), pixel).data], [
    128,
    2,
    255,
    0,
  ]);
  assertThrows(() => toImageSet(new Float32Array([0, NaN]), pixel), RangeError, "value 1 is NaN");
  assertThrows(
    () => toImageSet(new Float32Array(5), { height: 2, width: 2, channels: 1 }),
    RangeError,
    "5 bytes are not a whole number × 4",
  );
});

Deno.test("images: a tensor gets floats of the right shape", () => {
  const engine = {
    tensor: (values: Float32Array, shape: readonly number[]) => ({ values, shape }),
  } as unknown as Engine;
  const images = noise(2, 4);
  const { values, shape } = toTensorImages(engine, images) as unknown as {
    values: Float32Array;
    shape: number[];
  };
  assertEquals(shape, [2, 4, 4, 3]);
  images.data.forEach((byte, i) => assertEquals(values[i], Math.fround(byte / 255)));
});

law("images: gathering, slicing and joining agree", {
  source: "definition",
  given: { at: fc.integer({ min: 0, max: 7 }), order: fc.array(fc.nat(6), { maxLength: 9 }) },
  holds: ({ at, order }) => {
    const images = noise(7, 3);
    const both = concatImages([
      sliceImages(images, { to: Math.min(7, at) }),
      sliceImages(images, { from: Math.min(7, at) }),
    ]);
    assertEquals(both, images);
    const picked = gatherImages(images, order);
    assertEquals(picked.count, order.length);
    order.forEach((index, i) =>
      assertEquals(
        sliceImages(picked, { from: i, to: i + 1 }).data,
        sliceImages(images, { from: index, to: index + 1 }).data,
      )
    );
  },
});

Deno.test("images: what is out of range or of another shape is refused", () => {
  const images = noise(3, 4);
  assertThrows(() => gatherImages(images, [3]), RangeError, "no image 3 among 3");
  assertThrows(() => sliceImages(images, { from: 2, to: 1 }), RangeError);
  assertThrows(() => concatImages([]), RangeError);
  assertThrows(() => concatImages([images, noise(1, 5)]), RangeError, "5×5×3");
  assertThrows(() => concatImages([images, noise(1, 4, 1)]), RangeError, "4×4×1");
});

law("images: resizing keeps a flat picture; shrinking by a whole factor is the mean of blocks", {
  source: "area mean; Keys 1981 for growth",
  given: {
    value: fc.integer({ min: 0, max: 255 }),
    from: fc.integer({ min: 1, max: 24 }),
    to: fc.integer({ min: 1, max: 40 }),
    factor: fc.constantFrom(2, 3, 4),
  },
  cases: 60,
  kills: ["images-resize-shifted"],
  holds: ({ value, from, to, factor }) => {
    const flat = imageSet(new Uint8Array(from * from).fill(value), {
      height: from,
      width: from,
      channels: 1,
    });
    assert(resizeArea(flat, to).data.every((byte) => byte === value));
    const images = noise(2, 4 * factor);
    const shrunk = resizeArea(images, 4);
    for (let i = 0; i < shrunk.data.length; i++) {
      const k = i % 3,
        x = Math.floor(i / 3) % 4,
        y = Math.floor(i / 12) % 4,
        n = Math.floor(i / 48);
      let sum = 0;
      for (let v = 0; v < factor; v++) {
        for (let u = 0; u < factor; u++) {
          const row = n * 4 * factor + y * factor + v;
          sum += images.data[(row * 4 * factor + x * factor + u) * 3 + k];
        }
      }
      close(shrunk.data[i], sum / factor ** 2, 0.5 + 1e-9, "block mean");
    }
  },
});

Deno.test("images: growth keeps a ramp straight, and goes back by shrinking", () => {
  const side = 16;
  const ramp = imageSet(Uint8Array.from({ length: side * side }, (_, i) => 10 * (i % side)), {
    height: side,
    width: side,
    channels: 1,
  });
  const grown = resizeArea(ramp, 64);
  for (let x = 8; x < 56; x++) {
    close(grown.data[32 * 64 + x], 10 * ((x + 0.5) / 4 - 0.5), 0.5 + 1e-9, `column ${x}`);
  }
  const back = resizeArea(grown, side);
  back.data.forEach((byte, i) => {
    if (i % side > 1 && i % side < side - 2) close(byte, ramp.data[i], 1);
  });
  assertEquals(resizeArea(ramp, side), ramp);
  assertEquals(resizeArea(ramp, { height: 4, width: 8 }).data.length, 32);
  assertThrows(() => resizeArea(ramp, 0), RangeError, "0×0");
});
