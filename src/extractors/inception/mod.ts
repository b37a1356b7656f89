/**
 * What other rooms may use of extractors/inception.
 * @module
 */
export { inceptionForward, inceptionWeights } from "./inception_net.ts";
