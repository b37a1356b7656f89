import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { layoutSheet, sheetPng } from "../../src/show/picture/grid.ts";
import { law } from "../law.ts";
import { faces } from "../report/pictures.ts";

law("a sheet holds every pixel of every image at its place, gaps transparent", {
  source: "definition",
  given: {
    count: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 5 }),
    gap: fc.integer({ min: 0, max: 3 }),
    channels: fc.constantFrom(1 as const, 3 as const),
  },
  cases: 40,
  holds: ({ count, columns, gap, channels }) => {
    const [height, width] = [3, 4];
    const data = Uint8Array.from({ length: count * 12 * channels }, (_, i) => (i * 37) % 256);
    const images = { count, height, width, channels, data };
    const sheet = layoutSheet(images, { columns, gap });
    const across = Math.min(columns, count);
    assertEquals(sheet.width, across * (width + gap) - gap);
    let opaque = 0;
    for (let i = 3; i < sheet.data.length; i += 4) opaque += sheet.data[i] === 255 ? 1 : 0;
    assertEquals(opaque, count * 12);
    for (let i = 0; i < count; i++) {
      for (let p = 0; p < 12; p++) {
        const x = (i % across) * (width + gap) + p % width;
        const y = Math.floor(i / across) * (height + gap) + Math.floor(p / width);
        for (let c = 0; c < 3; c++) {
          const from = (i * 12 + p) * channels + (channels === 3 ? c : 0);
          assertEquals(sheet.data[(y * sheet.width + x) * 4 + c], data[from]);
        }
      }
    }
  },
});

Deno.test("a sheet's PNG decodes to its bytes", async () => {
  const images = faces(10, { size: 8 });
  const { bytes, width, height } = await sheetPng(images, { columns: 4 });
  const { default: sharp } = await import("sharp");
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  assertEquals([info.width, info.height, info.channels], [width, height, 4]);
  assertEquals(new Uint8Array(data), layoutSheet(images, { columns: 4 }).data);
});

Deno.test("a sheet of nothing is refused", () => {
  const none = { count: 0, height: 8, width: 8, channels: 3 as const, data: new Uint8Array() };
  const error = assertThrows(() => layoutSheet(none, { columns: 4 }), RangeError);
  assert(error.message.includes("0 images"));
});
