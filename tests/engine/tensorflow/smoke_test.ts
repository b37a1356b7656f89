import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { EngineError } from "../../../src/base/errors.ts";
import { smokeTest } from "../../../src/engine/tensorflow/install/smoke_process.ts";
import { choosePlace } from "../../../src/install/tensorflow/place.ts";
import { compute, type Stage } from "../../../src/engine/tensorflow/install/smoke.ts";
import { builds } from "../../../src/install/tensorflow/wheels.ts";
import { engine } from "../../families/on_engine.ts";
import { need, needing } from "../../needs.ts";

Deno.test("a right engine passes the computations, and nothing of them is left", async () => {
  const stages: Stage[] = [];
  const before = tf.memory().numTensors;
  await compute(engine, (stage) => stages.push(stage));
  assertEquals(stages, [{ stage: "matmul" }, { stage: "gradient" }]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("an engine that is wrong in one number of any result is noticed and named", async () => {
  const shapes = [[2, 2], [1, 3, 3, 1], [2, 2, 1, 1]];
  const names = ["matmul", "by its input", "by its filter"];
  for (const [i, wrong] of shapes.entries()) {
    for (let at = 0; at < wrong.reduce((a, b) => a * b); at++) {
      const read = async (tensor: tf.Tensor) => {
        const values = await engine.read(tensor);
        return String(tensor.shape) === String(wrong)
          ? values.with(at, values[at] * (1 + 2 ** -20))
          : values;
      };
      const other = { ...engine, tensor: engine.tensor.bind(engine), read };
      const error = await assertRejects(() => compute(other as typeof engine, () => {}), Error);
      assert(error.message.includes(names[i]), error.message);
    }
  }
});

/** Runs the smoke process with a program of its own in place of smoke.ts. */
async function withProgram(text: string, limit = 20_000) {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(program, text);
    return await smokeTest("lib.so", { program, limit });
  } finally {
    await Deno.remove(program);
  }
}

const says = (...stages: Stage[]) =>
  stages.map((stage) => `console.log('${JSON.stringify(stage)}');`).join("");
const load = { stage: "load", version: "2.21.0" } as const;
const open = { stage: "open", device: "CPU" } as const;
const all = says(load, open, { stage: "matmul" }, { stage: "gradient" });

Deno.test("a crash, an exit, a hang, a refusal and silence of the library are errors that say which", async () => {
  const kill = (signal: string) => `Deno.kill(Deno.pid, "${signal}"); for (;;);`;
  const last = `console.error("oh dear");`;
  const segfault = "new Deno.UnsafePointerView(Deno.UnsafePointer.create(8n)).getUint8();";
  const cases: [program: string, words: string[]][] = [
    [says(load) + last + segfault, ["crashed with SIGSEGV", "stage `load`", "oh dear"]],
    [says(load) + kill("SIGILL"), ["crashed with SIGILL", "AVX"]],
    [kill("SIGABRT"), ["crashed with SIGABRT", "stage `start`"]],
    [says(load, open) + "Deno.exit(7);", ["exit code 7", "stage `open`"]],
    ["", ["exit code 0", "stage `start`"]],
    [all + "Deno.exit(1);", ["exit code 1", "stage `gradient`"]],
    [says(load, { stage: "failed", message: "matmul gave 5" }), ["matmul gave 5"]],
  ];
  for (const [program, words] of cases) {
    const error = await assertRejects(() => withProgram(program), EngineError);
    for (const word of ["lib.so is there but", ...words]) {
      assert(error.message.includes(word), `${word}: ${error.message}`);
    }
  }
  const hung = await assertRejects(
    () => withProgram(says(load) + "setInterval(() => {}, 1000);", 2000),
    EngineError,
  );
  assert(hung.message.includes("hung for 2 s after the stage `load`"), hung.message);
});

Deno.test("what the library prints between the stages does no harm", async () => {
  const chatter = `console.log("{ not json"); console.log("7"); console.log("null");`;
  assertEquals(await withProgram(chatter + all + chatter), { version: "2.21.0", device: "CPU" });
});

Deno.test("a library that isn't one fails at load, in words", async () => {
  const path = await Deno.makeTempFile();
  try {
    const error = await assertRejects(() => smokeTest(path), EngineError);
    assert(error.message.includes("does not pass its smoke test"), error.message);
    assert(error.message.includes(path), error.message);
  } finally {
    await Deno.remove(path);
  }
});

const test = needing(await need("tensorflow-library"));
test("TensorFlow as it is installed here passes its smoke test", async () => {
  const { library, device } = await choosePlace();
  const { version } = await smokeTest(library);
  assertEquals(version, builds[device].version);
});
