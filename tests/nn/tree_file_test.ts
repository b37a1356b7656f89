import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";
import { leaves } from "../../src/engine/tree.ts";
import { encodeSafetensors, safetensorsToTree, treeToSafetensors } from "../../src/nn/mod.ts";

const { engine } = await openEngine("wasm");

Deno.test("a tree goes to a file and back, arrays, scalars and int32 included", async () => {
  const tree = {
    encoder: [{ weight: tf.tensor2d([[1, 2], [3, 4]]) }, { weight: tf.ones([1]) }],
    step: tf.scalar(7, "int32"),
  };
  const bytes = await treeToSafetensors(engine, tree, { metadata: { family: "vae" } });
  const { tree: back, metadata } = safetensorsToTree(engine, bytes);
  assertEquals(metadata, { family: "vae" });
  const describe = (t: Parameters<typeof leaves>[0]) =>
    Promise.all(
      leaves(t).map(async (
        [path, leaf],
      ) => [path, leaf.dtype, leaf.shape, await engine.read(leaf)]),
    );
  assertEquals(await describe(back), await describe(tree));
  assertEquals(Array.isArray((back as typeof tree).encoder), true);
});

Deno.test("a bare leaf goes to a file and back", async () => {
  const bytes = await treeToSafetensors(engine, tf.tensor1d([1, 2]));
  const { tree } = safetensorsToTree(engine, bytes);
  assertEquals(await engine.read(tree as tf.Tensor), new Float32Array([1, 2]));
});

Deno.test("half precision halves the file and rounds", async () => {
  const tree = { w: tf.tensor1d([0.1, 65504]) };
  const full = await treeToSafetensors(engine, tree);
  const half = await treeToSafetensors(engine, tree, { floats: "F16" });
  assertEquals(full.length - half.length, 4);
  const { tree: back } = safetensorsToTree(engine, half);
  assertEquals(
    await engine.read((back as typeof tree).w),
    new Float32Array([0.0999755859375, 65504]),
  );
});

Deno.test("keys that a path can't tell apart, and names that contradict, are refused", async () => {
  await assertRejects(() => treeToSafetensors(engine, { "a/b": tf.scalar(1) }), Error, `"a/b"`);
  await assertRejects(() => treeToSafetensors(engine, { "0": tf.scalar(1) }), Error, `"0"`);
  const one = { dtype: "F32" as const, shape: [], data: new Float32Array(1) };
  assertThrows(
    () => safetensorsToTree(engine, encodeSafetensors({ a: one, "a/b": one })),
    Error,
    "a/b",
  );
  assertThrows(
    () => safetensorsToTree(engine, encodeSafetensors({ "a/0": one, "a/2": one })),
    Error,
    "gap",
  );
});
