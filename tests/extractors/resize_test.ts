/** Resizing against PIL, PyTorch and torch-fidelity, and laws that all modes share. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ResizeMode, resizeModes, resizeTo } from "../../src/extractors/prepare/resize.ts";
import { prepare } from "../../src/extractors/prepare/prepare.ts";
import { imageSet } from "../../src/kinds/image/images.ts";
import { close, law } from "../law.ts";
import { picture } from "../metrics/golden_inputs.ts";
import golden from "../golden/extractors/resize.json" with { type: "json" };

for (const { seed, height, width, side, mode, values } of golden) {
  Deno.test(`${mode} resizes ${height}×${width} to ${side}×${side} as the tool it is named after`, () => {
    const image = picture({ seed, height, width, channels: 3 });
    const ours = resizeTo(image, { side, mode: mode as ResizeMode });
    assertEquals(ours.length, values.length);
    // Both sum in float32 or float64 over bytes: a few units of 2⁻²⁴ of 255; bytes exactly.
    const tolerance = mode === "pil-bicubic" ? 0 : 255 * 2 ** -21;
    for (const [i, v] of values.entries()) close(ours[i], v, tolerance, `number ${i}`);
  });
}

const modes = Object.keys(resizeModes) as ResizeMode[];
const mode = fc.constantFrom(...modes);
const sharp = fc.constantFrom(...modes.filter((m) => m !== "blurred"));
const size = fc.integer({ min: 1, max: 24 });
const bytes = fc.uint8Array({ minLength: 24 * 24, maxLength: 24 * 24 });

law("a picture that has the wanted size already is itself in all modes but the one that blurs", {
  source: "definition",
  given: { mode: sharp, size, bytes },
  holds: ({ mode, size, bytes }) => {
    const image = imageSet(bytes.slice(0, size * size), { height: size, width: size, channels: 1 });
    const out = resizeTo(image, { side: size, mode });
    for (let i = 0; i < out.length; i++) assertEquals(out[i], bytes[Math.floor(i / 3)]);
  },
});

law("grey pictures are three equal channels, and equal to their coloured copies", {
  source: "definition",
  given: { mode, height: size, width: size, side: size, bytes },
  holds: ({ mode, height, width, side, bytes }) => {
    const data = bytes.slice(0, height * width);
    const grey = imageSet(data, { height, width, channels: 1 });
    const colour = imageSet(
      Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]),
      { height, width, channels: 3 },
    );
    const out = resizeTo(grey, { side, mode });
    assertEquals(out, resizeTo(colour, { side, mode }));
    for (let i = 0; i < out.length; i += 3) {
      assertEquals([out[i + 1], out[i + 2]], [out[i], out[i]]);
    }
  },
});

law("resizing keeps what is constant, and stays on the scale of bytes", {
  source: "weights sum to 1",
  given: { mode, height: size, width: size, side: size, bytes, value: fc.nat(255) },
  holds: ({ mode, height, width, side, bytes, value }) => {
    const shape = { height, width, channels: 1 } as const;
    const flat = resizeTo(imageSet(new Uint8Array(height * width).fill(value), shape), {
      side,
      mode,
    });
    for (const v of flat) close(v, value, 255 * 2 ** -22);
    const any = resizeTo(imageSet(bytes.slice(0, height * width), shape), { side, mode });
    // Cubic weights have Σ|w| ≤ 1.25 an axis; the blurring mode alone leaves what overshoots.
    const over = mode === "blurred" ? 255 * (1.25 * 1.25 - 1) / 2 : 0;
    assertEquals(any.every((v) => v >= -over && v <= 255 + over), true);
  },
  kills: ["clean-resize-overshoots"],
});

Deno.test("preparing takes the mean off and divides, a channel at a time", () => {
  const image = imageSet(Uint8Array.of(10, 20, 30), { height: 1, width: 1, channels: 3 });
  const out = prepare(image, {
    side: 1,
    resize: "clean",
    mean: [10, 10, 20],
    deviation: [1, 2, 4],
  });
  assertEquals([...out], [0, 5, 2.5]);
});
