/**
 * Checkpoints of other programs: opened, loaded, and written for them.
 * @module
 */
export type { Opened } from "./checkpoint.ts";
export { formOf } from "./form.ts";
export { openGgufModel } from "./gguf/open.ts";
export { openFolder } from "./hugging_face/folder.ts";
export { namedCheckpoints, namedFile } from "./named.ts";
export { parameterShapes } from "./names.ts";
export { checkpointContent, openCheckpoint } from "./open.ts";
export { type Hold, treeOf } from "./parameters.ts";
export { writeFolder, type Written } from "./hugging_face/write.ts";
export type { Words } from "./words.ts";
