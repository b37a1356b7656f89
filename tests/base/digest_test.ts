import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { sha256, sha256Hex, sha256OfFile } from "../../src/base/digest/digest.ts";

Deno.test("a file's digest is that of its bytes, over blocks and none, and every byte is told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const size of [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) * 2 + 7]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);
      const path = join(folder, `${size}`);
      await Deno.writeFile(path, bytes);
      let told = 0;
      assertEquals(await sha256OfFile(path, (n) => told += n), await sha256(bytes), `${size}`);
      assertEquals(told, size);
    }
    await assertRejects(() => sha256OfFile(join(folder, "none")), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("digests are sha256 of UTF-8, the two ways alike", async () => {
  // FIPS 180-4's example.
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assertEquals(sha256Hex("abc"), abc);
  assertEquals(await sha256("abc"), abc);
  assertEquals(sha256Hex("ä"), await sha256(new TextEncoder().encode("ä")));
});
