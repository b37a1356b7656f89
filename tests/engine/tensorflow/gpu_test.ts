import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gpuProblem } from "../../../src/engine/tensorflow/install/gpu.ts";

/** A system with or without a GPU whose loader misses some files. */
function system(present: boolean, missing: readonly string[] = []) {
  const loaded: string[] = [];
  return {
    loaded,
    present: () => Promise.resolve(present),
    load: (path: string) => {
      loaded.push(path);
      if (missing.some((name) => path.endsWith(name))) throw new Error(`${path}: no such file`);
    },
  };
}

Deno.test("without a GPU nothing is missing and nothing is loaded", async () => {
  const asked = system(false, ["libcuda.so.1"]);
  assertEquals(await gpuProblem("/site", asked), undefined);
  assertEquals(asked.loaded, []);
});

Deno.test("a GPU that can't be used is a problem that names the first missing library", async () => {
  const driver = await gpuProblem("/site", system(true, ["libcuda.so.1", "libcudnn.so.9"]));
  assertMatch(driver!, /libcuda\.so\.1 can't be loaded.*install NVIDIA's driver/);
  const wheel = await gpuProblem("/site", system(true, ["libcudnn.so.9"]));
  assertStringIncludes(wheel!, "/site/nvidia/cudnn/lib/libcudnn.so.9: no such file");
  assertStringIncludes(wheel!, "deno task engine:tensorflow --device cuda --force");
});

Deno.test("a GPU that TensorFlow doesn't see though all loads is a problem too", async () => {
  const asked = system(true);
  assertMatch((await gpuProblem("/site", asked))!, /doesn't see it/);
  assertEquals(asked.loaded.length, 13);
});
