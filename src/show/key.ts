/** The key of what is shown. @module */
import { type HostKey, hostKey } from "../random/host/mod.ts";

/** Latents of the pictures in reports: the same for every run, so that grids can be compared. */
export const pictureKey: HostKey = hostKey(0, "pictures");
