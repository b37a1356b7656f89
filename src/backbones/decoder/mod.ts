/**
 * Decoder-only transformers of text.
 * @module
 */
export {
  decoderFault,
  type DecoderLayer,
  type DecoderLinear,
  type DecoderNorm,
  type DecoderParameters,
  type DecoderShape,
  initDecoder,
  type Rotary,
  type RotaryScaling,
} from "./shape.ts";
