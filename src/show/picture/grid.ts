/**
 * Sheets of pictures: many small images laid out in one, by copying bytes, then encoded by sharp.
 * Nothing is resized, so that a sheet holds the very pixels that the metrics saw.
 * @module
 */
import { concatImages, type ImageSet, sliceImages } from "../../kinds/image/mod.ts";
import { shownName, type Shows } from "../../record/mod.ts";
import type { Keep } from "../shower.ts";

/** How images are laid out. */
export interface SheetOptions {
  readonly columns: number;
  /** Transparent pixels between neighbours, default 2. */
  readonly gap?: number;
}

/** RGBA bytes of a sheet, row-major [height, width, 4]. */
export interface SheetPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** An encoded picture. */
export interface Picture {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Lays out images row by row, left to right. Gaps and empty places are transparent, so that a
 * sheet serves light and dark pages.
 * @throws RangeError without images or columns
 */
export function layoutSheet(images: ImageSet, options: SheetOptions): SheetPixels {
  const { count, height, width, channels } = images;
  const gap = options.gap ?? 2;
  if (count < 1 || !Number.isInteger(options.columns) || options.columns < 1 || gap < 0) {
    throw new RangeError(
      `a sheet needs images and columns; got ${count} images, ${options.columns} columns, gap ${gap}`,
    );
  }
  const columns = Math.min(options.columns, count);
  const rows = Math.ceil(count / columns);
  const sheetWidth = columns * width + (columns - 1) * gap;
  const sheetHeight = rows * height + (rows - 1) * gap;
  const data = new Uint8Array(sheetWidth * sheetHeight * 4);
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * (width + gap);
    const top = Math.floor(i / columns) * (height + gap);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = ((i * height + y) * width + x) * channels;
        const to = ((top + y) * sheetWidth + left + x) * 4;
        for (let c = 0; c < 3; c++) data[to + c] = images.data[from + (channels === 3 ? c : 0)];
        data[to + 3] = 255;
      }
    }
  }
  return { width: sheetWidth, height: sheetHeight, data };
}

/** Rows of `columns` pictures, each above the row of their counterparts; what fills no row is left out. */
export function alternate(originals: ImageSet, others: ImageSet, columns: number): ImageSet {
  const rows: ImageSet[] = [];
  for (let at = 0; at + columns <= originals.count; at += columns) {
    rows.push(
      sliceImages(originals, { from: at, to: at + columns }),
      sliceImages(others, { from: at, to: at + columns }),
    );
  }
  return concatImages(rows);
}

/** `layoutSheet` as PNG, without loss. */
export async function sheetPng(images: ImageSet, options: SheetOptions): Promise<Picture> {
  const sheet = layoutSheet(images, options);
  const { default: sharp } = await import("sharp");
  const { width, height } = sheet;
  const bytes = await sharp(sheet.data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 9 }).toBuffer();
  return { bytes: new Uint8Array(bytes), width, height };
}

/** Writes a sheet of pictures and notes what it shows. */
export type Sheet = (
  what: Shows["what"],
  about: string,
  grid: {
    images: ImageSet;
    columns: number;
    /** The factor that its samples were asked for by. */
    of?: string;
  },
) => Promise<void>;

/** Sheets as PNG, kept where other things that are shown are. */
export function sheets(keep: Keep): Sheet {
  return async (what, about, { images, columns, of }) => {
    const { bytes, width, height } = await sheetPng(images, { columns });
    const shows = { what, ...(of === undefined ? {} : { of }) }, name = shownName(shows);
    await keep({ name, file: `${name}.png`, about, shows, width, height, bytes });
  };
}

/** Quality of a moving picture, which without loss would take most of a page. */
const MOVING = 85;

/** Pictures one after the other, over and over, as a moving WebP. @param seconds that each stands */
export async function movingWebp(
  { count, height, width, channels, data }: ImageSet,
  seconds: number,
): Promise<Picture> {
  const { default: sharp } = await import("sharp");
  const raw = { width, height: height * count, channels, pageHeight: height };
  const delay = Array<number>(count).fill(Math.round(1000 * seconds));
  const bytes = await sharp(data, { raw })
    .webp({ loop: 0, delay, quality: MOVING, effort: 4, smartSubsample: true }).toBuffer();
  return { bytes: new Uint8Array(bytes), width, height };
}

/** How a picture is embedded: without loss, or as WebP of this quality. */
export type Encoding = "lossless" | { readonly quality: number };

/** Pixels across from which a picture is large enough for a page. */
const ACROSS = 480;

/**
 * Re-encodes a stored picture as WebP for a page. Without loss, a small one is enlarged by a whole
 * factor, each pixel becoming a square of its own, which a browser left to itself would blur; nothing
 * else changes its pixels. With loss it keeps its size, since squares compress badly. A moving picture
 * was made for a page, and stays as it is.
 */
export async function webp(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const { width, pages = 1 } = await sharp(bytes).metadata();
  if (pages > 1) return bytes;
  if (encoding !== "lossless") {
    const options = { quality: encoding.quality, effort: 4, smartSubsample: true };
    return new Uint8Array(await sharp(bytes).webp(options).toBuffer());
  }
  const factor = Math.max(1, Math.ceil(ACROSS / width));
  const large = sharp(bytes).resize({ width: width * factor, kernel: "nearest" });
  return new Uint8Array(await large.webp({ lossless: true, effort: 2 }).toBuffer());
}
