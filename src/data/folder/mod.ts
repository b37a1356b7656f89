/**
 * What other rooms may use of data/folder.
 * @module
 */
export { listPictures } from "./layout.ts";
export { ENDINGS, type OnLeftOut } from "./left_out.ts";
export { type FileListing, listFiles } from "./listing.ts";
