/**
 * The encoding of a hash grid on engine `wasm` beside PyTorch's, one thread each.
 * @module
 */
import { join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { openEngine } from "../../../engine/mod.ts";
import { hashFeatures, type HashGrid, hashLevels, hashRows } from "../../../nn/mod.ts";
import { hostKey, hostNormal, hostUniform } from "../../../random/host/mod.ts";
import type { GsplatPython } from "./environment.ts";
import { PeerProcess } from "./peer_process.ts";
import { inTurns, ours, type Turn, type Turns } from "./speed.ts";

/** Ways of PyTorch: see tests/peers/hash_grid_peer.py. */
const WAYS = ["plain", "flat"] as const;

/** A grid with how many points. */
export interface HashWork extends HashGrid {
  readonly points: number;
}

/** Seconds of features and the table's gradient, a number a turn. */
export interface BesideTorch extends HashWork {
  readonly ours: readonly number[];
  readonly plain: readonly number[];
  readonly flat: readonly number[];
  /** ‖difference‖ / ‖theirs‖ of features and gradients, the larger, from either way. */
  readonly apart: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** ‖a − b‖ / ‖b‖; infinite where one has another length or a number that is none. */
export function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let squares = 0, whole = 0;
  for (let k = 0; k < a.length; k++) {
    squares += (a[k] - b[k]) ** 2;
    whole += b[k] * b[k];
  }
  const share = Math.sqrt(squares / whole);
  return Number.isNaN(share) ? Infinity : share;
}

/** Times both on the same numbers in turns, after comparing what they give. */
export async function timeHashGrid(
  python: GsplatPython,
  work: HashWork,
  turns: Turns,
): Promise<BesideTorch> {
  const rows = hashRows(work), { points, features, levels } = work;
  const table = hostNormal(hostKey(1, "hash", "table"), rows * features);
  const x = hostUniform(hostKey(1, "hash", "points"), 3 * points);
  const dy = hostNormal(hostKey(1, "hash", "gradient"), points * levels * features);
  const { engine } = await openEngine("wasm");
  const [table_RF, x_N3, dy_NC] = [
    engine.tensor(table, [rows, features]) as tf.Tensor2D,
    engine.tensor(x, [points, 3]) as tf.Tensor2D,
    engine.tensor(dy, [points, levels * features]),
  ];
  const found = (): tf.Tensor[] => {
    // The features are kept, as training does; what is made on the way back goes.
    let value: tf.Tensor | undefined;
    const back = tf.grad((given) => {
      const features = hashFeatures(given as tf.Tensor2D, x_N3, work);
      value = tf.keep(features.clone());
      return features;
    });
    const gradient = tf.tidy(() => back(table_RF, dy_NC));
    return [value!, gradient];
  };
  const [values, gradients] = found();
  const mine = [await engine.read(values), await engine.read(gradients)];
  tf.dispose([values, gradients]);

  const peer = await PeerProcess.start("hash_grid_peer.py", { ...python, threads: 1 });
  try {
    const { folder } = peer, { rowBits } = work;
    await Deno.writeTextFile(
      join(folder, "grid.json"),
      JSON.stringify({ levels: hashLevels(work), features, rowBits }),
    );
    for (const [name, data] of Object.entries({ table, points: x, gradient: dy })) {
      await Deno.writeFile(join(folder, `${name}.f32`), new Uint8Array(data.buffer as ArrayBuffer));
    }
    const loaded = z.object({ points: z.number() });
    await peer.ask({ do: "load", folder }, loaded);
    let apart = 0;
    const theirs: Turn[] = [];
    for (const way of WAYS) {
      await peer.ask({ do: "values", way, folder }, loaded);
      for (const [i, name] of ["features", "gradients"].entries()) {
        const read = new Float32Array((await Deno.readFile(join(folder, `${name}.f32`))).buffer);
        apart = Math.max(apart, relative(mine[i], read));
      }
      const timed = z.object({ seconds: z.array(z.number()) });
      const mean = async (repeats: number) => {
        const { seconds } = await peer.ask({ do: "run", way, repeats }, timed);
        return seconds.reduce((a, b) => a + b, 0) / repeats;
      };
      const repeats = Math.max(1, Math.ceil(turns.turnSeconds / await mean(1)));
      theirs.push(async () => ({ [way]: await mean(repeats) }));
    }
    const own = ours("ours", turns, () => tf.dispose(found()));
    const { ours: seconds, plain, flat } = await inTurns([own, ...theirs], turns.rounds);
    return { ...work, ours: seconds, plain, flat, apart, versions: peer.identity.versions };
  } finally {
    await peer.close();
  }
}
