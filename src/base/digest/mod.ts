/**
 * Digests of bytes, and files that are sealed by one.
 * @module
 */
export { sha256, sha256Hex, sha256OfFile } from "./digest.ts";
export { kept, readSealed, sealedJson, spoiltNote, unsealJson, writeSealed } from "./sealed.ts";
