/**
 * The worker's side: settings once, then tasks one after the other. An engine and its datasets are
 * opened once and kept.
 * @module
 */
import type { Dataset } from "../data/mod.ts";
import { type Engine, openEngine } from "../engine/mod.ts";
import { useModuleThreads } from "../kernels/mod.ts";
import { described } from "../base/mod.ts";
import { type Extractor, extractorRow, openExtractor } from "../extractors/mod.ts";
import { canonicalJson } from "../base/text/mod.ts";
import { datasets, families, fromTable, metrics, registerModule } from "../registry.ts";
import { type Failure, openStore, type PlannedRun } from "../record/mod.ts";
import { nulls } from "../run/score/mod.ts";
import { controls } from "../protocols/control/mod.ts";
import { BusyError, isFinal, type Outcome, recordFailure, type RunHost } from "../run/mod.ts";
import { executeRun, protocolOf } from "../protocols/mod.ts";
import { executeSpeed } from "../run/model/mod.ts";
import { checkCode, checkData } from "./inputs.ts";
import type { FromWorker, Task, WorkerSettings } from "./transport/messages.ts";

/** A run's pinned settings must be the engine's. */
function checkSettings({ spec, label }: PlannedRun, engine: Engine): void {
  const planned = spec.settings?.threads;
  if (planned !== undefined && planned !== engine.identity.threads) {
    throw new Error(
      `${label} is planned for ${planned} threads and this worker's engine has ` +
        `${engine.identity.threads}; another number gives other bits: run the suite again to plan anew`,
    );
  }
}

/** What `make` gives, made once a key; a failure isn't kept: a later run may have more luck. */
function kept<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
    found.catch(() => map.delete(key));
  }
  return found;
}

/** Serves tasks; see the module. */
export class TaskServer {
  readonly #settings: WorkerSettings;
  readonly #stopped: () => boolean;
  readonly #post: (message: FromWorker) => void;
  readonly #datasets = new Map<string, Promise<Dataset>>();
  readonly #extractors = new Map<string, Promise<Extractor>>();
  #ready: Promise<Engine> | null = null;

  constructor(
    settings: WorkerSettings,
    channel: { stopped: () => boolean; post: (message: FromWorker) => void },
  ) {
    this.#settings = settings;
    this.#stopped = channel.stopped;
    this.#post = channel.post;
  }

  /** Does one task and posts its outcome. Never rejects. */
  async serve(task: Task): Promise<void> {
    this.#post({ kind: "outcome", outcome: await this.#outcome(task) });
  }

  async #outcome(task: Task): Promise<Outcome> {
    const startedAt = new Date().toISOString();
    const start = performance.now();
    try {
      const host = await this.#host(task.planned);
      checkSettings(task.planned, host.engine);
      if (!await this.#isDone(task)) await checkCode(task.planned);
      if (task.work === "trial") return await this.#trial(task.planned, host);
      if (task.work === "speed") return await executeSpeed(task.planned, host);
      if (task.work === "speed-again") {
        return await executeSpeed(task.planned, host, { again: true });
      }
      return await executeRun(task.planned, host, { fresh: task.fresh });
    } catch (error) {
      if (error instanceof BusyError) return { kind: "failed", cause: error.message, busy: true };
      const cause = described(error);
      if (task.work !== "run") return { kind: "failed", cause };
      const seconds = (performance.now() - start) / 1000;
      return await this.#failed(task.planned, { cause, startedAt, seconds });
    }
  }

  async #trial(planned: PlannedRun, host: RunHost): Promise<Outcome> {
    const protocol = protocolOf(planned.spec);
    if (protocol.trial !== undefined) return await protocol.trial(planned, host);
    return { kind: "failed", cause: `a run of protocol ${protocol.name} has nothing to try` };
  }

  /** Whether there is nothing to do: the record is of what was planned, whatever the files are now. */
  async #isDone({ planned, work, fresh }: Task): Promise<boolean> {
    if (work !== "run" || fresh) return false;
    const record = await openStore(this.#settings.out).readRecord(planned.id);
    return record !== null && isFinal(record);
  }

  async #failed(
    planned: PlannedRun,
    failure: Pick<Failure, "cause" | "startedAt" | "seconds">,
  ): Promise<Outcome> {
    try {
      const { provenance, engineChoice, out } = this.#settings;
      const reason = `failed: ${failure.cause}`;
      const record = await recordFailure(openStore(out), planned, {
        ...failure,
        provenance,
        engineChoice,
        engine: await this.#ready?.catch(() => null) ?? null,
        metrics: await nulls(planned, {
          reason,
          metric: (name) => fromTable(metrics, name, "metric"),
        }),
      });
      if (record !== null) return { kind: "record", record, cached: false };
      return { kind: "failed", cause: failure.cause };
    } catch {
      return { kind: "failed", cause: failure.cause };
    }
  }

  async #open(): Promise<Engine> {
    const { moduleThreads } = this.#settings;
    if (moduleThreads !== undefined) useModuleThreads(moduleThreads);
    for (const module of this.#settings.modules) await registerModule(module);
    return (await openEngine(this.#settings.engine, this.#settings.engineSettings)).engine;
  }

  async #host(planned: PlannedRun): Promise<RunHost> {
    const { out, engineChoice, provenance, checkpointSeconds } = this.#settings;
    const engine = await (this.#ready ??= this.#open());
    return {
      engine,
      engineChoice,
      provenance,
      out,
      checkpointSeconds,
      stopped: this.#stopped,
      emit: (event) => this.#post({ kind: "event", event }),
      dataset: (data) => this.#dataset(data, planned.base),
      family: (name) => fromTable(families, name, "family"),
      metric: (name) => fromTable(metrics, name, "metric"),
      extractor: (name) => this.#extractor(name, { engine, planned }),
      control: (name, context) => {
        const control = controls[name];
        if (control === undefined) throw new Error(`no control row is called ${name}`);
        return control.open({ ...context, engine });
      },
    };
  }

  /** Opened once a worker: weights may be large, and programs take time to compile. */
  #extractor(
    name: string,
    { engine, planned }: { engine: Engine; planned: PlannedRun },
  ): Promise<Extractor> {
    const row = extractorRow(name);
    const path = row === undefined ? undefined : planned.weights?.[row];
    const fixed = row === undefined ? undefined : planned.spec.extractors?.[row];
    const key = canonicalJson({ name, path: path ?? null, fixed: fixed ?? null });
    return kept(
      this.#extractors,
      key,
      () => {
        if (path === undefined || fixed === undefined) return openExtractor(name, engine);
        const { sha256, input } = fixed;
        return openExtractor(name, engine, { weights: { path, sha256 }, input });
      },
    );
  }

  #dataset(data: PlannedRun["spec"]["data"], base: string | undefined): Promise<Dataset> {
    const key = canonicalJson({ data, base: base ?? null });
    return kept(this.#datasets, key, () => this.#load(data, base));
  }

  async #load(data: PlannedRun["spec"]["data"], base: string | undefined): Promise<Dataset> {
    const definition = await fromTable(datasets, data.dataset, "dataset");
    const cache = `${this.#settings.out}/cache`;
    const dataset = await definition.load(data.config, {
      base,
      cache,
      jobs: this.#settings.dataJobs,
      progress: (done, total, note) =>
        this.#post({ kind: "event", event: { kind: "note", note: `${note} ${done}/${total}` } }),
    });
    await checkData(definition, data, { base, cache });
    return dataset;
  }
}
