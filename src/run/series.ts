/**
 * Raw series of a run: every scalar of every step, kept in columns. Scalars stay on the device and
 * are read many at a time, so that training doesn't wait for the host.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../engine/mod.ts";
import type { Series } from "../record/mod.ts";
import type { DivergenceWatch } from "./divergence.ts";

interface Pending {
  readonly step: number;
  readonly column: string;
  readonly scalar: tf.Tensor;
}

/** Name of the column of wall time: seconds of training until the step's end, resumes included. */
export const secondsColumn = "seconds";

/** Collects scalars by step; see the module. Steps that lack a scalar hold NaN. */
export class SeriesRecorder {
  readonly #columns = new Map<string, number[]>();
  #pending: Pending[] = [];
  #steps = 0;

  /** @param watch sees every scalar as it is read, those of `resumed` too. */
  constructor(
    readonly engine: Engine,
    readonly watch: DivergenceWatch,
    resumed?: { series: Series; steps: number },
  ) {
    if (resumed === undefined) return;
    this.#steps = resumed.steps;
    for (const [name, values] of Object.entries(resumed.series.columns)) {
      if (values.length < resumed.steps) {
        throw new RangeError(
          `series column ${name} has ${values.length} steps where the checkpoint has ${resumed.steps}`,
        );
      }
      this.#columns.set(name, values.slice(0, resumed.steps));
    }
    for (let step = 0; step < resumed.steps; step++) {
      for (const [name, values] of this.#columns) {
        // NaN in a kept series is a step without that scalar: a diverged run is never resumed.
        if (name !== secondsColumn && !Number.isNaN(values[step])) {
          watch.observe(step, name, values[step]);
        }
      }
    }
  }

  /** Steps ended so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Scalars waiting on the device. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** Wall seconds at the last step's end. */
  get seconds(): number {
    return this.#columns.get(secondsColumn)?.at(-1) ?? 0;
  }

  /** The last read value of a column, or NaN. */
  last(column: string): number {
    const values = this.#columns.get(column);
    return values === undefined || values.length === 0 ? NaN : values[values.length - 1];
  }

  /** Takes over a scalar of the step now in progress. */
  add(column: string, scalar: tf.Tensor): void {
    if (scalar.size !== 1) {
      throw new TypeError(
        `output ${column} of a training program has shape [${scalar.shape}]; series hold scalars`,
      );
    }
    this.#pending.push({ step: this.#steps, column, scalar });
  }

  /** Ends a step at this many seconds of training. */
  endStep(seconds: number): void {
    this.#set(secondsColumn, this.#steps, seconds);
    this.#steps += 1;
  }

  /** Reads what waits on the device. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    const together = tf.tidy(() =>
      tf.concat(pending.map(({ scalar }) => scalar.toFloat().reshape([1])))
    );
    const values = await this.engine.read(together);
    together.dispose();
    pending.forEach(({ step, column, scalar }, i) => {
      scalar.dispose();
      this.#set(column, step, values[i]);
      this.watch.observe(step, column, values[i]);
    });
  }

  /** The series so far, all columns of equal length. Call after `flush`. */
  series(): Series {
    for (const values of this.#columns.values()) pad(values, this.#steps);
    const sorted = [...this.#columns].sort(([a], [b]) => a < b ? -1 : 1);
    return { format: 1, columns: Object.fromEntries(sorted) };
  }

  #set(column: string, step: number, value: number): void {
    let values = this.#columns.get(column);
    if (values === undefined) this.#columns.set(column, values = []);
    pad(values, step);
    values[step] = value;
  }
}

function pad(values: number[], length: number): void {
  while (values.length < length) values.push(NaN);
}
