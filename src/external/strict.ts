/**
 * Pictures as they must be to be compared: of the data's size, 8 bits, opaque. What isn't is refused
 * and never mended in silence, since a distance would then measure the mending.
 * @module
 */
import { DataError, type ImageSpec } from "../data/dataset.ts";

const size = ({ width, height }: { width: number; height: number }) => `${width}×${height}`;

/**
 * A file's bytes as [height, width, channels] bytes.
 * @param options.where names the file or request in errors
 * @throws DataError that says what is there, what is wanted and what to do
 */
export async function strictPicture(
  bytes: Uint8Array,
  { spec, where }: { spec: ImageSpec; where: string },
): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const wrong = (message: string) => new DataError(`${where}: ${message}`);
  let raw: { data: Uint8Array; info: { channels: number } };
  try {
    const picture = sharp(bytes, { failOn: "error" });
    const { width, height, depth, space, pages = 1 } = await picture.metadata();
    if (width !== spec.width || height !== spec.height) {
      throw wrong(
        `it is ${size({ width, height })} and this suite's data ${
          size(spec)
        }; nothing is resized ` +
          `here, so have ${size(spec)} written, or resize all of them alike beforehand ` +
          `(magick mogrify -resize '${spec.width}x${spec.height}!' *.png)`,
      );
    }
    if (depth !== "uchar") throw wrong(`it has ${depth} channels; write 8 bits a channel`);
    if (space === "b-w" && spec.channels === 3) {
      throw wrong("it is grey and this suite's data is in colour; write RGB");
    }
    if (pages !== 1) throw wrong(`it holds ${pages} pictures; write one a file`);
    raw = await picture.raw().toBuffer({ resolveWithObject: true });
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw wrong(`not a readable picture: ${(error as Error).message.split("\n")[0]}`);
  }
  const { data, info: { channels } } = raw;
  const pixels = spec.width * spec.height, colours = channels > 2 ? 3 : 1;
  const out = new Uint8Array(pixels * spec.channels);
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    if (channels > colours && data[at + colours] !== 255) {
      throw wrong("it has transparent pixels; lay it on a background first");
    }
    if (spec.channels < colours && (data[at] !== data[at + 1] || data[at] !== data[at + 2])) {
      throw wrong("it is in colour and this suite's data is grey; write one channel");
    }
    out.set(data.subarray(at, at + spec.channels), i * spec.channels);
  }
  return out;
}
