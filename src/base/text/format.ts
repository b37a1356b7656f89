/** How numbers, times and sizes are written. @module */

const MINUS = "−";

/** A key as words: "rawPixels" is "raw pixels". */
export function words(key: string): string {
  return key.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** "1,204", "−0.032", "1.2 × 10⁷"; `digits` significant ones, default 3. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : sign(value) + "∞";
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  return size >= 7 || size < -5
    ? scientific(value, digits)
    : fixed(value, Math.max(0, digits - 1 - size));
}

/** With exactly `decimals` decimals, grouped by thousands. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(Math.min(decimals, 20));
  const [whole, fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const rounded = Number(text) === 0 ? "" : sign(value);
  return rounded + grouped + (fraction ? `.${fraction}` : "");
}

function sign(value: number): string {
  return value < 0 ? MINUS : "";
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
  const power = [...exponent.replace("+", "")]
    .map((c) => c === "-" ? "⁻" : SUPERSCRIPTS[Number(c)]).join("");
  return `${sign(value)}${mantissa} × 10${power}`;
}

/** "42 s", "3 min 5 s", "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${formatNumber(seconds, 2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  }
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

/** "512 MB", "16 GB": powers of ten. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) {
    bytes /= 1000;
    at += 1;
  }
  return `${formatNumber(bytes, bytes >= 100 ? 3 : 2)} ${units[at]}`;
}

/** "1 run", "3 runs". */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${fixed(n, 0)} ${n === 1 ? noun : plural}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}
