/** The module of a decoding thread. @module */
import sharp from "sharp";
import { decode, type DecodeReply, type DecodeTask } from "./decode.ts";
import { answer } from "./threads.ts";

// No picture comes twice: what libvips would keep of the last ones is only memory.
sharp.cache(false);

answer<DecodeTask, DecodeReply>(
  decode,
  ({ decoded }) =>
    "pixels" in decoded
      ? [decoded.pixels.buffer]
      : decoded.pictures.flatMap((p) => p === null ? [] : [p.data.buffer as ArrayBuffer]),
);
