/**
 * What figures of metrics time, in a process of its own: `deno run work.ts distance|prdc …` prints one
 * JSON line. Libraries are loaded, and code is warm, before the clock starts.
 * @module
 */
import { algebraFor, type Features } from "../../../algebra/mod.ts";
import { coverageOf, frechetDistance, gaussianOf } from "../../../metrics/features/mod.ts";
import { seededFeatures } from "./features.ts";

/** Megabytes of this process at their most, as the kernel counts them; null where it doesn't. */
async function peakMegabytes(): Promise<number | null> {
  const text = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const kilobytes = text.match(/^VmHWM:\s+(\d+) kB$/m)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1000;
}

async function readFeatures(path: string, dimension: number): Promise<Features> {
  const bytes = await Deno.readFile(path);
  const data = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  return { count: data.length / dimension, dimension, data };
}

const seconds = (from: number) => (performance.now() - from) / 1000;

async function distance([first, second, width]: readonly string[]): Promise<object> {
  const dimension = Number(width), algebra = algebraFor(dimension);
  const [a, b] = [await readFeatures(first, dimension), await readFeatures(second, dimension)];
  const small = { count: 40, dimension: 8 };
  frechetDistance(seededFeatures(1, small), seededFeatures(2, small), algebra);
  const start = performance.now();
  gaussianOf(a, algebra);
  gaussianOf(b, algebra);
  const moments = seconds(start);
  const value = frechetDistance(a, b, algebra);
  return { seconds: seconds(start), moments, value, algebra: algebra.name };
}

async function prdc([rows, width, neighbours]: readonly string[]): Promise<object> {
  const shape = { count: Number(rows), dimension: Number(width) };
  const real = seededFeatures(3, shape), samples = seededFeatures(4, { ...shape, shift: 0.05 });
  const small = { count: 40, dimension: shape.dimension };
  coverageOf({ real: seededFeatures(1, small), samples: seededFeatures(2, small) }, 3);
  const before = await peakMegabytes(), start = performance.now();
  const values = coverageOf({ real, samples }, Number(neighbours));
  return {
    seconds: seconds(start),
    values,
    megabytes: await peakMegabytes(),
    before,
    algebra: algebraFor(shape.dimension).name,
  };
}

if (import.meta.main) {
  const [what, ...rest] = Deno.args;
  console.log(JSON.stringify(what === "prdc" ? await prdc(rest) : await distance(rest)));
}
