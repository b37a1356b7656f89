/**
 * What other rooms may use of extractors/sanity.
 * @module
 */
export {
  type SanityClaim,
  sanityFile,
  sanityFolder,
  type SanityRow,
  type SanityTable,
} from "./table.ts";
