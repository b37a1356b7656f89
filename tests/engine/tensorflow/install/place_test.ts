import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { EngineError, UsageError } from "../../../../src/base/errors.ts";
import {
  buildFolder,
  cacheFolder,
  choosePlace,
  locate,
  tensorflowObstacle,
} from "../../../../src/install/tensorflow/place.ts";
import { platformObstacle, thisMachine } from "../../../../src/install/tensorflow/platform.ts";
import {
  builds,
  type Device,
  isNeeded,
  sizeOf,
} from "../../../../src/install/tensorflow/wheels.ts";

const env = (variables: Record<string, string>) => ({ get: (name: string) => variables[name] });

/** A temporary folder for `body`. */
async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-place-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes an installation of the pinned build whose library holds nothing. */
async function pretend(cache: string, device: Device): Promise<string> {
  const folder = buildFolder(builds[device], cache);
  await Deno.mkdir(join(folder, "tensorflow"), { recursive: true });
  const library = join(folder, "tensorflow", "libtensorflow_cc.so.2");
  await Deno.writeTextFile(library, "");
  const { version, wheels } = builds[device];
  const files = [{ path: "tensorflow/libtensorflow_cc.so.2", bytes: 0, sha256: "" }];
  const manifest = { format: 1, device, version, wheels: wheels.map((w) => w.sha256), files };
  await Deno.writeTextFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  return library;
}

const platform = () => undefined;

Deno.test("the cache is LIKENESS_CACHE, else XDG's, else in the home", () => {
  const home = { HOME: "/h" };
  const xdg = { ...home, XDG_CACHE_HOME: "/x" };
  assertEquals(cacheFolder(env({ ...xdg, LIKENESS_CACHE: "/l" })), "/l");
  assertEquals(cacheFolder(env({ ...xdg, LIKENESS_CACHE: "" })), "/x/likeness");
  assertEquals(cacheFolder(env(xdg)), "/x/likeness");
  assertEquals(cacheFolder(env({ ...home, XDG_CACHE_HOME: "relative" })), "/h/.cache/likeness");
  assertEquals(cacheFolder(env(home)), "/h/.cache/likeness");
  assertThrows(() => cacheFolder(env({})), EngineError, "set LIKENESS_CACHE");
});

Deno.test("cuda is taken if installed, else cpu; a device that is named is the only one", () =>
  inFolder(async (cache) => {
    const at = (more: Record<string, string> = {}, device?: Device) =>
      locate({ env: env({ LIKENESS_CACHE: cache, ...more }), device, platform });
    const none = await at();
    assert("obstacle" in none);
    assertEquals(
      none.obstacle,
      "not installed; `deno task engine:tensorflow` gets it (274 MB to download, 853 MB on disk)",
    );
    const cpu = await pretend(cache, "cpu");
    const library = async (found: ReturnType<typeof at>) => {
      const f = await found;
      return "place" in f ? f.place.library : f.obstacle;
    };
    assertEquals(await library(at()), cpu);
    const absent = await library(at({ LIKENESS_TENSORFLOW_DEVICE: "cuda" }));
    assert(absent.startsWith("not installed; `deno task engine:tensorflow --device cuda`"), absent);
    const cuda = await pretend(cache, "cuda");
    assertEquals(await library(at()), cuda);
    assertEquals(await library(at({ LIKENESS_TENSORFLOW_DEVICE: "cpu" })), cpu);
    assertEquals(await library(at({ LIKENESS_TENSORFLOW_DEVICE: "cpu" }, "cuda")), cuda);
    await assertRejects(() => at({ LIKENESS_TENSORFLOW_DEVICE: "gpu" }), UsageError, "cpu or cuda");
    // What isn't whole is passed over, and said where nothing else is there.
    await Deno.writeTextFile(cuda, "x");
    assertEquals(await library(at()), cpu);
    await Deno.remove(cpu);
    assertEquals(
      await library(at({ LIKENESS_TENSORFLOW_DEVICE: "cuda" })),
      `incomplete: ${cuda} has 1 bytes of 0; \`deno task engine:tensorflow --device cuda\` repairs it`,
    );
  }));

