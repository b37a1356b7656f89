/** Where OpenBLAS is looked for, and how it is installed. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EngineError } from "../../src/base/errors.ts";
import { installOpenblas } from "../../src/algebra/install.ts";
import {
  files,
  libraryIn,
  locateOpenblas,
  openblasFolder,
  wheel,
} from "../../src/algebra/openblas_library.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "openblas-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const obstacleOf = (found: ReturnType<typeof locateOpenblas>) =>
  "obstacle" in found ? found.obstacle : `found ${found.path}`;

Deno.test("a library in the cache is whole when each file has its size; else the task is named", async () => {
  await inFolder(async (cache) => {
    const env = new Map([["LIKENESS_CACHE", cache]]);
    assertStringIncludes(obstacleOf(locateOpenblas(env)), "deno task openblas");
    const home = openblasFolder(cache);
    for (const [path, bytes] of Object.entries(files)) {
      assertStringIncludes(obstacleOf(locateOpenblas(env)), "not installed");
      await Deno.mkdir(join(home, path, ".."), { recursive: true });
      await Deno.writeFile(join(home, path), new Uint8Array(0));
      await Deno.truncate(join(home, path), bytes);
    }
    assertEquals(locateOpenblas(env), { path: libraryIn(home) });
  });
});

Deno.test("without a home there is no library, and no metric fails for it", () => {
  assertStringIncludes(obstacleOf(locateOpenblas(new Map())), "set LIKENESS_CACHE");
});

Deno.test("a library that the environment names wins, and has to be there", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "libscipy_openblas.so");
    const env = new Map([["LIKENESS_CACHE", folder], ["LIKENESS_OPENBLAS", path]]);
    assertStringIncludes(obstacleOf(locateOpenblas(env)), "correct or unset it");
    await Deno.writeTextFile(path, "");
    assertEquals(locateOpenblas(env), { path });
  });
});

Deno.test("a wheel that isn't the pinned one is refused and leaves nothing behind", async () => {
  await inFolder(async (cache) => {
    const from = join(cache, wheel.file);
    await Deno.writeTextFile(from, "not a wheel");
    const error = await assertRejects(() => installOpenblas({ cache, from }), EngineError);
    assertStringIncludes(error.message, `openblas: ${from} is not the pinned ${wheel.file}`);
    assertEquals(await Deno.stat(openblasFolder(cache)).catch(() => null), null);
    await Deno.truncate(from, wheel.bytes);
    await assertRejects(() => installOpenblas({ cache, from }), EngineError, "sha256");
  });
});

Deno.test("without pip the wheel's own name is said, not another library's", async () => {
  await inFolder(async (cache) => {
    const error = await assertRejects(
      () => installOpenblas({ cache, path: join(cache, "empty") }),
      EngineError,
    );
    assertStringIncludes(error.message, "to download OpenBLAS");
    assertStringIncludes(error.message, "scipy-openblas32==");
  });
});
