/**
 * Datasets that are rendered on first use, in worker threads, and kept in the cache.
 * @module
 */
export { type Chunk, type ChunkForm, readChunk, writeChunk } from "./chunk_file.ts";
export { RenderedStore, type Rendering } from "./store.ts";
export { type RenderedItems, type RenderTask, serveRendering } from "./thread.ts";
