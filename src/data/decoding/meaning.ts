/**
 * What a picture file means: the words that help and `list` print of it.
 * @module
 */

/**
 * Part of what names decoded bytes, in caches and in the ids of runs on the user's own files: raised
 * where a file would give others.
 */
export const DECODER = 2;

/** How a file becomes colours. */
export const DECODINGS = {
  viewer:
    "as a viewer shows it: turned by its EXIF tag, its colour profile applied, 16 bits as the " +
    "nearest of 8, transparency laid on white",
  pil:
    "as Image.open(…).convert('RGB') of Pillow 13 gives it, to the byte: not turned (TIFF is), no " +
    "profile, transparency dropped, 16-bit colour by its upper byte, 16-bit grey cut off at 255; a " +
    "file of which that can't be had (AVIF, rare TIFF) is refused",
} as const;
/** One of `DECODINGS`. */
export type Decoding = keyof typeof DECODINGS;

/** What every reader of pictures says of grey and frames, whichever way it decodes. */
export const DECODED_ALIKE =
  "Of several frames the first is read; a grey picture in colour repeats " +
  "its values, a coloured one in grey is (19595 R + 38470 G + 7471 B) / 65536, as PIL's convert('L')";
