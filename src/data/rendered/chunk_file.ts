/**
 * Files of rendered items: a line of JSON with counts and the checksum of what follows, then the
 * items' bytes, then their numbers (in the header by the names that they have of heads: images and
 * labels). Written whole or not at all; never trusted without its checksum.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";

/** Rendered items, in order. */
export interface Chunk {
  readonly count: number;
  /** The items' bytes, one item after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The items' numbers, one item after the other. */
  readonly floats: Float32Array<ArrayBuffer>;
}

interface ChunkHeader {
  readonly format: string;
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

/** What a chunk must be. */
export interface ChunkForm {
  /** Named in its header. */
  readonly format: string;
  /** Bytes an item. */
  readonly bytes: number;
  /** Numbers an item. */
  readonly floats: number;
}

/** Reads a chunk and checks its length and checksum. */
export async function readChunk(path: string, form: ChunkForm): Promise<CacheState> {
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
  if (header.format !== form.format) return spoilt("another format");
  if (header.images !== count * form.bytes || header.labels !== 4 * count * form.floats) {
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
      bytes: body.subarray(0, header.images),
      floats: new Float32Array(body.slice(header.images).buffer),
    },
  };
}

/** Writes a chunk beside its place and moves it there, so that no reader sees half of one. */
export async function writeChunk(
  path: string,
  { count, bytes, floats }: Chunk,
  { format }: Pick<ChunkForm, "format">,
): Promise<void> {
  const numbers = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  const body = new Uint8Array(bytes.length + numbers.length);
  body.set(bytes);
  body.set(numbers, bytes.length);
  const header: ChunkHeader = {
    format,
    count,
    images: bytes.length,
    labels: numbers.length,
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
