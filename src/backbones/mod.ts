/**
 * Networks that families are built on.
 * @module
 */
export {
  type Codec,
  type CodecOptions,
  decode,
  type Decoder,
  encode,
  type Encoder,
  initCodec,
  initEncoder,
  isSmall,
} from "./codec.ts";
export { type Block, block, initBlock } from "./conv.ts";
export {
  type Bottleneck,
  causalSight,
  type Decoded,
  decoder,
  type DecoderCache,
  decoderFault,
  type DecoderLayer,
  type DecoderLinear,
  decoderLogits,
  decoderNats,
  type DecoderNorm,
  type DecoderParameters,
  type DecoderPass,
  type DecoderShape,
  decoderStates,
  decoderStep,
  decoderTargetNats,
  documentSight,
  initDecoder,
  type LowRank,
  mapProduct,
  mapsOf,
  type Position,
  prefill,
  type Prefix,
  prefixesOf,
  type Prompts,
  type Rotary,
  type RotaryScaling,
  type Sight,
  startedSight,
} from "./decoder/mod.ts";
export { type Denoiser, denoiser, type DenoiserOptions, initDenoiser } from "./denoiser.ts";
export {
  applyBlocks,
  gridDecode,
  type GridDecoder,
  gridEncode,
  type GridEncoder,
  gridOf,
  type GridOptions,
  initGridBlocks,
  initGridDecoder,
  initGridEncoder,
} from "./grid.ts";
export { initMlp, type Mlp, mlp } from "./mlp.ts";
export { type Grid, planStages, SIDES, type Stage } from "./plan.ts";
export { crop, depthToSpace, spaceToDepth } from "./space.ts";
export { timeFeatures } from "./time.ts";
export {
  type Blocks,
  blocks,
  blocksStep,
  decodeStep,
  emptyCache,
  initBlocks,
  initTransformer,
  type KeyValueCache,
  rowsFor,
  type Transformer,
  transformer,
  type TransformerOptions,
} from "./transformer.ts";
export { initUnet, type Unet, unet } from "./unet.ts";
