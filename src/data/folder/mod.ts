/**
 * Pictures in a folder of the user's.
 * @module
 */
export { listPictures } from "./layout.ts";
export { ENDINGS, type OnLeftOut } from "./left_out.ts";
export { type FileListing, listFiles } from "./listing.ts";
