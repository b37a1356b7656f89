/**
 * What a person sees during a run: one bar for each run on a terminal that can redraw, a few lines
 * elsewhere, JSON lines for programs, or nothing.
 * @module
 */
import type { LaunchEvent, Turn } from "../../launch/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { PlannedRun, RunRecord } from "../../record/mod.ts";
import type { Outcome, RunEvent } from "../../run/mod.ts";
import { formatNumber, formatSeconds } from "../../base/text/mod.ts";
import type { Terminal } from "../../cli/mod.ts";

/** How progress is shown. */
export type ProgressMode = "live" | "plain" | "json" | "quiet";

/** Shows a launch. */
export interface ProgressView {
  onEvent(event: LaunchEvent): void;
  /** A short-lived line about anything else, e.g. data being rendered. */
  working(what: string, done: number, total: number): void;
  /** A line that stays. */
  say(line: string): void;
  /** Clears what is live. */
  close(): void;
}

type Progress = Extract<RunEvent, { kind: "progress" }>;

interface Active {
  readonly planned: PlannedRun;
  readonly work: string;
  /** "timing 3 of 8", of a run that is timed; else empty. */
  readonly turn: string;
  readonly since: number;
  phase: string;
  note: string;
  progress: Progress | null;
  /** Quarters of the steps that a plain line has reported, and when it last did. */
  told: number;
  toldAt: number;
}

/** "vae     seed 1". Control rows have no seed worth showing. */
function nameOf({ label, spec }: PlannedRun, width: number): string {
  const seed = protocolOf(spec).row === "control" ? "" : `seed ${spec.seed}`;
  return `${label.padEnd(width)}  ${seed.padEnd(8)}`;
}

/** "████░░░░" of `width` cells. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** "step 210/320  loss 1,204  0.9 it/s  2 min left". */
export function progressText(progress: Progress): string {
  const { step, steps, loss, rate, secondsLeft } = progress;
  const parts = [`step ${step}/${steps}`];
  if (loss !== null) parts.push(`loss ${formatNumber(loss, 4)}`);
  if (rate !== null && Number.isFinite(rate)) parts.push(`${formatNumber(rate, 2)} it/s`);
  if (secondsLeft !== null && Number.isFinite(secondsLeft) && secondsLeft > 0) {
    parts.push(`${formatSeconds(secondsLeft)} left`);
  }
  return parts.join("  ");
}

/** Seconds of a run beside those of its training. */
export function measuringSeconds({ total, compile, steps }: RunRecord["timings"]): number {
  return total - compile - steps;
}

/** Seconds that a run took itself, without those of a training that it took over. */
function ownSeconds({ timings, trainedBy }: RunRecord): number {
  return trainedBy === undefined ? timings.total : measuringSeconds(timings);
}

/** How a run ended, in words. */
export function outcomeText(outcome: Outcome, progress: Progress | null): string {
  switch (outcome.kind) {
    case "stopped":
      return `stopped${outcome.step > 0 ? ` at step ${outcome.step}` : ""}`;
    case "failed":
      return `failed: ${outcome.cause}`;
    case "estimate":
      return "measured";
    case "record": {
      const { state, cause, steps, resumed, trainedBy } = outcome.record;
      const parts = [outcome.cached ? `${state} (cached)` : state];
      if (cause !== undefined) parts[0] += `: ${cause}`;
      if (steps > 0) parts.push(`${steps.toLocaleString("en")} steps`);
      if (progress?.loss != null) parts.push(`loss ${formatNumber(progress.loss, 4)}`);
      if (trainedBy !== undefined) parts.push(`trained before as run ${trainedBy.id}`);
      else if (resumed > 0) parts.push(`resumed ${resumed}×`);
      if (!outcome.cached) parts.push(formatSeconds(ownSeconds(outcome.record)));
      return parts.join("  ");
    }
  }
}

/** Seconds between plain lines of one run, beside those at each quarter. */
const plainInterval = 30;
/** Milliseconds between redraws. */
const redrawInterval = 100;

