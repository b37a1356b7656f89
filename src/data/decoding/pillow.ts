/**
 * Bytes as Pillow's `Image.open(…).convert("RGB")` gives them, or a refusal: what is decoded here is
 * held to Pillow's bytes by tests/golden/pillow, and what isn't equal there is refused.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { opaque, withoutInk } from "./colours.ts";
import { firstFrame } from "./gif.ts";
import type { Inspected } from "./inspect.ts";
import { type Samples, samplesOf } from "./samples.ts";
import { firstPage, TAGS } from "./tiff.ts";
import type { Colours } from "./viewer.ts";

/** Photometric interpretations of TIFF 6.0 that matter here. */
const WHITE_IS_ZERO = 0, YCBCR = 6;
/** TIFF's compression by JPEG, whose decoder gives RGB. */
const JPEG = 7;
/** PNG's colour type without colours or alpha, at its place in the file. */
const PNG_TYPE = 25, PNG_GREY = 0;

function refused(what: string): DataError {
  return new DataError(
    `${what}: Pillow's bytes can't be given; convert it with Pillow first, or decode as a viewer ` +
      "does",
  );
}

/** Decodes a file that was inspected. @throws DataError where Pillow's bytes can't be had */
export async function asPillow(bytes: Uint8Array, inspected: Inspected): Promise<Colours> {
  const { format, space } = inspected;
  if (format === "heif") {
    throw refused("it is AVIF, whose colours libheif and Pillow's libavif compute differently");
  }
  if (format === "gif") return firstFrame(bytes);
  const tags = format === "tiff" ? firstPage(bytes) : new Map<number, number>();
  if (tags === null) throw refused("it is a TIFF whose tags can't be told");
  if (format === "tiff") checkTiff(tags, inspected);
  // Of all formats, Pillow turns TIFF alone by its orientation.
  const samples = await samplesOf(bytes, inspected, { turned: format === "tiff" });
  const values = bytesOf(samples, inspected, {
    levels: format === "png" ? bytes[PNG_TYPE] === PNG_GREY : samples.bands === 1,
    inverted: tags.get(TAGS.photometric) === WHITE_IS_ZERO,
  });
  const { width, height, bands } = samples;
  return { width, height, rgb: space === "cmyk" ? withoutInk(values) : opaque(values, bands) };
}

function checkTiff(
  tags: ReadonlyMap<number, number>,
  { bits, bands, depth }: Inspected,
): void {
  const photometric = tags.get(TAGS.photometric);
  if (photometric === YCBCR && tags.get(TAGS.compression) !== JPEG) {
    throw refused("it is a TIFF of YCbCr");
  }
  if (tags.get(TAGS.extraSamples) === 1) {
    throw refused("it is a TIFF whose colours are multiplied by its alpha");
  }
  if (bits === null || ![1, 4, 8, 16, 32].includes(bits)) {
    throw refused(`it is a TIFF of ${bits ?? "an unknown number of"} bits a value`);
  }
  const wide = depth !== "uchar" && depth !== "ushort";
  if ((wide && photometric === WHITE_IS_ZERO) || (wide && bands > 1)) {
    throw refused(`it is a TIFF of ${bands} values of kind ${depth} a pixel`);
  }
  if (depth === "ushort" && bands === 2) throw refused("it is a TIFF of 16-bit grey and alpha");
}

/**
 * Values as bytes. Pillow keeps wide grey as numbers and cuts them off at 0 and 255; of 16-bit
 * colours, and of 16-bit grey with alpha, it takes the upper byte.
 */
function bytesOf(
  { values }: Samples,
  { depth, space }: Inspected,
  { levels, inverted }: { levels: boolean; inverted: boolean },
): Uint8Array {
  if (values instanceof Uint8Array) return values;
  if (depth === "char") return new Uint8Array(values.buffer as ArrayBuffer);
  if (depth === "ushort" && !(levels && space === "grey16")) {
    return Uint8Array.from(values, (value) => value >> 8);
  }
  const grey = new Uint8Array(values.length);
  for (let i = 0; i < grey.length; i++) {
    // libvips turns white-is-zero around, Pillow doesn't; and its 32-bit integers have a sign.
    const value = inverted ? 65535 - values[i] : depth === "uint" ? values[i] | 0 : values[i];
    grey[i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
  }
  return grey;
}
