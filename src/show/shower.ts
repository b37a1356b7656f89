/**
 * What makes what a run leaves to look at: one shower a kind of sample.
 * @module
 */
import type { Dataset } from "../data/mod.ts";
import type { Samples } from "../kinds/mod.ts";
import type { Artefact } from "../record/mod.ts";
import type { SampleOptions, Subject } from "../subject/mod.ts";
import type { Neighbourhood } from "./picture/neighbourhood.ts";

/** Samples that a shower asks for at most, but for those of classes: rows 0 … 63 of the shared key. */
export const shownSamples = 64;

/** What there is to show. */
export interface ShowParts {
  readonly subject: Subject;
  readonly dataset: Dataset;
  /**
   * Samples from the shared latents, `rows` saying which for each; for what has no latents, its
   * first samples.
   */
  readonly samples:
    | ((
      count: number,
      options?: Pick<SampleOptions, "labels"> & { readonly rows?: Int32Array },
    ) => Promise<Samples>)
    | null;
  readonly neighbourhood: Neighbourhood | null;
  readonly write: (file: string, bytes: Uint8Array) => Promise<void>;
}

/** Something to look at: all that a record notes of it, and its bytes. */
export type Shown = Omit<Artefact, "sha256"> & { readonly bytes: Uint8Array };

/** Writes what is shown, and notes it. */
export type Keep = (shown: Shown) => Promise<void>;

/** Makes what a run of one kind of sample leaves to look at. */
export type Shower = (parts: ShowParts, keep: Keep) => Promise<void>;
