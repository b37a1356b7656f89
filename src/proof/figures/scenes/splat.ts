/**
 * Figures of the family `splat` as a whole: files that don't depend on threads, and a file of many
 * splats.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { type SplatForm, splatRows } from "../../../kernels/mod.ts";
import { openStore } from "../../../record/mod.ts";
import { peerScene } from "../../peers/scenes/scene.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder, lastWords, likeness, runProgram } from "../process.ts";
import { recordSource } from "../records.ts";

const group = "scenes";
const repeat = (name: string) => `deno task figures ${group}/${name} --measure`;
const suiteOf = (name: string) => fromFileUrl(new URL(`./${name}.yaml`, import.meta.url));
const quiet = ["--engine", "wasm", "--no-gate", "--no-report"];

/** A run's exported file by the run's name, and what trained it. */
export interface Trained {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly cores: number;
}

/** Trains the suite on processors of these numbers and exports each run; or why there is nothing. */
async function trainedOn(
  processors: string,
  { folder, note }: Pick<FigureContext, "note"> & { readonly folder: string },
): Promise<Trained | string> {
  const out = join(folder, processors), pinned = ["-c", processors, Deno.execPath()];
  note(`training three small scenes on processors ${processors}`);
  const words = likeness("run", suiteOf("threads"), "--out", out, ...quiet);
  const ran = await runProgram("taskset", [...pinned, ...words]);
  if (ran.code !== 0) return lastWords(ran);
  const files: Record<string, Uint8Array> = {}, records = await openStore(out).list();
  for (const { id, label } of records) {
    const to = join(out, `${id}-files`);
    const wrote = await runProgram(
      Deno.execPath(),
      likeness("export", id, "--to", to, "--out", out),
    );
    if (wrote.code !== 0) return lastWords(wrote);
    files[label] = await Deno.readFile(join(to, "splats.ply"));
  }
  return { files, cores: records[0]?.provenance.cores ?? 0 };
}

/** How many files of the same name have other bytes, or are of one side alone. */
export function otherFiles(one: Trained, two: Trained): Measured {
  const names = [...new Set([one, two].flatMap(({ files }) => Object.keys(files)))];
  if (names.length === 0) return { value: null, reason: "no run wrote a file" };
  if (one.cores === two.cores) {
    return { value: null, reason: `both had ${one.cores} processors: nothing was compared` };
  }
  const differ = names.filter((name) => {
    const [a, b] = [one.files[name], two.files[name]];
    return a?.length !== b?.length || a.some((byte, i) => byte !== b[i]);
  });
  const bytes = Object.fromEntries(names.map((name) => [name, one.files[name]?.length]));
  return {
    value: differ.length,
    detail: { differ, bytes, processors: [one.cores, two.cores] },
    source: { engine: "wasm" },
  };
}

const identical: Figure = {
  group,
  name: "splat-ply-identical",
  about:
    "PLY files of three trainings of one seed (fixed, classic, mcmc) whose bytes differ between " +
    "one thread and two",
  unit: "files",
  target: { is: "=", value: 0 },
  cost: "long",
  command: repeat("splat-ply-identical"),
  async measure({ note }) {
    return await inTempFolder(async (folder): Promise<Measured> => {
      const one = await trainedOn("0", { folder, note });
      const two = typeof one === "string" ? one : await trainedOn("0-1", { folder, note });
      if (typeof one === "string" || typeof two === "string") {
        return { value: null, reason: String(two) };
      }
      return otherFiles(one, two);
    });
  },
};

/**
 * A PLY file as Kerbl et al.'s program writes it (`GaussianModel.save_ply`): positions, normals of 0, colours
 * of degree 0, the others channel after channel, opacity, scales, rotations.
 */
export function plyOf(
  parameters: Float32Array,
  { count, degree }: SplatForm,
): Uint8Array<ArrayBuffer> {
  const higher = (degree + 1) ** 2 - 1, rows = Array.from(Array(splatRows(degree)).keys());
  const rest = Array.from({ length: 3 * higher }, (_, i) => {
    return 14 + 3 * (i % higher) + Math.floor(i / higher);
  });
  const none = -1,
    columns: [string, number][] = [
      ...rows.slice(0, 3).map((row): [string, number] => ["xyz"[row], row]),
      ...["nx", "ny", "nz"].map((name): [string, number] => [name, none]),
      ...rows.slice(11, 14).map((row): [string, number] => [`f_dc_${row - 11}`, row]),
      ...rest.map((row, i): [string, number] => [`f_rest_${i}`, row]),
      ["opacity", 10],
      ...rows.slice(3, 6).map((row): [string, number] => [`scale_${row - 3}`, row]),
      ...rows.slice(6, 10).map((row): [string, number] => [`rot_${row - 6}`, row]),
    ];
  const header = new TextEncoder().encode([
    "ply",
    "format binary_little_endian 1.0",
    `element vertex ${count}`,
    ...columns.map(([name]) => `property float ${name}`),
    "end_header\n",
  ].join("\n"));
  const values = new Float32Array(columns.length * count);
  columns.forEach(([, row], c) => {
    for (let i = 0; i < count && row !== none; i++) {
      values[i * columns.length + c] = parameters[row * count + i];
    }
  });
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(values.buffer), header.length);
  return bytes;
}

const MANY = 200_000;

const many: Figure = {
  group,
  name: "splat-200k",
  about: "Runs that load a PLY file of 200,000 random splats, draw and score it, and end done",
  unit: "runs",
  target: { is: "=", value: 1 },
  cost: "long",
  command: repeat("splat-200k"),
  async measure({ note, run }) {
    return await inTempFolder(async (folder): Promise<Measured> => {
      note("scoring a file of 200,000 splats");
      const { parameters, form } = peerScene({ count: MANY, degree: 1, side: 128 });
      const bytes = plyOf(parameters, form), out = join(folder, "out");
      await Deno.writeFile(join(folder, "many.ply"), bytes);
      const suite = join(folder, "many.yaml");
      await Deno.copyFile(suiteOf("many"), suite);
      const ran = await run(likeness("run", suite, "--out", out, ...quiet));
      const records = await openStore(out).list();
      if (records.length === 0) return { value: null, reason: lastWords(ran) };
      const whole = records.filter(({ state, metrics }) =>
        state === "done" && metrics.length > 0 && metrics.every(({ value }) => value !== null)
      );
      const metrics = records.flatMap(({ metrics }) =>
        metrics.map(({ name, value }) => [name, value])
      );
      return {
        value: whole.length,
        detail: { splats: MANY, bytes: bytes.length, seconds: ran.seconds, metrics },
        source: recordSource(records),
      };
    });
  },
};

/** See the module. */
export const splatFigures: readonly Figure[] = [identical, many];