/** Progress of a launch in one of the modes. */
export class Progression implements ProgressView {
  readonly #active = new Map<string, Active>();
  readonly #labelWidth: number;
  #drawn = 0;
  #drawnAt = 0;
  #working: string | null = null;
  #workingAt = -Infinity;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly terminal: Terminal,
    readonly mode: ProgressMode,
    plan: readonly PlannedRun[] = [],
  ) {
    this.#labelWidth = Math.max(0, ...plan.map(({ label }) => label.length));
    // Phases without news of their own (metrics, pictures) still show their seconds go by.
    if (mode === "live") this.#timer = setInterval(() => this.#redraw(true), 1000);
  }

  onEvent(event: LaunchEvent): void {
    const { planned } = event;
    if (event.kind === "started") this.#start(planned, event.work, event.turn);
    else if (event.kind === "news") this.#news(planned, event.event);
    else this.#end(planned, event.work, event.outcome);
    this.#redraw(event.kind !== "news");
  }

  working(what: string, done: number, total: number): void {
    if (this.mode === "json") {
      if (this.#due()) this.json("data", { what, done, total });
      return;
    }
    const line = `${what} ${done.toLocaleString("en")}/${total.toLocaleString("en")}`;
    if (this.mode === "live") {
      this.#working = `${bar(total === 0 ? 1 : done / total, 24)}  ${line}`;
      this.#redraw();
    } else if (this.mode === "plain" && this.#due()) {
      this.terminal.warn(line);
    }
  }

  say(line: string): void {
    if (this.mode === "quiet" || this.mode === "json") return;
    this.#clear();
    this.#working = null;
    this.terminal.print(line);
    this.#redraw(true);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#clear();
    this.#active.clear();
    this.#working = null;
  }

  /** Whether a sparse line about work may be told now. */
  #due(): boolean {
    const due = performance.now() - this.#workingAt > plainInterval * 1000;
    if (due) this.#workingAt = performance.now();
    return due;
  }

  /** A JSON line. */
  json(event: string, data: Readonly<Record<string, unknown>>): void {
    this.terminal.print(JSON.stringify({ event, ...data }));
  }

  #start(planned: PlannedRun, work: string, turn?: Turn): void {
    const text = turn === undefined ? "" : `timing ${turn.number} of ${turn.of}`;
    this.#active.set(planned.id, {
      planned,
      work,
      turn: text,
      since: performance.now(),
      phase: "start",
      note: "",
      progress: null,
      told: 0,
      toldAt: performance.now(),
    });
    if (this.mode === "json") {
      const { id, label, spec } = planned;
      this.json("started", { id, label, seed: spec.seed, work, ...(turn && { turn }) });
    } else if (this.mode === "plain" && turn !== undefined) {
      this.terminal.print(`${nameOf(planned, this.#labelWidth)}  ${text}`);
    }
  }

  #news(planned: PlannedRun, event: RunEvent): void {
    const active = this.#active.get(planned.id);
    if (active === undefined) return;
    if (event.kind === "printed") return this.#printed(planned, event.line);
    if (event.kind === "progress") active.progress = event;
    else if (event.kind === "note") active.note = event.note;
    else [active.phase, active.note] = [event.phase, ""];
    if (this.mode === "plain") this.#tell(active);
    if (this.mode === "json") {
      const { kind, ...data } = event;
      const id = planned.id;
      // Progress comes with every reading of scalars: far too often for a log.
      if (kind !== "progress") this.json(kind, { id, ...data });
      else if (performance.now() - active.toldAt > 1000) {
        active.toldAt = performance.now();
        this.json(kind, { id, ...data });
      }
    }
  }

  /** What a worker printed, on standard error: it is for people, and no part of the results. */
  #printed(planned: PlannedRun, line: string): void {
    if (this.mode === "quiet") return;
    if (this.mode === "json") return this.json("printed", { id: planned.id, line });
    this.#clear();
    this.terminal.warn(`${nameOf(planned, this.#labelWidth)}  ${line}`);
  }

  /** A plain line at each quarter, and now and then between. */
  #tell(active: Active): void {
    const { progress } = active;
    if (progress === null || active.phase !== "train") return;
    const quarter = Math.floor(4 * progress.step / progress.steps);
    const late = performance.now() - active.toldAt > plainInterval * 1000;
    if (!late && (quarter <= active.told || quarter === 4)) return;
    active.told = quarter;
    active.toldAt = performance.now();
    this.terminal.print(
      `${nameOf(active.planned, this.#labelWidth)}  ${progressText(progress)}`,
    );
  }

  #end(planned: PlannedRun, work: string, outcome: Outcome): void {
    const active = this.#active.get(planned.id);
    this.#active.delete(planned.id);
    if (this.mode === "json") {
      const ended = outcome.kind === "record"
        ? { state: outcome.record.state, cause: outcome.record.cause, cached: outcome.cached }
        : outcome;
      this.json("ended", { id: planned.id, work, ...ended });
      return;
    }
    if (this.mode === "quiet") return;
    const unheard = work.startsWith("speed") && outcome.kind === "record";
    if (unheard) return;
    this.#clear();
    this.terminal.print(
      `${nameOf(planned, this.#labelWidth)}  ${outcomeText(outcome, active?.progress ?? null)}`,
    );
  }

  #line(active: Active): string {
    const { planned, progress, note, since } = active;
    const phase = active.turn === "" ? active.phase : active.turn;
    const name = nameOf(planned, this.#labelWidth);
    if (active.phase === "train" && progress !== null) {
      const room = this.terminal.columns - name.length - progressText(progress).length - 6;
      const width = Math.min(24, room);
      const drawn = width >= 8 ? `${bar(progress.step / progress.steps, width)}  ` : "";
      return `${name}  ${drawn}${progressText(progress)}`;
    }
    const seconds = Math.round((performance.now() - since) / 1000);
    return `${name}  ${phase}${note === "" ? "" : `: ${note}`}  ${seconds} s`;
  }

  #redraw(now = false): void {
    if (this.mode !== "live") return;
    if (!now && performance.now() - this.#drawnAt < redrawInterval) return;
    const lines = [...this.#active.values()].map((active) => this.#line(active));
    if (this.#working !== null) lines.push(this.#working);
    this.#clear();
    if (lines.length === 0) return;
    const fit = lines.map((line) => [...line].slice(0, this.terminal.columns - 1).join(""));
    this.terminal.draw(fit.join("\n") + "\n");
    this.#drawn = lines.length;
    this.#drawnAt = performance.now();
  }

  /** Takes the live lines away: up by their number, then clear to the end of the screen. */
  #clear(): void {
    if (this.#drawn > 0) this.terminal.draw(`\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
  }
}
