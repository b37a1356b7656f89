/** Writes what make_golden.py reads: statistics as this project writes them, and awkward pictures. */
import { fromFileUrl, join } from "@std/path";
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { momentsOf } from "../../../src/compare/moments/moments.ts";
import { rowsInMemory } from "../../../src/compare/moments/rows.ts";
import { saveStatistics, type Statistics } from "../../../src/compare/moments/statistics.ts";
import { hostKey, hostNormal, hostUniform } from "../../../src/random/host/host.ts";

/** Statistics of fixed draws. */
export async function statistics(): Promise<Statistics> {
  const [count, dimension] = [300, 6];
  const data = Float64Array.from(
    hostNormal(hostKey(3, "statistics"), count * dimension),
    (v, i) => v * (1 + i % dimension) / 3,
  );
  return {
    moments: await momentsOf(rowsInMemory({ count, dimension, data }), count),
    origin: {
      format: 1,
      extractor: "lite0",
      extractorDigest: null,
      preparation: "none",
      count,
      of: "draws",
    },
  };
}

if (import.meta.main) {
  const here = fromFileUrl(new URL(".", import.meta.url));
  await saveStatistics(join(here, "ours.npz"), await statistics());
  const to = join(here, "pictures");
  await Deno.mkdir(to, { recursive: true });
  const [width, height] = [7, 5];
  const draws = (channels: number) =>
    Uint8Array.from(
      hostUniform(hostKey(4, "pictures", channels), width * height * channels),
      (v) => Math.floor(256 * v),
    );
  const raw = (channels: 1 | 2 | 3 | 4) =>
    sharp(draws(channels), { raw: { width, height, channels } });
  const put = async (name: string, picture: sharp.Sharp) => {
    await Deno.writeFile(join(to, name), await picture.toBuffer());
  };
  await put("colour.png", raw(3).png());
  await put("grey.png", raw(1).toColourspace("b-w").png());
  await put("alpha.png", raw(4).png());
  await put("palette.png", raw(3).png({ palette: true }));
  const deep = Uint16Array.from(draws(3), (v) => v * 257);
  await put(
    "deep.png",
    sharp(deep, { raw: { width, height, channels: 3 } })
      .toColourspace("rgb16").png(),
  );
  await put("photo.jpg", raw(3).jpeg({ quality: 90 }));
  await put("turned.jpg", raw(3).withExif({}).withMetadata({ orientation: 6 }).jpeg());
  await put("cmyk.jpg", raw(3).toColourspace("cmyk").jpeg());
  await put("photo.webp", raw(3).webp({ lossless: true }));
  await put(
    "two_frames.gif",
    sharp(Buffer.concat([draws(3), draws(3).reverse()]), {
      raw: { width, height: 2 * height, channels: 3, pageHeight: height },
    }).gif(),
  );
}
