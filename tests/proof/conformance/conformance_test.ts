import { assert, assertEquals } from "@std/assert";
import { conformance } from "../../../src/proof/conformance/conformance.ts";
import { openEngine } from "../../../src/engine/mod.ts";
import { composedRuns } from "../../../src/engine/tfjs/registry.ts";

const { engine } = await openEngine("wasm");
const rows = await conformance(engine, { composedRuns });
const row = (op: string) => rows.find((r) => r.op === op);

Deno.test("no operation of the wasm engine gives a wrong number, forward or backward", () => {
  const wrong = rows.filter((r) => [r.forward, r.gradient, r.second].includes("wrong"));
  assertEquals(wrong, []);
});

Deno.test("what families are built of has forward, gradient and second derivative", () => {
  const right = ["ok", "composed"];
  const incomplete = rows.filter((r) =>
    ![r.forward, r.gradient, r.second].every((s) => right.includes(s) || s === "–")
  ).map((r) => r.op);
  // A known gap, which no family uses; the table says so to whoever asks.
  assertEquals(incomplete, ["depthwiseConv2d 3×3"]);
});

Deno.test("conv gradients are composed, elementwise ones the engine's own", () => {
  assertEquals(row("conv2d 3×3 stride 2 same")?.gradient, "composed");
  assertEquals(row("exp")?.gradient, "ok");
  assertEquals(row("matMul AᵀB")?.forward, "composed");
});

Deno.test("draws have the host's bits", () => {
  for (const op of ["uniform", "normal", "normal, by rows", "categorical", "fold"]) {
    assertEquals(row(op)?.forward, "ok", op);
  }
});

Deno.test("a wrong kernel is called wrong, a missing one missing", async () => {
  const tf = await import("@tensorflow/tfjs");
  const config = tf.getKernel("Square", "wasm")!;
  tf.unregisterKernel("Square", "wasm");
  const [missing] = await conformance(engine, { only: "square" });
  assertEquals(missing.forward, "missing");
  assert(missing.note.includes("Square"), missing.note);
  tf.registerKernel({
    ...config,
    kernelFunc: (call) => tf.getKernel("Abs", "wasm")!.kernelFunc(call),
  });
  const [wrong] = await conformance(engine, { only: "square" });
  assertEquals(wrong.forward, "wrong");
  tf.unregisterKernel("Square", "wasm");
  tf.registerKernel(config);
  const [mended] = await conformance(engine, { only: "square" });
  assertEquals(mended.forward, "ok");
});
