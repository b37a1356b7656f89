/**
 * Inception networks.
 * @module
 */
export { inceptionForward, inceptionWeights } from "./inception_net.ts";
