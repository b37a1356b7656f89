/**
 * Decoder-only transformers of text.
 * @module
 */
export {
  type Decoded,
  type DecoderCache,
  decoderStep,
  type Position,
  prefill,
  type Prompts,
} from "./cached.ts";
export {
  decoder,
  decoderLogits,
  decoderNats,
  type DecoderPass,
  decoderStates,
  decoderTargetNats,
} from "./forward.ts";
export { rotaryFrequencies } from "./rotary.ts";
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
export { causalSight, documentSight, type Sight, startedSight } from "./sight.ts";
