/**
 * What a person sees during a download and an installation: a bar where the terminal can redraw,
 * one line for each phase elsewhere, nothing for programs.
 * @module
 */
import type { InstallEvent, Phase } from "../../install/mod.ts";
import { formatBytes, formatSeconds } from "../../base/text/mod.ts";
import type { Terminal } from "../../cli/mod.ts";
import { bar } from "../run/progress.ts";

/** A phase in the words of who waits for it. */
const doing: Readonly<Record<Phase, string>> = {
  download: "download",
  verify: "check sha256",
  unpack: "unpack",
  smoke: "smoke test",
};

/** Milliseconds between redraws. */
const redrawInterval = 100;
/** Seconds between plain lines of one phase. */
const plainInterval = 30;

/** "120 MB of 274 MB  45 MB/s  3 s left". */
export function bytesText(
  { done, total, seconds }: { done: number; total: number; seconds: number },
): string {
  const parts = [`${formatBytes(done)} of ${formatBytes(total)}`];
  if (done > 0 && seconds > 0) {
    const rate = done / seconds;
    parts.push(`${formatBytes(rate)}/s`);
    if (done < total) parts.push(`${formatSeconds((total - done) / rate)} left`);
  }
  return parts.join("  ");
}

/** "download      274 MB in 9 s (30 MB/s)". */
export function endedText(
  { phase, bytes, seconds }: { phase: Phase; bytes: number; seconds: number },
): string {
  const amount = bytes === 0 ? "" : `${formatBytes(bytes)} in `;
  const rate = bytes === 0 ? "" : ` (${formatBytes(bytes / seconds)}/s)`;
  return `${doing[phase].padEnd(14)}${amount}${formatSeconds(seconds)}${rate}`;
}

/** Shows an installation. Everything but its outcome goes to standard error. */
export class InstallView {
  #drawn = false;
  #shownAt = -Infinity;
  #phase: Phase | undefined;

  constructor(readonly terminal: Terminal, readonly silent: boolean) {}

  /** Takes news. */
  readonly listen = (event: InstallEvent): void => {
    if (this.silent) return;
    if (event.kind === "note") return this.#say(event.text);
    if (event.kind === "ended") return this.#say(endedText(event));
    const now = performance.now();
    if (event.phase !== this.#phase) {
      this.#phase = event.phase;
      // A bar comes at once, a plain line only where there is something to wait for.
      this.#shownAt = this.terminal.live ? -Infinity : now;
    }
    const interval = this.terminal.live ? redrawInterval : plainInterval * 1000;
    if (now - this.#shownAt < interval) return;
    this.#shownAt = now;
    const text = bytesText(event);
    const name = doing[event.phase].padEnd(14);
    if (!this.terminal.live) return this.terminal.warn(name + text);
    const width = Math.min(24, this.terminal.columns - name.length - text.length - 4);
    const share = event.total === 0 ? 1 : event.done / event.total;
    const line = `${name}${width >= 8 ? `${bar(share, width)}  ` : ""}${text}`;
    this.#clear();
    this.terminal.draw([...line].slice(0, this.terminal.columns - 1).join("") + "\n");
    this.#drawn = true;
  };

  /** Takes the bar away. */
  close(): void {
    this.#clear();
  }

  #say(line: string): void {
    this.#clear();
    this.terminal.warn(line);
  }

  #clear(): void {
    if (this.#drawn) this.terminal.draw("\x1b[1A\x1b[J");
    this.#drawn = false;
  }
}
