import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";

const { engine } = await openEngine("wasm");

/** What `body` gives, on the host, leaving nothing behind. */
export async function read(body: () => tf.Tensor): Promise<number[]> {
  const t = tf.tidy(body);
  const values = Array.from(await engine.read(t));
  t.dispose();
  return values;
}
