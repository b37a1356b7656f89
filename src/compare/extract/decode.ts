/**
 * The work of a thread: decode pictures and, where the extractor says how, prepare them for its
 * network. The result depends on nothing but the file.
 * @module
 */
import type { ImageSet } from "../../kinds/image/mod.ts";
import { DataError } from "../../base/mod.ts";
import { centralSquare, decodeWhole } from "../../data/mod.ts";
import { DECODER, type Decoding } from "../../data/decoding/mod.ts";
import { type InputSpec, prepare } from "../../extractors/prepare/mod.ts";

/** How pictures are read: the same for all of an evaluation. */
export interface Reading {
  readonly decoding: Decoding;
  /** Only the central square of each picture is looked at. */
  readonly crop: boolean;
}

/** What a thread is asked: one batch. */
export interface DecodeTask extends Reading {
  /** Files, or pictures that are decoded already. */
  readonly from: { readonly paths: readonly string[] } | { readonly images: ImageSet };
  /** The network's input; null: the pictures as they are. */
  readonly input: InputSpec | null;
  /** Memory of an earlier reply, to be used again where it is of the right size. */
  readonly into?: Float32Array<ArrayBuffer>;
}

/** Pictures of a batch, with a place for each that was asked for. */
export type Decoded =
  /** null where the file couldn't be read. */
  | { readonly pictures: readonly (ImageSet | null)[] }
  /** [count, side, side, 3]; zeros where the file couldn't be read. */
  | { readonly pixels: Float32Array<ArrayBuffer> };

/** A batch. */
export interface DecodeReply {
  readonly decoded: Decoded;
  readonly skipped: readonly { readonly at: number; readonly reason: string }[];
}

/** What decodes files here, with its version: another one may give other bits. */
export async function decoderVersion(): Promise<string> {
  const { default: sharp } = await import("sharp");
  const { versions } = sharp;
  return JSON.stringify([DECODER, versions.sharp, versions.vips]);
}

/** Files that a thread reads at a time, so that disk and decoder overlap. */
const together = 4;

/** Does a task. Files that can't be read are reported; anything else is thrown. */
export async function decode({ from, input, into, ...reading }: DecodeTask): Promise<DecodeReply> {
  const count = "paths" in from ? from.paths.length : from.images.count;
  const pictures = new Array<ImageSet | null>(input === null ? count : 0).fill(null);
  const each = input === null ? 0 : input.side * input.side * 3;
  const pixels = into?.length === count * each ? into : new Float32Array(count * each);
  const skipped: { at: number; reason: string }[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < count) {
      const at = next++;
      try {
        const picture = await pictureAt(from, at, reading);
        if (input === null) pictures[at] = picture;
        else pixels.set(prepare(picture, input), at * each);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        pixels.fill(0, at * each, (at + 1) * each);
        skipped.push({ at, reason: error.message });
      }
    }
  }
  await Promise.all(Array.from({ length: together }, work));
  skipped.sort((a, b) => a.at - b.at);
  return { decoded: input === null ? { pictures } : { pixels }, skipped };
}

async function pictureAt(
  from: DecodeTask["from"],
  at: number,
  { decoding, crop }: Reading,
): Promise<ImageSet> {
  const whole = "paths" in from
    ? await decodeWhole(from.paths[at], { channels: 3, decoding })
    : oneOf(from.images, at);
  return crop && whole.width !== whole.height ? centralSquare(whole) : whole;
}

/** Picture `at`, grey repeated in three channels. */
function oneOf({ height, width, channels, data }: ImageSet, at: number): ImageSet {
  const each = height * width * channels;
  const own = data.slice(at * each, (at + 1) * each);
  const colour = channels === 3
    ? own
    : Uint8Array.from({ length: 3 * each }, (_, i) => own[Math.floor(i / 3)]);
  return { count: 1, height, width, channels: 3, data: colour };
}
