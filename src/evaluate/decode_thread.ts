/** The module of a decoding thread. @module */
import { decode, type DecodeReply, type DecodeTask } from "./decode.ts";
import { answer } from "./threads.ts";

answer<DecodeTask, DecodeReply>(
  decode,
  ({ decoded }) =>
    "pixels" in decoded
      ? [decoded.pixels.buffer]
      : decoded.pictures.flatMap((p) => p === null ? [] : [p.data.buffer as ArrayBuffer]),
);
