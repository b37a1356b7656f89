/**
 * What a run leaves to look at.
 * @module
 */
export { pictureKey } from "./key.ts";
export { neighbourhoodOf } from "./picture/neighbourhood.ts";
export { show } from "./show.ts";
export { shownSamples, type ShowParts } from "./shower.ts";
