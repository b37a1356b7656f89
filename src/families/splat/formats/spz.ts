/**
 * Splats as `.spz` files, by the library of those who made the format (npm's @adobe/spz), which is loaded
 * when it is first used. A tenth of a PLY file: places to 1/4096, sizes' logarithms to 1/16, colours to
 * bytes, what changes with direction to 1/16 and 1/8.
 * @module
 */
import type { GaussianCloud, SpzModule } from "@adobe/spz";
import { DataError } from "../../../base/mod.ts";
import { type Degree, splatRows } from "../../../kernels/mod.ts";
import type { SplatRows } from "./ply.ts";

/** The format's version that is written: what most programs read. */
const VERSION = 3;
/** Bits of the coefficients of degree 1, and of those above: the library's own. */
const BITS = { sh1Bits: 5, shRestBits: 4 } as const;

/** Its types call the whole module a function. */
type Open = (options: { readonly print: () => void; readonly printErr: () => void }) => Promise<
  SpzModule
>;

let loaded: Promise<SpzModule> | undefined;

/** The library, without what it prints. */
async function library(): Promise<SpzModule> {
  loaded ??= import("@adobe/spz").then((module) => {
    const open = module.default as unknown as Open;
    return open({ print: () => {}, printErr: () => {} });
  });
  return await loaded;
}

/** The rows of each of its arrays, a splat's numbers in turn: it has rotations as x, y, z, w. */
function layout(degree: Degree) {
  const higher = Array.from({ length: splatRows(degree) - 14 }, (_, i) => 14 + i);
  return {
    positions: [0, 1, 2],
    scales: [3, 4, 5],
    rotations: [7, 8, 9, 6],
    alphas: [10],
    colors: [11, 12, 13],
    sh: higher,
  } as const;
}

/** The file's bytes. Axes are those of a PLY file: x to the right, y down, z forward. */
export async function writeSpz(
  { count, degree, parameters }: SplatRows,
): Promise<Uint8Array<ArrayBuffer>> {
  const spz = await library();
  const arrays = Object.fromEntries(
    Object.entries(layout(degree)).map(([name, rows]) => [
      name,
      Float32Array.from(
        { length: rows.length * count },
        (_, at) => parameters[rows[at % rows.length] * count + Math.floor(at / rows.length)],
      ),
    ]),
  );
  const cloud = {
    numPoints: count,
    shDegree: degree,
    antialiased: false,
    extensions: [],
    ...arrays,
  };
  const from = spz.CoordinateSystem.RDF;
  const bytes = spz.saveSpzToBuffer(cloud as unknown as GaussianCloud, {
    version: VERSION,
    from,
    ...BITS,
  });
  return Uint8Array.from(bytes);
}

/** What the library makes of a file; null where it can't read it. */
function cloudOf(spz: SpzModule, bytes: Uint8Array): GaussianCloud | null {
  try {
    const cloud = spz.loadSpzFromBuffer(bytes, { to: spz.CoordinateSystem.RDF });
    return cloud.numPoints > 0 ? cloud : null;
  } catch {
    return null;
  }
}

/**
 * The splats of a file.
 * @throws DataError for what is no such file, and for colours of a degree above 3
 */
export async function readSpz(bytes: Uint8Array, what: string): Promise<SplatRows> {
  const cloud = cloudOf(await library(), bytes);
  if (cloud === null) {
    throw new DataError(`${what} is no .spz file of splats, or it was cut short`);
  }
  const { numPoints: count, shDegree } = cloud;
  const degree = ([0, 1, 2, 3] as const).find((d) => d === shDegree);
  if (degree === undefined) {
    throw new DataError(`${what} has colours of degree ${shDegree}; 0 to 3 were expected`);
  }
  const parameters = new Float32Array(splatRows(degree) * count);
  for (const [name, rows] of Object.entries(layout(degree))) {
    const values = cloud[name as keyof ReturnType<typeof layout>];
    rows.forEach((row, k) => {
      for (let i = 0; i < count; i++) parameters[row * count + i] = values[rows.length * i + k];
    });
  }
  return { count, degree, parameters };
}
