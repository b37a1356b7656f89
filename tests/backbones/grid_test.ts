import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  gridDecode,
  type GridDecoder,
  gridEncode,
  type GridEncoder,
  gridOf,
  type GridOptions,
  gridStages,
  initGridDecoder,
  initGridEncoder,
} from "../../src/backbones/grid.ts";
import { leaves, type TensorTree } from "../../src/engine/tree.ts";
import { normal } from "../../src/random/key.ts";
import { close, law } from "../law.ts";
import { assertGradient, awake } from "./gradient_check.ts";
import { key, squares } from "../families/small.ts";
import { values } from "../families/on_engine.ts";

const options = (height: number, width: number, more: Partial<GridOptions> = {}): GridOptions => ({
  sample: { height, width, channels: 3 },
  width: 16,
  ...more,
});

type Both = { readonly encoder: GridEncoder; readonly decoder: GridDecoder };

function both(own: GridOptions): Both {
  return {
    encoder: initGridEncoder(key("encoder"), { ...own, out: 5 }),
    decoder: initGridDecoder(key("decoder"), { ...own, in: 5 }),
  };
}

/** Every leaf moved a little, so that what starts at zero takes part. */
const awakeBoth = (own: GridOptions): Both => awake(both(own));

law(
  "grids: a picture's sides halved as often as asked, rounded up, and back to the picture's own",
  {
    source: "definition",
    given: {
      height: fc.integer({ min: 16, max: 40 }),
      width: fc.integer({ min: 16, max: 40 }),
      halvings: fc.integer({ min: 1, max: 3 }),
    },
    cases: 8,
    holds: async ({ height, width, halvings }) => {
      const own = options(height, width, { halvings });
      const half = (n: number) => {
        for (let i = 0; i < halvings; i++) n = Math.ceil(n / 2);
        return n;
      };
      const grid = gridOf(own);
      assertEquals([grid.height, grid.width, grid.channels], [half(height), half(width), 16]);
      assertEquals(gridStages(own).every(({ channels }) => channels >= 8), true);
      const p = both(own);
      const x = squares(2, own.sample);
      const z = gridEncode(p.encoder, x);
      assertEquals(z.shape, [2, grid.height, grid.width, 5]);
      const back = await values(() => gridDecode(p.decoder, z, own));
      assertEquals(back.length, x.size);
      // The decoder starts at zero, whatever it is given.
      assertEquals(back.every((v) => v === 0), true);
      tf.dispose([x, z, ...leaves(p as TensorTree).map(([, leaf]) => leaf)]);
    },
  },
);

Deno.test("grids: attention changes nothing at first, then what both halves give", async () => {
  const plain = options(32, 32), seeing = options(32, 32, { attention: true });
  const x = squares(2, plain.sample), z = normal(key("z"), [2, 8, 8, 5]) as tf.Tensor4D;
  const encoded = (p: Both) => values(() => gridEncode(p.encoder, x));
  const decoded = (p: Both) => values(() => gridDecode(p.decoder, z, plain));
  assertEquals(await encoded(both(seeing)), await encoded(both(plain)));
  const { encoder, decoder } = awakeBoth(seeing);
  const { attention: _e, ...blind } = encoder, { attention: _d, ...dull } = decoder;
  const far = (a: number[], b: number[]) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
  const without = { encoder: blind, decoder: dull };
  const [seen, told] = [await encoded({ encoder, decoder }), await decoded({ encoder, decoder })];
  assertEquals(far(seen, await encoded(without)) > 1e-3, true);
  assertEquals(far(told, await decoded(without)) > 1e-3, true);
});

for (const attention of [false, true]) {
  Deno.test(`grids: the gradient of encoder and decoder is their directional difference${attention ? ", with attention" : ""}`, async () => {
    const own = options(16, 18, { blocks: 2, attention });
    const x_BHWC = squares(2, own.sample);
    const loss = ({ encoder, decoder }: Both) =>
      tf.mean(
        tf.square(tf.sub(gridDecode(decoder, gridEncode(encoder, x_BHWC), own), x_BHWC)),
      ) as tf.Scalar;
    const params = () => awakeBoth(own);
    await assertGradient({ params, loss, step: 2 ** -7, tolerance: 5e-3 });
  });
}

Deno.test("grids: the vector that changes most lies where the picture changed", async () => {
  // Groups are normalised over the whole picture, so that all vectors change a little.
  const own = options(32, 32);
  const change = async (row: number, column: number) =>
    await values(() => {
      const { encoder } = awakeBoth(own);
      const x = tf.fill([1, 32, 32, 3], 0.5) as tf.Tensor4D;
      const dot = tf.oneHot(tf.tensor1d([row * 32 + column], "int32"), 1024);
      const moved = tf.add(x, tf.reshape(tf.cast(dot, "float32"), [1, 32, 32, 1])) as tf.Tensor4D;
      const difference = tf.sub(gridEncode(encoder, moved), gridEncode(encoder, x));
      return tf.sum(tf.square(difference), 3);
    });
  for (const [row, column] of [[2, 2], [17, 29], [30, 5]]) {
    const by = await change(row, column);
    const at = by.indexOf(Math.max(...by));
    close(Math.floor(at / 8), Math.floor(row / 4), 1, "row");
    close(at % 8, Math.floor(column / 4), 1, "column");
  }
});

Deno.test("grids: sizes that it can't take are refused", () => {
  assertThrows(() => gridStages(options(12, 32)), RangeError, "16 to 256 pixels a side");
  assertThrows(() => gridStages(options(32, 300)), RangeError, "got 32×300");
  assertThrows(() => gridStages(options(32, 32, { halvings: 0 })), RangeError, "not 0");
});
