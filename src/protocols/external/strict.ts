/**
 * Pictures as they must be to be compared: of the data's size, and read as the data's own files are.
 * What the data has no meaning for is refused and never mended in silence, since a distance would then
 * measure the mending.
 * @module
 */
import type { Grid } from "../../kinds/mod.ts";
import { DataError } from "../../base/mod.ts";
import { decodeBytes } from "../../data/mod.ts";
import { type Decoding, inspect, type Inspected } from "../../data/decoding/mod.ts";

const size = ({ width, height }: { width: number; height: number }) => `${width}×${height}`;

/** What a picture is decoded to: the grid of the data's samples. */
export type PictureShape = Grid & { readonly channels: 1 | 3 };

/** What a picture is held to. */
export interface StrictOptions {
  readonly spec: PictureShape;
  /**
   * How the data's own files were decoded. Given, a sample's depth, alpha, frames and grey mean what
   * they mean there; else the data has none of these, and a sample that has is refused.
   */
  readonly decoding?: Decoding;
  /** Names the file or request in errors. */
  readonly where: string;
}

/**
 * A file's bytes as [height, width, channels] bytes.
 * @throws DataError that says what is there, what is wanted and what to do
 */
export async function strictPicture(
  bytes: Uint8Array,
  { spec, decoding, where }: StrictOptions,
): Promise<Uint8Array> {
  try {
    const found = await inspect(bytes);
    const { channels } = spec;
    const picture = await decodeBytes(bytes, { channels, decoding }, found);
    if (picture.width !== spec.width || picture.height !== spec.height) {
      throw new DataError(
        `it is ${size(picture)} and this suite's data ${size(spec)}; nothing is resized ` +
          `here, so have ${size(spec)} written, or resize all of them alike beforehand ` +
          `(magick mogrify -resize '${spec.width}x${spec.height}!' *.png)`,
      );
    }
    if (decoding === undefined) {
      checkPlain(found, spec);
      await checkSeen(bytes, found, { spec, data: picture.data });
    }
    return picture.data;
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${where}: ${error.message}`);
    throw error;
  }
}

function checkPlain({ depth, space, pages }: Inspected, spec: PictureShape): void {
  if (depth !== "uchar") throw new DataError(`it has ${depth} channels; write 8 bits a channel`);
  if (space === "b-w" && spec.channels === 3) {
    throw new DataError("it is grey and this suite's data is in colour; write RGB");
  }
  if (pages !== 1) throw new DataError(`it holds ${pages} pictures; write one a file`);
}

/** Refuses what can be seen in the pixels alone: transparency, and colour where all is grey. */
async function checkSeen(
  bytes: Uint8Array,
  found: Inspected,
  { spec, data }: { spec: PictureShape; data: Uint8Array },
): Promise<void> {
  if (found.alpha) {
    const { data: dark } = await decodeBytes(bytes, { ...spec, background: 0 }, found);
    if (data.some((value, i) => value !== dark[i])) {
      throw new DataError("it has transparent pixels; lay it on a background first");
    }
  }
  if (spec.channels === 1 && found.space !== "b-w") {
    const { data: rgb } = await decodeBytes(bytes, { channels: 3 }, found);
    if (rgb.some((value, i) => value !== rgb[i - i % 3])) {
      throw new DataError("it is in colour and this suite's data is grey; write one channel");
    }
  }
}
