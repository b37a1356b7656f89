/**
 * A run whose samples something else makes: got once, kept with the run, scored like any other.
 * @module
 */
import { join } from "@std/path";
import { z } from "zod";
import type { Dataset } from "../../data/mod.ts";
import {
  type ByteForm,
  type Kind,
  kindOf,
  type Samples,
  type SampleSpec,
} from "../../kinds/mod.ts";
import { readSealed, sha256, writeSealed } from "../../base/digest/mod.ts";
import { changedSince, contentOf } from "../../content/mod.ts";
import { gather } from "./gather.ts";
import type { PictureShape } from "./strict.ts";
import { entry, type ExternalConfig, sourceText } from "./external.ts";
import { DataError, MetricUnavailable } from "../../base/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import type { Artefact, PlannedRun, RunSpec, SamplesTaken } from "../../record/mod.ts";
import { conclude } from "../../run/score/mod.ts";
import { type Outcome, type Run, timed, untrained } from "../../run/mod.ts";
import { shownSamples } from "../../show/mod.ts";

/** Files of a run's folder that hold its samples, and what is known of them. */
const bytesFile = "samples.u8";
const aboutFile = "samples.json";

/** Milliseconds between looks at whether the run is to stop. */
const lookEvery = 200;

const taken = z.strictObject({
  from: z.string(),
  asked: z.int(),
  count: z.int(),
  sha256: z.string(),
  seconds: z.number().nullable(),
});

interface Taken {
  readonly samples: Samples;
  readonly about: SamplesTaken;
}

/**
 * How samples from elsewhere, which come as pictures, become the data's.
 * @throws DataError for kinds whose samples are no grids of bytes
 */
function pictured(sample: SampleSpec): { kind: Kind; bytes: ByteForm; shape: PictureShape } {
  const kind = kindOf(sample), { bytes } = kind, grid = kind.grid?.(sample);
  if (bytes === undefined || grid === undefined) {
    throw new DataError(
      `samples from elsewhere are read as pictures, and ${kind.unit.many} can't be; name other data`,
    );
  }
  return { kind, bytes, shape: grid as PictureShape };
}

/** As many samples as the metrics ask for, or as are shown. */
function samplesAsked({ metrics }: RunSpec): number {
  const counts = metrics.map(({ config }) => Number(config.samples ?? 0));
  return Math.max(shownSamples, ...counts.filter(Number.isInteger));
}

const configOf = ({ spec }: PlannedRun) => spec.config as unknown as ExternalConfig;

/** @throws DataError where what the entry names is no longer what it was when the run was planned */
async function checkContent({ planned, store }: Run): Promise<void> {
  const { content: then } = planned.spec;
  const now = await contentOf(entry, configOf(planned), {
    base: planned.base,
    cache: store.cache,
  });
  if (now === then) return;
  const what = sourceText(configOf(planned));
  throw changedSince(
    configOf(planned).command === undefined ? what : `what \`${what}\` names`,
    {
      then,
      now,
      ...(configOf(planned).command && { hint: "a program writes what is its own into {out}" }),
    },
  );
}

/** Samples that an earlier attempt got, if they are whole; a folder is read again: it costs little. */
async function kept(run: Run, dataset: Dataset): Promise<Taken | null> {
  const { planned, store, host } = run;
  if (configOf(planned).folder !== undefined) return null;
  const text = await readSealed(join(store.folder(planned.id), aboutFile), aboutFile);
  const data = await store.read(planned.id, bytesFile);
  if (text.state === "absent" || data === null) return null;
  const about = text.state === "spoilt"
    ? undefined
    : taken.safeParse(JSON.parse(new TextDecoder().decode(text.bytes))).data;
  if (about === undefined || await sha256(data) !== about.sha256) {
    host.emit({ kind: "note", note: "the samples kept here were spoilt: they are got again" });
    return null;
  }
  return { samples: pictured(dataset.sample).bytes.samples(dataset.sample, data), about };
}

