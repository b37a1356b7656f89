/**
 * How picture files are decoded, and what was found in them.
 * @module
 */
export { inspect, type Inspected } from "./inspect.ts";
export { DECODED_ALIKE, DECODER, type Decoding, DECODINGS } from "./meaning.ts";
