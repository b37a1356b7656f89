import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { DataError } from "../../../src/base/errors.ts";
import { centralSquare, decodeWhole } from "../../../src/data/decode.ts";

const folder = fromFileUrl(new URL("../../golden/evaluate/", import.meta.url));
const pictures = JSON.parse(await Deno.readTextFile(join(folder, "golden.json"))).pictures as {
  [name: string]: { shape: [number, number, number]; bytes: number[] };
};

const decoded = async (name: string, decoding: "viewer" | "pil") => {
  const { height, width, data } = await decodeWhole(join(folder, "pictures", name), {
    channels: 3,
    decoding,
  });
  return { shape: [height, width, 3], bytes: Array.from(data) };
};

/** CMYK has no one way to colours: PIL has a formula, a viewer a profile. */
const otherColours = ["cmyk.jpg"];

Deno.test("decoded as PIL does it, pictures have PIL's bytes: grey, 16 bits, alpha, palette, frames", async () => {
  for (const [name, { shape, bytes }] of Object.entries(pictures)) {
    const found = await decoded(name, "pil");
    assertEquals(found.shape, shape, name);
    assertEquals(found.bytes, bytes, name);
  }
});

Deno.test("decoded as a viewer shows them, only what is turned or transparent differs from that", async () => {
  for (const [name, { shape, bytes }] of Object.entries(pictures)) {
    if (otherColours.includes(name)) continue;
    const found = await decoded(name, "viewer");
    if (name === "turned.jpg") {
      const [height, width] = shape;
      assertEquals(found.shape, [width, height, 3]);
      // Orientation 6: the first column from below becomes the first row.
      const corner = (height - 1) * width * 3;
      assertEquals(found.bytes.slice(0, 3), bytes.slice(corner, corner + 3));
    } else if (name === "alpha.png") {
      assert(found.bytes.some((byte, i) => byte > bytes[i]), "laid on white");
      assert(found.bytes.every((byte, i) => byte >= bytes[i]));
    } else {
      assertEquals(found, { shape: [...shape], bytes }, name);
    }
  }
});

Deno.test("what is no picture says so", async () => {
  const path = await Deno.makeTempFile({ suffix: ".png" });
  const refused = async (message: string) => {
    const error = await assertRejects(() => decodeWhole(path, { channels: 3 }), DataError);
    assert(error.message.includes(message), error.message);
  };
  await refused("the file is empty");
  await Deno.writeTextFile(path, "plain text");
  await refused("not a readable picture");
  await Deno.remove(path);
  await refused("can't be opened");
});

Deno.test("the central square loses as much on both sides", () => {
  const data = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => i);
  const square = centralSquare({ count: 1, height: 2, width: 4, channels: 3, data });
  assertEquals([square.height, square.width], [2, 2]);
  assertEquals(Array.from(square.data), [3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20]);
});