/** Runs `work` with a signal that is aborted when the run is to stop. */
async function stoppable<T>(run: Run, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setInterval(() => run.host.stopped() && controller.abort(), lookEvery);
  try {
    return await work(controller.signal);
  } finally {
    clearInterval(timer);
  }
}

/** Gets the samples again. */
async function take(run: Run, dataset: Dataset): Promise<Taken> {
  const { planned, store } = run;
  const asked = samplesAsked(planned.spec);
  const { bytes, shape } = pictured(dataset.sample);
  const scratch = join(store.folder(planned.id), "filled");
  await Deno.remove(scratch, { recursive: true }).catch(() => {});
  await Deno.mkdir(scratch, { recursive: true });
  try {
    const { pictures, seconds, notes } = await stoppable(
      run,
      (signal) =>
        gather(configOf(planned), {
          spec: shape,
          decoding: dataset.decoding,
          base: planned.base,
          count: asked,
          seed: planned.spec.seed,
          scratch,
          signal,
        }),
    );
    // Afterwards, so that it is of what was read and run.
    await checkContent(run);
    for (const note of notes) run.host.emit({ kind: "note", note });
    const about: SamplesTaken = {
      from: sourceText(configOf(planned)),
      asked,
      count: pictures.count,
      sha256: await sha256(pictures.data),
      seconds,
    };
    return { samples: bytes.samples(dataset.sample, pictures.data), about };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** The subject: nothing but its samples. */
function subjectOf(label: string, { samples, about }: Taken, kind: Kind): Subject {
  return {
    label,
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
    most: samples.count,
    sample(count) {
      if (count <= samples.count) return Promise.resolve(kind.slice(samples, { to: count }));
      throw new MetricUnavailable(
        "not-measured",
        `${count} samples are needed and ${about.from} gave ${samples.count}`,
      );
    },
  };
}

/** Executes a run of protocol `external`; see the module. */
export async function executeExternal(run: Run): Promise<Outcome> {
  const { planned, host, store } = run;
  if (configOf(planned).model !== undefined) {
    const { executeServed } = await import("./openai/mod.ts");
    return await executeServed(run, {
      config: configOf(planned),
      stoppable: (work) => stoppable(run, work),
      check: () => checkContent(run),
    });
  }
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => host.dataset(planned.spec.data));
  host.emit({ kind: "phase", phase: "sample" });
  if (dataset.sample.kind === "view") {
    const { executePredictions } = await import("./predictions.ts");
    return await executePredictions(run, {
      config: configOf(planned),
      dataset,
      stoppable: (work) => stoppable(run, work),
      check: () => checkContent(run),
    });
  }
  await run.status.update("sample", 0, 0);
  let found = await kept(run, dataset);
  try {
    found ??= await timed(run, "metrics", () => take(run, dataset));
  } catch (error) {
    if (!host.stopped()) throw error;
    await run.status.interrupted();
    return { kind: "stopped", step: 0 };
  }
  const { samples, about } = found;
  const { kind, bytes } = pictured(dataset.sample);
  const artefacts: Artefact[] = [];
  if (configOf(planned).folder === undefined) {
    await store.write(planned.id, bytesFile, bytes.of(samples));
    const told = new TextEncoder().encode(JSON.stringify(about));
    await writeSealed(join(store.folder(planned.id), aboutFile), told, { purpose: aboutFile });
    artefacts.push({
      name: "external samples",
      file: bytesFile,
      sha256: about.sha256,
      about: "The samples that were scored, bytes [count, height, width, channels]",
    });
  }
  if (about.count < about.asked) {
    host.emit({ kind: "note", note: `${about.count} of ${about.asked} samples came` });
  }
  return await conclude(run, {
    subject: subjectOf(planned.label, found, kind),
    samples: (count) =>
      Promise.resolve(kind.slice(samples, { to: Math.min(count, samples.count) })),
    ending: { ...untrained, dataset, artefacts, samples: about },
  });
}
