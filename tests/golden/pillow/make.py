"""Writes small pictures in every format and mode that Pillow writes and that our endings cover, and what
Pillow makes of each: `Image.open(path).convert("RGB")` and `.convert("L")`.

Pinned: pillow==13.0.0 numpy==2.4.6 (pip install -r requirements.txt). Run in this folder; it writes
files/ and golden.json. What Pillow can't write (16-bit colour, YCCK, colour keys, interlaced PNG) is made
by hand. Pictures are in colour, with unequal sides that no block size divides.
"""

import base64
import io
import json
import pathlib
import shutil
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageCms, TiffImagePlugin

assert PIL.__version__ == "13.0.0", PIL.__version__

here = pathlib.Path(__file__).parent
files = here / "files"
shutil.rmtree(files, ignore_errors=True)
files.mkdir()

W, H = 19, 13
rng = np.random.default_rng(17)
yy, xx = np.mgrid[0:H, 0:W]
# Smooth colour with a sharp edge and some noise: edges and subsampling both show.
smooth = np.stack([127 + 120 * np.sin(xx / 3 + c) * np.cos(yy / 4 - c) for c in range(3)], -1)
smooth[:, 12:] = 255 - smooth[:, 12:]
colour = (smooth + rng.integers(-20, 20, (H, W, 3))).clip(0, 255).astype(np.uint8)
deep = (colour.astype(np.uint16) << 8) + rng.integers(0, 256, (H, W, 3)).astype(np.uint16)
alpha = (255 * ((xx + yy) % 7) / 6).astype(np.uint8)
rgb = Image.fromarray(colour)
grey = rgb.convert("L")
rgba = Image.fromarray(np.dstack([colour, alpha]))
la = Image.merge("LA", (grey, Image.fromarray(alpha)))
palette = rgb.quantize(16)
bilevel = rgb.convert("1")
cmyk = Image.fromarray(
    np.dstack([255 - colour, (60 * np.sin(xx / 5) ** 2 + 3 * yy).astype(np.uint8)]), "CMYK"
)
lab = Image.fromarray(colour, "LAB")
ycbcr = rgb.convert("YCbCr")


