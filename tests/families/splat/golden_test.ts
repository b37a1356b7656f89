/** Our files as npm's splat-transform reads and writes them: tests/golden/splat/make.ts made the files. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { readPly, writePly } from "../../../src/families/splat/formats/ply.ts";
import { readSplat, writeSplat } from "../../../src/families/splat/formats/splat.ts";
import { readSpz, writeSpz } from "../../../src/families/splat/formats/spz.ts";
import { made } from "../../golden/splat/made.ts";
import { close } from "../../law.ts";

const folder = new URL("../../golden/splat/", import.meta.url);

/** Columns of numbers, by their names. */
async function columns(file: string): Promise<Map<string, number[]>> {
  const text = await Deno.readTextFile(new URL(file, folder));
  const [head, ...lines] = text.trim().split("\n").map((line) => line.split(","));
  return new Map(head.map((name, i) => [name, lines.map((line) => Number(line[i]))]));
}

/** The name of each row of numbers, as another program has it: colours channel after channel. */
function nameOf(row: number, degree: number): string {
  if (row < 3) return "xyz"[row];
  if (row < 6) return `scale_${row - 3}`;
  if (row < 10) return `rot_${row - 6}`;
  if (row === 10) return "opacity";
  const k = Math.floor((row - 11) / 3), channel = (row - 11) % 3;
  return k === 0 ? `f_dc_${channel}` : `f_rest_${channel * ((degree + 1) ** 2 - 1) + k - 1}`;
}

for (const degree of [0, 3] as const) {
  Deno.test(`splat-transform sees our numbers of degree ${degree}, and writes our file byte for byte`, async () => {
    const splats = made(degree), { count, parameters } = splats;
    const theirs = await Deno.readFile(new URL(`degree${degree}.ply`, folder));
    assertEquals(writePly(splats), theirs);
    assertEquals(readPly(theirs, "theirs.ply"), splats);
    const seen = await columns(`degree${degree}.csv`);
    for (let row = 0; row < parameters.length / count; row++) {
      const own = parameters.subarray(row * count, (row + 1) * count), name = nameOf(row, degree);
      assertEquals(seen.get(name)?.map(Math.fround), [...own], name);
    }
  });
}

Deno.test("splat-transform sees in our .splat file what we do", async () => {
  const { count, parameters } = readSplat(writeSplat(made(0)), "ours.splat");
  const seen = await columns("degree0.splat.csv");
  assert(seen.size >= 14);
  const turn = (values: readonly number[]) => {
    const length = Math.hypot(...values);
    return values.map((v) => v / length);
  };
  for (let i = 0; i < count; i++) {
    const ours = (row: number) => parameters[row * count + i];
    const theirs = (row: number) => seen.get(nameOf(row, 0))![i];
    for (const row of [0, 1, 2, 3, 4, 5, 10, 11, 12, 13]) {
      close(theirs(row), ours(row), 1e-4 * Math.max(1, Math.abs(ours(row))), nameOf(row, 0));
    }
    const [own, other] = [ours, theirs].map((of) => turn([6, 7, 8, 9].map(of)));
    // A byte b is b/127.5 − 1 to it, and (b − 128)/128 to those who made the format.
    own.forEach((q, k) => close(other[k], q, 1 / 127, `rotation ${k}`));
  }
});

Deno.test("a .spz file of splat-transform holds for us what it holds for it; ours holds the same", async () => {
  const theirs = await Deno.readFile(new URL("degree3.spz", folder));
  const found = await readSpz(theirs, "theirs.spz"), seen = await columns("degree3.spz.csv");
  assertEquals([found.count, found.degree], [7, 3]);
  const ours = await readSpz(await writeSpz(made(3)), "ours.spz");
  const place = (of: readonly number[]) => of.slice(0, 3).map((v) => Math.round(100 * v)).join();
  const column = (p: Float32Array, i: number) =>
    Array.from({ length: 59 }, (_, row) => p[row * 7 + i]);
  const own = new Map(Array.from({ length: 7 }, (_, i) => {
    const values = column(ours.parameters, i);
    return [place(values), values];
  }));
  for (let i = 0; i < 7; i++) {
    const values = column(found.parameters, i), other = own.get(place(values))!;
    values.forEach((v, row) => {
      close(v, seen.get(nameOf(row, 3))![i], 1e-5, nameOf(row, 3));
      // Steps of its bits: a sixteenth at most of what changes with direction, less of all else.
      const turned = row >= 6 && row < 10 ? Math.sign(values[6] * other[6]) : 1;
      close(turned * v, other[row], row >= 14 ? 0.13 : 0.02, nameOf(row, 3));
    });
  }
});

Deno.test("what is no .spz file is refused", async () => {
  const bytes = await writeSpz(made(0));
  for (const wrong of [new Uint8Array(), new Uint8Array(64), bytes.subarray(0, bytes.length / 2)]) {
    const told = await assertRejects(() => readSpz(wrong, "a.spz"), DataError);
    assertStringIncludes(told.message, "a.spz is no .spz file of splats");
  }
});
