/**
 * Files of rendered items: a line of JSON with counts and the checksum of what follows, then the
 * images, then the labels. Written whole or not at all; never trusted without its checksum.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";

/** Rendered items, in order. */
export interface Chunk {
  readonly count: number;
  /** count images one after the other. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** count × factors. */
  readonly labels: Float32Array<ArrayBuffer>;
}

interface ChunkHeader {
  readonly format: "likeness-heads-chunk-1";
  readonly count: number;
  readonly images: number;
  readonly labels: number;
  readonly sha256: string;
}

/** What a cache file is: a chunk, absent, or spoilt for a reason. */
export type CacheState =
  | { readonly state: "ready"; readonly chunk: Chunk }
  | { readonly state: "absent" }
  | { readonly state: "spoilt"; readonly reason: string };

/** Bytes an image and factors an item that a chunk must have. */
export interface ChunkShape {
  readonly imageBytes: number;
  readonly factors: number;
}

/** Reads a chunk and checks its length and checksum. */
export async function readChunk(path: string, shape: ChunkShape): Promise<CacheState> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { state: "absent" };
    throw error;
  }
  const spoilt = (reason: string): CacheState => ({ state: "spoilt", reason });
  const newline = bytes.subarray(0, 1024).indexOf(10);
  if (newline < 0) return spoilt("no header");
  let header: ChunkHeader;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, newline)));
  } catch {
    return spoilt("header is not JSON");
  }
  const body = bytes.slice(newline + 1);
  const { count } = header;
  if (header.format !== "likeness-heads-chunk-1") return spoilt("another format");
  if (header.images !== count * shape.imageBytes || header.labels !== 4 * count * shape.factors) {
    return spoilt("counts do not fit the settings");
  }
  if (body.length !== header.images + header.labels) {
    return spoilt(`${body.length} bytes, not ${header.images + header.labels}`);
  }
  if (await sha256(body) !== header.sha256) return spoilt("checksum differs");
  return {
    state: "ready",
    chunk: {
      count,
      images: body.subarray(0, header.images),
      labels: new Float32Array(body.slice(header.images).buffer),
    },
  };
}

/** Writes a chunk beside its place and moves it there, so that no reader sees half of one. */
export async function writeChunk(path: string, chunk: Chunk): Promise<void> {
  const labels = new Uint8Array(
    chunk.labels.buffer,
    chunk.labels.byteOffset,
    chunk.labels.byteLength,
  );
  const body = new Uint8Array(chunk.images.length + labels.length);
  body.set(chunk.images);
  body.set(labels, chunk.images.length);
  const header: ChunkHeader = {
    format: "likeness-heads-chunk-1",
    count: chunk.count,
    images: chunk.images.length,
    labels: labels.length,
    sha256: await sha256(body),
  };
  const temporary = `${path}.${Deno.pid}.${crypto.randomUUID()}.part`;
  try {
    const line = new TextEncoder().encode(JSON.stringify(header) + "\n");
    const file = new Uint8Array(line.length + body.length);
    file.set(line);
    file.set(body, line.length);
    await Deno.writeFile(temporary, file);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
