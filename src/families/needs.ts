/**
 * What a run may take of other runs: roles, as families and protocols declare them, and what a model
 * is given in them.
 * @module
 */
import type { TensorTree } from "../engine/mod.ts";
import type { ArtefactKind } from "../record/mod.ts";

/** What is known of a run that something is taken of, before it has run. */
export interface GivenRun {
  /** Name and version of its family; of a protocol with an entry of its own, the protocol's. */
  readonly family: string;
  readonly version: number;
  /** Fully resolved. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A thing of another run that this one may take, or must. */
export interface Role<C = unknown> {
  /** What it has to be; only runs that give this kind can be named. */
  readonly kind: ArtefactKind;
  /** For `list` and for messages: "the autoencoder, in place of training one". */
  readonly about: string;
  /**
   * The key of an entry that names the other run's, of protocols with entries of their own: `of: NAME`.
   * Where it is left out, `needs: { role: NAME }` names it; the role `weights` has the key `from`.
   */
  readonly key?: string;
  /** Whether there is no run without it. Default: there is. */
  readonly required?: boolean;
  /** Names of the families that it can be of. Default: any that gives the kind. */
  readonly families?: readonly string[];
  /** Why what this run gives won't do for this config; null: it will. */
  unfit?(config: C, given: GivenRun): string | null;
}

/** Roles by name. */
export type Roles<C = unknown> = { readonly [role: string]: Role<C> };

/** An artefact of a finished run, whole: a changed one is an error when it is opened. */
export interface Given {
  /** Its file's bytes. */
  bytes(): Promise<Uint8Array>;
  /** Of kind `weights`: the run's final state, on the engine. The caller disposes its tensors. */
  state(): Promise<{ readonly [name: string]: TensorTree }>;
}

/** The role of documents that another run made, in place of the data's own training split. */
export const documentsRole: Role<unknown> = {
  kind: "data",
  about: "documents that a finished run made, to train on in place of the data's own",
};
