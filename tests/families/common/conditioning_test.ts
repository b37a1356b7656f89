/** Labels as vectors: which row of which table, and which labels aren't told. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import {
  dropLabels,
  embedConditions,
  initConditions,
} from "../../../src/families/common/conditioning.ts";
import { uniform } from "../../../src/random/key.ts";
import { close, law } from "../../law.ts";
import { values } from "../on_engine.ts";
import { key, rows } from "../small.ts";

const conditions = [{ name: "hue", classes: 3 }, { name: "kind", classes: 2 }];
const width = 4;
const hue = fc.integer({ min: -1, max: 2 }), kind = fc.integer({ min: -1, max: 1 });

law("a label is its own table's row, −1 the last one; factors add up", {
  source: "Ho & Salimans 2022 (arXiv:2207.12598), section 3.2: a null token",
  given: {
    labels: fc.array(fc.record({ hue, kind }), { minLength: 1, maxLength: 5 }),
  },
  kills: ["null-label-is-a-class", "tables-of-the-first-factor"],
  cases: 40,
  holds: async ({ labels }) => {
    const tables = () => initConditions(key("tables"), { conditions, width });
    const [hues, kinds] = [
      await values(() => tables().hue.weight),
      await values(() => tables().kind.weight),
    ];
    assertEquals([hues.length, kinds.length], [4 * width, 3 * width]);
    const found = await values(() =>
      embedConditions(tables(), {
        hue: tf.tensor1d(labels.map(({ hue }) => hue), "int32"),
        kind: tf.tensor1d(labels.map(({ kind }) => kind), "int32"),
      }, conditions)
    );
    labels.forEach(({ hue, kind }, n) => {
      const [h, k] = [hue < 0 ? 3 : hue, kind < 0 ? 2 : kind];
      for (let j = 0; j < width; j++) {
        close(found[n * width + j], hues[h * width + j] + kinds[k * width + j], 1e-6);
      }
    });
  },
});

law("a share of the rows is told nothing of any factor, by the row's own draw", {
  source: "Ho & Salimans 2022, algorithm 1",
  given: {
    share: fc.constantFrom(0, 0.1, 0.4, 1),
    seed: fc.integer({ min: 1, max: 1e6 }),
    from: fc.integer({ min: 0, max: 90 }),
  },
  kills: ["labels-dropped-of-the-others"],
  cases: 30,
  holds: async ({ share, seed, from }) => {
    const count = 60;
    const labels = {
      hue: Array.from({ length: count }, (_, i) => i % 3),
      kind: Array.from({ length: count }, (_, i) => i % 2),
    };
    const u = await values(() =>
      uniform(key("drop", seed), [count, 1], { rows_B: rows(count, from) })
    );
    const told = () =>
      dropLabels({
        hue: tf.tensor1d(labels.hue, "int32"),
        kind: tf.tensor1d(labels.kind, "int32"),
      }, { conditions, share, key: key("drop", seed), rows_B: rows(count, from) });
    const [hues, kinds] = [await values(() => told().hue), await values(() => told().kind)];
    for (let i = 0; i < count; i++) {
      const wanted = u[i] < share ? [-1, -1] : [labels.hue[i], labels.kind[i]];
      assertEquals([hues[i], kinds[i]], wanted, `row ${i}`);
    }
    const dropped = hues.filter((label) => label < 0).length;
    // 60 rows: 5 standard errors.
    assert(Math.abs(dropped - share * count) <= 5 * Math.sqrt(count * share * (1 - share)));
  },
});
