/**
 * What is known of the worth of extractors.
 * @module
 */
export {
  type SanityClaim,
  sanityFile,
  sanityFolder,
  type SanityRow,
  type SanityTable,
} from "./table.ts";
