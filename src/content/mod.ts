/**
 * What runs are made of, by digest: files, modules, packages.
 * @module
 */
export { type Contents, openContents } from "./contents.ts";
export {
  changedSince,
  type ContentContext,
  contentOf,
  type NamedFile,
  placed,
  type Pointing,
  portable,
} from "./inputs.ts";
export { codeDigest, moduleCode, type Source, sourceOf } from "./modules.ts";
export { type NpmPackage, npmPackage } from "./npm_package.ts";