def swapped():
    """An RGB profile whose red and green are swapped: applied, it shows."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)  # made now, it says
    at = {}
    for i in range(struct.unpack_from(">I", data, 128)[0]):
        place = 132 + 12 * i
        at[bytes(data[place : place + 4])] = place
    for field in range(4, 12):
        r, g = at[b"rXYZ"] + field, at[b"gXYZ"] + field
        data[r], data[g] = data[g], data[r]
    return bytes(data)


def dark_grey():
    """A grey profile of gamma 3."""
    def xyz(values):
        return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 2) + b"g\0" + bytes(78 - 1),
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"kTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, 3 * 256),
        b"cprt": b"text" + bytes(4) + b"none\0",
    }
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", offset + len(body), len(value))
        body += value
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += b"".join(struct.pack(">i", round(v * 65536)) for v in (0.9642, 1.0, 0.8249))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


icc, grey_icc = swapped(), dark_grey()
exif = Image.Exif()
exif[0x0112] = 6


def put(name, image, **options):
    image.save(files / name, **options)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, pixels, *, bits, kind, before=b"", adam7=False):
    """A PNG by hand; `pixels` [H, W, C] of values below 2 ** bits."""
    def rows(part):
        if bits < 8:
            out = b""
            for row in part.reshape(part.shape[0], -1):
                line = "".join(f"{v:0{bits}b}" for v in row)
                line += "0" * (-len(line) % 8)
                out += b"\0" + int(line, 2).to_bytes(len(line) // 8, "big")
            return out
        kept = part.astype(">u2" if bits == 16 else "u1")
        return b"".join(b"\0" + row.tobytes() for row in kept)

    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    parts = [pixels[y::dy, x::dx] for x, y, dx, dy in passes] if adam7 else [pixels]
    data = b"".join(rows(part) for part in parts if part.size > 0)
    h, w = pixels.shape[:2]
    (files / name).write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, kind, 0, 0, int(adam7)))
        + before
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


iccp = lambda profile: chunk(b"iCCP", b"p\0\0" + zlib.compress(profile, 9))
g8, g16 = np.asarray(grey)[..., None], deep[..., 1:2]
index, table = np.asarray(palette)[..., None], bytes(palette.getpalette()[: 3 * 16])

put("png_1.png", bilevel)
put("png_l.png", grey)
put("png_la.png", la)
put("png_p.png", palette)
put("png_p_transparent.png", palette, transparency=3)
put("png_p_alphas.png", palette, transparency=bytes(range(0, 256, 17)))
put("png_rgb.png", rgb)
put("png_rgba.png", rgba)
put("png_i16.png", Image.fromarray(deep[..., 1]))
put("png_l_key.png", grey, transparency=int(g8[0, 0, 0]))
put("png_rgb_key.png", rgb, transparency=tuple(int(v) for v in colour[0, 0]))
put("png_rgb_icc.png", rgb, icc_profile=icc)
put("png_l_icc.png", grey, icc_profile=grey_icc)
put("png_rgb_exif.png", rgb, exif=exif)
put("png_rgb_animated.png", rgb, save_all=True, append_images=[rgb.rotate(180)])
put("png_p_animated.png", palette, save_all=True, append_images=[palette.rotate(180)])
put("png_rgba_animated.png", rgba, save_all=True, append_images=[rgba.rotate(180)])
png("png_l_2bit.png", g8 >> 6, bits=2, kind=0)
png("png_l_4bit.png", g8 >> 4, bits=4, kind=0)
png("png_l_1bit_key.png", g8 >> 7, bits=1, kind=0, before=chunk(b"tRNS", b"\0\1"))
png("png_l_4bit_key.png", g8 >> 4, bits=4, kind=0, before=chunk(b"tRNS", bytes([0, int(g8[0, 0, 0]) >> 4])))
png("png_p_4bit_adam7.png", index, bits=4, kind=3, before=chunk(b"PLTE", table), adam7=True)
png("png_rgb_adam7.png", colour, bits=8, kind=2, adam7=True)
png("png_rgb_gamma.png", colour, bits=8, kind=2, before=chunk(b"gAMA", struct.pack(">I", 100000)))
png("png_rgb_16bit.png", deep, bits=16, kind=2)
png("png_rgb_16bit_icc.png", deep, bits=16, kind=2, before=iccp(icc))
png("png_rgb_16bit_key.png", deep, bits=16, kind=2, before=chunk(b"tRNS", deep[0, 0].astype(">u2").tobytes()))
png("png_rgb_16bit_adam7.png", deep, bits=16, kind=2, adam7=True)
png("png_rgba_16bit.png", np.dstack([deep, alpha.astype(np.uint16) * 257 // 2 * 2]), bits=16, kind=6)
png("png_la_16bit.png", np.dstack([g16, alpha.astype(np.uint16) * 257]), bits=16, kind=4)
png("png_l_16bit_icc.png", g16, bits=16, kind=0, before=iccp(grey_icc))
png("png_l_16bit_key.png", g16, bits=16, kind=0, before=chunk(b"tRNS", struct.pack(">H", int(g16[0, 0, 0]))))
png("png_l_16bit_low.png", g16 % 300, bits=16, kind=0)

put("jpeg_l.jpg", grey, quality=80)
put("jpeg_rgb_444.jpg", rgb, quality=80, subsampling=0)
put("jpeg_rgb_422.jpg", rgb, quality=80, subsampling=1)
put("jpeg_rgb_420.jpg", rgb, quality=80, subsampling=2)
put("jpeg_rgb_kept.jpg", rgb, quality=90, keep_rgb=True)
put("jpeg_rgb_progressive.jpg", rgb, quality=80, progressive=True)
put("jpeg_rgb_restarts.jpg", rgb, quality=80, restart_marker_blocks=1)
put("jpeg_l_progressive.jpg", grey, quality=80, progressive=True)
put("jpeg_rgb_exif.jpg", rgb, quality=80, exif=exif)
put("jpeg_rgb_icc.jpg", rgb, quality=80, icc_profile=icc)
put("jpeg_l_icc.jpg", grey, quality=80, icc_profile=grey_icc)
put("jpeg_cmyk.jpg", cmyk, quality=90)
put("jpeg_cmyk_progressive.jpg", cmyk, quality=90, progressive=True)
# The same with its colours said to be YCCK: the Adobe marker's last byte.
data = bytearray((files / "jpeg_cmyk.jpg").read_bytes())
at = data.index(b"Adobe") + 11
assert data[at] == 0
data[at] = 2
(files / "jpeg_ycck.jpg").write_bytes(data)
# CMYK without an Adobe marker: not inverted.
data = (files / "jpeg_cmyk.jpg").read_bytes()
at = data.index(b"Adobe") - 4
length = struct.unpack_from(">H", data, at + 2)[0]
(files / "jpeg_cmyk_plain.jpg").write_bytes(data[:at] + data[at + 2 + length :])

put("jpeg_rgb_frames.jpg", rgb, quality=80, format="MPO", save_all=True, append_images=[rgb.rotate(180)])
put("webp_rgb.webp", rgb, quality=80)
put("webp_rgb_lossless.webp", rgb, lossless=True)
put("webp_rgba.webp", rgba, quality=80)
put("webp_rgba_lossless.webp", rgba, lossless=True, exact=True)
put("webp_l.webp", grey, quality=80)
put("webp_rgb_exif.webp", rgb, quality=80, exif=exif)
put("webp_rgb_icc.webp", rgb, quality=80, icc_profile=icc)
put("webp_rgb_animated.webp", rgb, quality=80, save_all=True, append_images=[rgb.rotate(180)])
put("webp_rgba_animated.webp", rgba, lossless=True, exact=True, save_all=True, append_images=[rgba.rotate(180)])

for name, image in {
    "1": bilevel, "l": grey, "la": la, "p": palette, "rgb": rgb, "rgba": rgba, "cmyk": cmyk, "ycbcr": ycbcr,
    "lab": lab,
}.items():
    put(f"tiff_{name}.tif", image)
put("tiff_rgbx.tif", rgba.convert("RGBX"))
put("tiff_i16.tif", Image.fromarray(deep[..., 1]))
put("tiff_i16_low.tif", Image.fromarray(deep[..., 1] % 300))
put("tiff_i16_big_endian.tif", Image.fromarray(deep[..., 1].astype(">u2")))
put("tiff_i.tif", Image.fromarray(deep[..., 1].astype(np.int32) - 9000))
put("tiff_f.tif", Image.fromarray((smooth[..., 0] * 1.5 - 40).astype(np.float32)))
for kind in ("packbits", "tiff_lzw", "tiff_adobe_deflate", "zstd", "lzma", "jpeg"):
    put(f"tiff_rgb_{kind}.tif", rgb, compression=kind)
put("tiff_rgb_predictor.tif", rgb, compression="tiff_lzw", tiffinfo={317: 2})
put("tiff_l_jpeg.tif", grey, compression="jpeg")
put("tiff_l_lzw.tif", grey, compression="tiff_lzw")
put("tiff_p_lzw.tif", palette, compression="tiff_lzw")
put("tiff_cmyk_lzw.tif", cmyk, compression="tiff_lzw")
put("tiff_ycbcr_jpeg.tif", ycbcr, compression="jpeg")
put("tiff_ycbcr_lzw.tif", ycbcr, compression="tiff_lzw")
put("tiff_f_lzw.tif", Image.fromarray(smooth[..., 1].astype(np.float32)), compression="tiff_lzw")
put("tiff_i16_lzw.tif", Image.fromarray(deep[..., 1]), compression="tiff_lzw")
for kind in ("group3", "group4", "tiff_ccitt", "packbits"):
    put(f"tiff_1_{kind}.tif", bilevel, compression=kind)
put("tiff_1_white_is_zero.tif", bilevel, tiffinfo={262: 0})
put("tiff_l_white_is_zero.tif", grey, tiffinfo={262: 0})
put("tiff_rgb_turned.tif", rgb, tiffinfo={274: 6})
put("tiff_rgb_icc.tif", rgb, icc_profile=icc)
put("tiff_cmyk_icc.tif", cmyk, icc_profile=icc)
put("tiff_rgb_big.tif", rgb, big_tiff=True)
put("tiff_pa.tif", palette.convert("PA"))
put("tiff_rgb_pages.tif", rgb, save_all=True, append_images=[rgb.rotate(180)])


def tiff(name, pixels, *, photometric, extra=None, sample_format=1, planar=False, order="<", nibbles=False):
    """An uncompressed TIFF by hand; `pixels` [H, W, C] in its own type, or of 4 bits in one band."""
    h, w, c = pixels.shape
    if nibbles:
        filled = np.pad(pixels[..., 0], ((0, 0), (0, w % 2)))
        pixels = (filled[:, ::2] << 4 | filled[:, 1::2])[..., None]
    kept = pixels.astype(pixels.dtype.newbyteorder(order))
    planes = [kept[..., k].tobytes() for k in range(c)] if planar else [kept.tobytes()]
    bits = 4 if nibbles else 8 * pixels.dtype.itemsize
    entries, tail = [], b""
    fields = 10 + (extra is not None) + 1
    start = 8 + 2 + 12 * fields + 4

    def entry(tag, kind, values):
        nonlocal tail
        raw = b"".join(struct.pack(order + ("H" if kind == 3 else "I"), v) for v in values)
        if len(raw) > 4:
            at, tail = start + len(tail), tail + raw
            raw = struct.pack(order + "I", at)
        entries.append(struct.pack(order + "HHI", tag, kind, len(values)) + raw.ljust(4, b"\0"))

    entry(256, 3, [w]); entry(257, 3, [h]); entry(258, 3, [bits] * c); entry(259, 3, [1])
    entry(262, 3, [photometric])
    room = (4 * len(planes) * 2 if len(planes) > 1 else 0) + (2 * c if c > 2 else 0)
    data_at = start + len(tail) + room
    offsets = [data_at + sum(map(len, planes[:k])) for k in range(len(planes))]
    entry(273, 4, offsets); entry(277, 3, [c]); entry(278, 3, [h])
    entry(279, 4, [len(p) for p in planes])
    entry(284, 3, [2 if planar else 1])
    if extra is not None:
        entry(338, 3, [extra])
    entry(339, 3, [sample_format] * c)
    assert len(entries) == fields and start + len(tail) == data_at, (len(entries), fields, len(tail), room)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    ifd = struct.pack(order + "H", fields) + b"".join(entries) + bytes(4)
    (files / name).write_bytes(head + ifd + tail + b"".join(planes))


tiff("tiff_rgb_16bit.tif", deep, photometric=2)
tiff("tiff_rgb_16bit_big_endian.tif", deep, photometric=2, order=">")
tiff("tiff_rgb_planar.tif", colour, photometric=2, planar=True)
tiff("tiff_rgba_16bit.tif", np.dstack([deep, alpha.astype(np.uint16) * 257]), photometric=2, extra=2)
tiff("tiff_rgba_associated.tif", np.asarray(rgba), photometric=2, extra=1)
tiff("tiff_rgba_16bit_associated.tif", np.asarray(rgba).astype(np.uint16) * 257, photometric=2, extra=1)
tiff("tiff_l_4bit.tif", g8 >> 4, photometric=1, nibbles=True)
tiff("tiff_cmyk_16bit.tif", np.asarray(cmyk).astype(np.uint16) * 257, photometric=5)
tiff("tiff_l_16bit_white_is_zero.tif", g16, photometric=0)
tiff("tiff_l_16bit_signed.tif", g16.astype(np.int16), photometric=1, sample_format=2)
tiff("tiff_la_16bit.tif", np.dstack([g16, alpha.astype(np.uint16) * 257]), photometric=1, extra=2)
tiff("tiff_rgb_float.tif", (smooth / 255).astype(np.float32), photometric=2, sample_format=3)
tiff("tiff_l_signed.tif", np.asarray(grey).view(np.int8)[..., None], photometric=1, sample_format=2)
tiff("tiff_l_uint32.tif", g16.astype(np.uint32) * 7, photometric=1)
tiff("tiff_l_double.tif", smooth[..., :1].astype(np.float64), photometric=1, sample_format=3)

put("gif_p.gif", palette)
put("gif_l.gif", grey)
put("gif_1.gif", bilevel)
put("gif_rgb.gif", rgb)
# Pillow interlaces none with a side below 16.
put("gif_interlaced.gif", palette.resize((22, 17)), interlace=1)
put("gif_transparent.gif", palette, transparency=int(index[0, 0, 0]))
put("gif_rgba.gif", rgba)
put("gif_animated.gif", palette, save_all=True, append_images=[palette.rotate(180)], duration=50)
put("gif_animated_transparent.gif", rgba, save_all=True, append_images=[rgba.rotate(180)], duration=50)
# A first frame that covers only a part of the screen.
for name in ("gif_p", "gif_transparent"):
    data = bytearray((files / f"{name}.gif").read_bytes())
    struct.pack_into("<HH", data, 6, W + 4, H + 3)
    at = data.index(b"\x2c\0\0\0\0", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    struct.pack_into("<HH", data, at + 1, 2, 1)
    (files / f"{name}_part.gif").write_bytes(data)

put("avif_rgb.avif", rgb, quality=80)
put("avif_rgb_444.avif", rgb, quality=90, subsampling="4:4:4")
put("avif_rgb_lossless.avif", rgb, quality=100, subsampling="4:4:4")
put("avif_rgba.avif", rgba, quality=80)
put("avif_l.avif", grey, quality=80, subsampling="4:0:0")
put("avif_rgb_exif.avif", rgb, quality=80, exif=exif)
put("avif_rgb_icc.avif", rgb, quality=80, icc_profile=icc)
put("avif_rgb_animated.avif", rgb, quality=80, save_all=True, append_images=[rgb.rotate(180)])


def made(image, mode):
    """Pillow's bytes, or what it says where it can't."""
    try:
        with Image.open(image) as opened:
            converted = opened.convert(mode)
    except (ValueError, OSError) as error:
        return {"refused": str(error).replace(str(files), "files").split("\n")[0]}
    return {
        "width": converted.width,
        "height": converted.height,
        "bytes": base64.b64encode(np.asarray(converted).tobytes()).decode(),
    }


golden = {"pillow": PIL.__version__, "numpy": np.__version__, "pictures": {}}
for path in sorted(files.iterdir()):
    try:
        with Image.open(path) as image:
            head = {"format": image.format, "mode": image.mode}
    except OSError as error:
        head = {"format": None, "mode": None}
    golden["pictures"][path.name] = {**head, "rgb": made(path, "RGB"), "l": made(path, "L")}
(here / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")
