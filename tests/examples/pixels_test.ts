import { assert, assertEquals } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import { asInstalled } from "../../src/base/program/child.ts";
import { keyTensor } from "../../src/random/key.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { openEngine } from "../../src/engine/mod.ts";
import { close } from "../law.ts";
import { pixels } from "./pixels.ts";

const sample = { kind: "image" as const, height: 1, width: 1, channels: 1 as const };

Deno.test("example: the probabilities of the 256 values of a pixel sum to 1", async () => {
  const { engine } = await openEngine("wasm");
  for (const scale of [0.003, 0.2, 3]) {
    const context = { sample, steps: 1, trainSize: 1, batch: 1, factors: [] };
    const model = pixels.build(pixels.config.parse({ scale }), context);
    const key = keyTensor(hostKey(1));
    const state = model.init(key);
    const values = Float32Array.from({ length: 256 }, (_, k) => k / 255);
    const x_BHWC = engine.tensor(values, [256, 1, 1, 1]);
    const [, out] = model.programs.log_weight(state, { x_BHWC }, key);
    const logs = await engine.read(out.logWeight_B as tf.Tensor);
    // Each log is rounded to a few units of 2⁻²⁴ of its size, at most some hundred nats where the
    // mass is nothing and a few where it is not: 256 terms, in total below 1e-4.
    close(Array.from(logs, Math.exp).reduce((a, b) => a + b), 1, 1e-4, `mass at scale ${scale}`);
  }
  engine.dispose();
});

Deno.test("example: a suite trains a user's family from one file, to records", async () => {
  const out = await Deno.makeTempDir();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      asInstalled,
      "src/main.ts",
      "run",
      "tests/examples/suite.yaml",
      "--out",
      out,
    ]
      .concat(["--engine", "wasm", "--no-report", "--no-gate", "--jobs", "1"]),
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  const records = [...Deno.readDirSync(`${out}/records`)].filter((entry) => entry.isDirectory)
    .map(({ name }) => JSON.parse(Deno.readTextFileSync(`${out}/records/${name}/record.json`)));
  assertEquals(records.map((r) => r.state), ["done", "done", "done"]);
  const trained = records.filter((r) => r.spec.family === "pixels")
    .sort((a, b) => a.label < b.label ? -1 : 1);
  assertEquals(trained.map((r) => r.label), [
    "pixels learningRate=0.02",
    "pixels learningRate=0.05",
  ]);
  for (const { id, metrics } of trained) {
    const bits = metrics.find((m: { unit: string }) => m.unit === "bits/dim");
    // Better than 8 bits, which the uniform law over 256 values needs; no worse than nothing learnt.
    assert(bits.value > 0 && bits.value < 8, `${bits.name} ${bits.value}`);
    const { columns } = JSON.parse(Deno.readTextFileSync(`${out}/records/${id}/series.json`));
    assert(columns.loss.at(-1) < columns.loss[0], "the loss falls");
  }
  await Deno.remove(out, { recursive: true });
});
