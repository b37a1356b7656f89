/**
 * What other rooms may use of data/decoding.
 * @module
 */
export { inspect, type Inspected } from "./inspect.ts";
export { DECODED_ALIKE, DECODER, type Decoding, DECODINGS } from "./meaning.ts";