Deno.test("LIKENESS_TENSORFLOW wins over the cache and the platform, and is never passed over", () =>
  inFolder(async (folder) => {
    await pretend(join(folder, "cache"), "cpu");
    const site = join(folder, "site-packages");
    await Deno.mkdir(join(site, "tensorflow"), { recursive: true });
    const library = join(site, "tensorflow", "libtensorflow_cc.so.2");
    const at = (named: string, device?: Device) =>
      choosePlace({
        env: env({ LIKENESS_CACHE: join(folder, "cache"), LIKENESS_TENSORFLOW: named }),
        device,
        platform: () => "not for this platform",
      });
    const error = await assertRejects(() => at(site), EngineError);
    assert(error.message.startsWith("engine tensorflow: not where LIKENESS_TENSORFLOW says"));
    await Deno.writeTextFile(library, "");
    const source = "named";
    for (const named of [site, join(site, "tensorflow"), library]) {
      assertEquals(await at(named), { device: "cpu", library, folder: site, source });
    }
    await Deno.mkdir(join(site, "nvidia"));
    assertEquals((await at(site)).device, "cuda");
    assertEquals((await at(site, "cpu")).device, "cpu");
    const own = join(folder, "libtensorflow_cc.so.2");
    await Deno.writeTextFile(own, "");
    assertEquals(await at(folder), { device: "cpu", library: own, folder, source });
  }));

Deno.test("every obstacle is short before its first colon or semicolon, and says what to do", () =>
  inFolder(async (folder) => {
    const here = { LIKENESS_CACHE: folder };
    const machine = { os: "linux", arch: "x86_64", glibc: "2.36" };
    const obstacles = await Promise.all([
      tensorflowObstacle({ env: env(here), platform }),
      tensorflowObstacle({ env: env({}), platform }),
      tensorflowObstacle({ env: env({ LIKENESS_TENSORFLOW: "/nowhere/at/all" }) }),
      tensorflowObstacle({ env: env({ ...here, LIKENESS_TENSORFLOW_DEVICE: "tpu" }) }),
      ...[{ os: "darwin" }, { arch: "aarch64" }, { glibc: "2.17" }, { glibc: null }].map((other) =>
        tensorflowObstacle({
          env: env(here),
          platform: () => platformObstacle({ ...machine, ...other }),
        })
      ),
    ]);
    for (const obstacle of obstacles) {
      assert(obstacle !== undefined);
      assert(obstacle.split(/[:;]/)[0].length <= 60, obstacle);
      assert(/`deno task|set LIKENESS|unset|another engine|newer|glibc|cpu or cuda/.test(obstacle));
    }
    assertEquals(platformObstacle(machine), undefined);
    assertEquals(platformObstacle({ ...machine, glibc: undefined }), undefined);
  }));

Deno.test("the pins are well formed, and of this machine's C library something is known", () => {
  for (const build of Object.values(builds)) {
    const files = build.wheels.map(({ file }) => file);
    assertEquals(new Set(files).size, files.length);
    for (const { file, bytes, sha256, unpacked } of build.wheels) {
      assert(/^\w+-[\w.]+-(cp311-cp311|py3-none)-manylinux[\w.]*_x86_64\.whl$/.test(file), file);
      assert(/^[0-9a-f]{64}$/.test(sha256), file);
      assert(bytes > 0 && unpacked > 0, file);
    }
    for (const path of Object.keys(build.libraries)) assert(isNeeded(path), path);
  }
  assertEquals(sizeOf(builds.cpu), { download: 273_829_956, disk: 853_308_936 });
  if (Deno.build.os === "linux" && Deno.build.env === "gnu") {
    assert(/^2\.\d+$/.test(thisMachine().glibc ?? ""));
  }
});
