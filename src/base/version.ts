/**
 * @module
 */

/** The version of Likeness; a test holds it to deno.json's. */
export const version = "0.1.0";
