import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  decodeStep,
  emptyCache,
  initTransformer,
  type KeyValueCache,
  type Transformer,
  transformer,
  type TransformerOptions,
} from "../../../src/backbones/transformer.ts";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { keyTensor, normal } from "../../../src/random/key.ts";
import { close, float32 } from "../../law.ts";
import { engine, test } from "./available.ts";

const options: TransformerOptions = { vocabulary: 7, context: 6, layers: 2, width: 8, heads: 2 };
const BATCH = 3;

type State = { readonly params: Transformer; readonly cache: KeyValueCache };

/** Parameters of which all take part, the head too. */
function parameters(): Transformer {
  return mapTree(
    initTransformer(keyTensor(hostKey(1)), options) as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(keyTensor(hostKey(1, path)), leaf.shape), 0.3)),
  ) as Transformer;
}

for (const mode of ["graph", "xla"] as const) {
  test(`decoding with a cache in a donated state's variables is the full pass (${mode})`, async () => {
    const drawn = Int32Array.from(hostIntegers(hostKey(2), BATCH * options.context, 7));
    const full = tf.tidy(() =>
      transformer(parameters(), tf.tensor2d(drawn, [BATCH, options.context], "int32"), options)
    );
    const expected = await engine.read(full);
    const step = engine.compile(
      ({ params, cache }: State, { token, pos }: { token: tf.Tensor1D; pos: tf.Scalar }) => {
        const next = decodeStep(params, cache, { ...options, token_B: token, pos });
        return [{ params, cache: next.cache }, { logits: next.logits_BK }];
      },
      { name: "decode", donate: true, mode },
    );
    let state = tf.tidy(() =>
      ({ params: parameters(), cache: emptyCache(BATCH, options) }) as unknown as tf.TensorContainer
    ) as unknown as State;
    const key = keyTensor([0, 0]);
    for (let pos = 0; pos < options.context; pos++) {
      const column = Int32Array.from({ length: BATCH }, (_, b) => drawn[b * options.context + pos]);
      const [next, { logits }] = step(state, {
        token: tf.tensor1d(column, "int32"),
        pos: tf.scalar(pos, "int32"),
      }, key);
      state = next;
      const found = await engine.read(logits);
      assertEquals(found.length, BATCH * options.vocabulary);
      found.forEach((x, i) => {
        const [b, k] = [Math.floor(i / options.vocabulary), i % options.vocabulary];
        const at = (b * options.context + pos) * options.vocabulary + k;
        close(x, expected[at], float32(64, 8), `position ${pos}, logit ${i}`);
      });
    }
  });
}
