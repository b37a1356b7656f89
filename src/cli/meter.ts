/**
 * A line of progress: redrawn on a terminal, printed now and then elsewhere.
 * @module
 */
import type { Progress } from "../compare/extract/mod.ts";
import { formatNumber, formatSeconds } from "../base/text/mod.ts";
import type { Terminal } from "./command.ts";

/** Milliseconds between redraws, and between lines where nothing can be redrawn. */
const redraw = 100, retell = 30_000;

/** A line of progress. */
export class Meter {
  readonly #terminal: Terminal;
  #at: number;
  #drawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#at = terminal.live ? -Infinity : performance.now();
  }

  /** "photos/ 12,800/50,000  152 pictures/s  4 min left". */
  extraction({ label, done, total, rate }: Progress): void {
    const parts = [`${label} ${done.toLocaleString("en")}/${total.toLocaleString("en")}`];
    if (rate !== null && rate > 0) {
      parts.push(`${formatNumber(rate, 3)} pictures/s`);
      if (done < total) parts.push(`${formatSeconds((total - done) / rate)} left`);
    }
    this.note(parts.join("  "));
  }

  /** Any other short-lived line. */
  note(text: string): void {
    const { live, columns } = this.#terminal, now = performance.now();
    if (now - this.#at < (live ? redraw : retell)) return;
    this.#at = now;
    if (live) {
      this.#terminal.draw(`\r${[...text].slice(0, columns - 1).join("")}\x1b[K`);
      this.#drawn = true;
    } else {
      this.#terminal.warn(text);
    }
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawn) this.#terminal.draw("\r\x1b[K");
    this.#drawn = false;
  }
}
