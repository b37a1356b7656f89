/**
 * Where a program's time goes on the device: its dispatches are recorded, and those of each kind of
 * shader are then sent alone, many times.
 * @module
 */
import type { Engine, Program } from "../engine.ts";
import { scoped } from "../tfjs/scoped.ts";
import { disposeTree, type TensorTree } from "../tree.ts";
import { submit } from "./backend.ts";
import { bind, encode } from "./record/dispatch.ts";
import type { Place } from "./record/recorder.ts";

/** A kind of shader's share of a run. */
export interface ShaderTime {
  readonly name: string;
  readonly dispatches: number;
  /** Of all its dispatches in one run, sent alone; the least of some rounds. */
  readonly milliseconds: number;
}

/** Rounds, and seconds that one takes at least. */
const ROUNDS = 3;
const SECONDS = 0.05;

/** Runs a program once and times what it dispatched, the slowest kind first. */
export async function profileShaders(
  place: Place & { readonly engine: Engine },
  program: Program,
  call: { readonly state: TensorTree; readonly inputs: TensorTree; readonly key: unknown },
): Promise<ShaderTime[]> {
  const { backend, recorder, engine } = place;
  const run = scoped(program, { name: "profile" });
  const { result, recorded } = recorder.record(
    () => run(call.state, call.inputs, call.key as never),
    { arguments: [], keep: true },
  );
  const kinds = Map.groupBy(recorded.dispatches, ({ name }) => name);
  const times: ShaderTime[] = [];
  for (const [name, dispatches] of kinds) {
    const bound = bind(backend.device, dispatches);
    const send = () => {
      const encoder = backend.device.createCommandEncoder();
      encode(encoder, bound);
      backend.device.queue.submit([encoder.finish()]);
    };
    const seconds = async (repeats: number) => {
      await engine.sync();
      const start = performance.now();
      for (let i = 0; i < repeats; i++) send();
      await engine.sync();
      return (performance.now() - start) / 1000;
    };
    // The first is not counted. The wait itself takes some ms, so that a round is many repeats long.
    await seconds(1);
    const idle = await seconds(0);
    let repeats = 1;
    while (await seconds(repeats) - idle < SECONDS && repeats < 4096) repeats *= 4;
    let least = Infinity;
    for (let round = 0; round < ROUNDS; round++) least = Math.min(least, await seconds(repeats));
    const milliseconds = 1000 * Math.max(0, least - idle) / repeats;
    times.push({ name, dispatches: dispatches.length, milliseconds });
  }
  for (const tree of result) disposeTree(tree);
  submit(backend);
  return times.sort((a, b) => b.milliseconds - a.milliseconds);
}
