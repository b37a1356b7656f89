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
export { mapProduct } from "./adapted.ts";
export {
  decoder,
  decoderLogits,
  decoderNats,
  type DecoderPass,
  decoderStates,
  decoderTargetNats,
  prefixesOf,
} from "./forward.ts";
export { rotaryFrequencies } from "./rotary.ts";
export {
  type Bottleneck,
  decoderFault,
  type DecoderLayer,
  type DecoderLinear,
  type DecoderNorm,
  type DecoderParameters,
  type DecoderShape,
  initDecoder,
  type LowRank,
  mapsOf,
  type Prefix,
  type Rotary,
  type RotaryScaling,
} from "./shape.ts";
export { causalSight, documentSight, type Sight, startedSight } from "./sight.ts";
