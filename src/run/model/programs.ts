/**
 * A model's programs, compiled once each, and the two ways in which a run calls them: a training
 * step gives its state away, everything else leaves it.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type CompileMode,
  disposeTree,
  type Engine,
  leaves,
  mapTree,
  type Program,
} from "../../engine/mod.ts";
import { type Key, keyTensor } from "../../random/mod.ts";
import type {
  BuildContext,
  Family,
  Given,
  HostContext,
  Model,
  SampleContext,
  TensorRecord,
} from "../../families/mod.ts";
import { changedSince, contentOf, placed } from "../../content/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import { kindOf } from "../../kinds/mod.ts";
import type { PlannedRun } from "../../record/mod.ts";
import type { RunKeys } from "../keys.ts";
import { trainInputs } from "./inputs.ts";
import type { Run } from "../job.ts";
import { givenRuns, givenTo } from "../needs.ts";

type Compiled = Program<TensorRecord, TensorRecord, TensorRecord>;

/** See the module. */
export interface Programs {
  has(name: string): boolean;
  /** A step: the state passed in may not be used again. */
  step(
    name: string,
    state: TensorRecord,
    call: { inputs: TensorRecord; key: Key },
  ): [TensorRecord, TensorRecord];
  /** Outputs alone; the state stays as it is. The caller disposes the outputs. */
  run(
    name: string,
    state: TensorRecord,
    call: { inputs: TensorRecord; key: Key },
  ): TensorRecord;
}

/** What a family is built with, for a run of so many steps. */
export function buildContext(
  { spec, needed }: Pick<PlannedRun, "spec" | "needed">,
  { seen: dataset, opened }: Seen,
  steps: number,
): BuildContext {
  const given = givenRuns({ needed });
  return {
    sample: dataset.sample,
    ...(dataset.given && { given: dataset.given }),
    steps,
    trainSize: dataset.size("train"),
    batch: spec.batch,
    factors: dataset.factors,
    ...(given === undefined ? {} : { needed: given }),
    ...(opened === undefined ? {} : { opened }),
  };
}

/** The data as a model sees them, and what else its family read. */
export interface Seen {
  readonly seen: Dataset;
  readonly opened?: unknown;
}

/**
 * Opens what a family reads before a model is built.
 * @throws DataError where the files that its config points at are others than were planned with
 */
export async function openFamily(
  family: Family,
  { planned: { spec, base }, host, store, taken }: Run,
  dataset: Dataset,
): Promise<Seen> {
  if (family.open === undefined) return { seen: dataset };
  const { dataset: seen = dataset, opened } = await family.open(spec.config, {
    dataset,
    ...(taken.length > 0 && { needed: givenTo(taken, { store, engine: host.engine }) }),
    path: (written) => placed(base, written),
    cache: store.cache,
    say: (note) => host.emit({ kind: "note", note }),
  });
  // Told after reading, so that it is of what was read.
  const now = await contentOf(family, spec.config, { base, cache: store.cache });
  if (now !== spec.content) {
    throw changedSince(`what \`${spec.family}\` reads`, { then: spec.content, now });
  }
  return { seen, opened };
}

/** Compiles a model's programs as they are first called. */
export function compilePrograms(
  engine: Engine,
  model: Model,
  { label, mode }: { label: string; mode?: CompileMode },
): Programs {
  const kept = new Map<string, Compiled>();
  function compiled(name: string, donate: boolean): Compiled {
    const id = `${name}:${donate}`;
    let program = kept.get(id);
    if (program === undefined) {
      const source = model.programs[name];
      if (source === undefined) {
        throw new TypeError(
          `${label} has no program ${name}; it has: ${Object.keys(model.programs).join(", ")}`,
        );
      }
      program = engine.compile(source, {
        name: `${label}/${name}`,
        donate,
        // Training is where a long compilation may pay; what a family says of its own goes first.
        ...(donate && mode !== undefined ? { mode } : {}),
        ...(model.modes?.[name] === undefined ? {} : { mode: model.modes[name] }),
        ...(model.reshapes?.includes(name) && { reshape: true }),
      });
      kept.set(id, program);
    }
    return program;
  }
  return {
    has: (name) => name in model.programs,
    step: (name, state, { inputs, key }) => compiled(name, true)(state, inputs, key),
    run(name, state, { inputs, key }) {
      const [next, outputs] = compiled(name, false)(state, inputs, key);
      const keep = new Set<tf.Tensor>(
        [state, inputs, outputs].flatMap((tree) => leaves(tree).map(([, leaf]) => leaf)),
      );
      keep.add(key);
      disposeTree(next, keep);
      return outputs;
    },
  };
}

/** What a sampler may call. */
export function sampleContext(engine: Engine, programs: Programs): SampleContext {
  return {
    engine,
    run: (name, state, inputs, key) => programs.run(name, state, { inputs, key }),
    step: (name, state, inputs, key) => programs.step(name, state, { inputs, key }),
    shared: (state) => mapTree(state, (leaf) => tf.clone(leaf)) as typeof state,
  };
}

/** What a driver's `begin` and `finish` may use. */
export function hostContext(
  engine: Engine,
  programs: Programs,
  data: { dataset: Dataset; keys: RunKeys; needed?: { readonly [role: string]: Given } },
): HostContext {
  return {
    engine,
    trainSize: data.dataset.size("train"),
    run: (name, state, inputs, key) => Promise.resolve(programs.run(name, state, { inputs, key })),
    async trainRows(indices) {
      const { dataset } = data;
      return trainInputs(engine, await dataset.read("train", indices), dataset);
    },
    async trainSamples(indices) {
      const { samples } = await data.dataset.read("train", indices);
      return kindOf(data.dataset.sample).upload(engine, samples);
    },
    key: (purpose) => keyTensor(data.keys.finish(purpose)),
    needed: data.needed,
  };
}

/** A model's fresh state under a run's key; whatever else making it took is freed. */
export function initialState(model: Model, keys: RunKeys): TensorRecord {
  return tf.tidy(() => model.init(keyTensor(keys.init)) as tf.TensorContainer) as TensorRecord;
}
