/**
 * The head model: a rest mesh of the head with sparse displacement targets, read from
 * heads.bin.gz. The format is described in make_asset.py, which writes it.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";
import { DataError } from "../../base/mod.ts";

/** Where the asset lies, next to this module. */
export const ASSET = new URL("./heads.bin.gz", import.meta.url);

/** What a triangle is made of: indices into this list are in `HeadModel.materials`. */
export const MATERIALS = ["skin", "left eye", "right eye", "teeth", "tongue"] as const;

/** A sparse displacement of the mesh. */
export interface Target {
  /** Vertices moved, ascending. */
  readonly indices: Uint16Array;
  /** Displacements in decimetres at weight 1, x y z a vertex. */
  readonly moves: Float32Array;
}

/** Per-vertex weights in [0, 1] of parts of the skin, and of how much sky a vertex sees. */
export type Region = "lips" | "eyelids" | "inside_mouth" | "ears" | "openness";

/** Vertices with a name. */
export type Landmark = "chin" | "crown" | "nose_tip" | "nape" | "mouth" | "brow";

/** A mesh with targets; lengths in decimetres, x to the model's left, y up, z to the front. */
export interface HeadModel {
  readonly vertices: number;
  readonly triangles: number;
  /** x y z a vertex. */
  readonly rest: Float32Array;
  /** Three vertices a triangle, counter-clockwise from outside. */
  readonly corners: Uint16Array;
  readonly materials: Uint8Array;
  readonly regions: Readonly<Record<Region, Float32Array>>;
  readonly targets: ReadonlyMap<string, Target>;
  readonly landmarks: Readonly<Record<Landmark, number>>;
  /** sha256 of the packed asset, hex. */
  readonly digest: string;
}

interface Header {
  vertices: number;
  triangles: number;
  targets: { name: string; count: number }[];
  regions: Region[];
  landmarks: Record<Landmark, number>;
  unit: number;
}

const MAGIC = "LKHEADS1";

/**
 * Reads the packed head model.
 * @throws DataError where the bytes are not a whole asset
 */
export async function decodeHeadModel(packed: Uint8Array<ArrayBuffer>): Promise<HeadModel> {
  const digest = await sha256(packed);
  let raw: Uint8Array;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    raw = new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new DataError(
      `head asset: not whole gzip (${(error as Error).message}); check it out anew`,
    );
  }
  const found = new TextDecoder().decode(raw.subarray(0, 8));
  if (found !== MAGIC) {
    throw new DataError(`head asset: expected ${MAGIC}, found ${JSON.stringify(found)}`);
  }
  const length = new DataView(raw.buffer).getUint32(8, true);
  const header: Header = JSON.parse(new TextDecoder().decode(raw.subarray(12, 12 + length)));
  let at = 12 + length;

  /** A plane of 16-bit differences: low bytes, then high bytes; summed modulo 2¹⁶. */
  const plane = (count: number): Uint16Array => {
    const out = new Uint16Array(count);
    for (let i = 0, sum = 0; i < count; i++) {
      sum = (sum + raw[at + i] + (raw[at + count + i] << 8)) & 0xffff;
      out[i] = sum;
    }
    at += 2 * count;
    return out;
  };
  const bytes = (count: number): Uint8Array => raw.slice(at, at += count);
  const vectors = (count: number): Float32Array => {
    const out = new Float32Array(3 * count);
    for (let axis = 0; axis < 3; axis++) {
      const signed = new Int16Array(plane(count).buffer);
      for (let i = 0; i < count; i++) out[3 * i + axis] = signed[i] * header.unit * 10;
    }
    return out;
  };

  const { vertices, triangles } = header;
  const rest = vectors(vertices);
  const corners = new Uint16Array(3 * triangles);
  for (let corner = 0; corner < 3; corner++) {
    const column = plane(triangles);
    for (let i = 0; i < triangles; i++) corners[3 * i + corner] = column[i];
  }
  const materials = bytes(triangles);
  const regions = Object.fromEntries(
    header.regions.map((name) => [name, Float32Array.from(bytes(vertices), (w) => w / 255)]),
  ) as Record<Region, Float32Array>;
  const targets = new Map<string, Target>();
  for (const { name, count } of header.targets) {
    targets.set(name, { indices: plane(count), moves: vectors(count) });
  }
  if (at !== raw.length) {
    throw new DataError(`head asset: ${raw.length} bytes, its header speaks of ${at}`);
  }
  return {
    vertices,
    triangles,
    rest,
    corners,
    materials,
    regions,
    targets,
    landmarks: header.landmarks,
    digest,
  };
}

let loading: Promise<HeadModel> | undefined;

/** The committed head model, read once. */
export function loadHeadModel(): Promise<HeadModel> {
  loading ??= Deno.readFile(ASSET).then(decodeHeadModel);
  return loading;
}
