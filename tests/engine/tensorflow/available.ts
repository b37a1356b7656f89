/**
 * The tensorflow engine for tests. Where it isn't installed the tests that need it are skipped.
 * @module
 */
import { type Engine, openEngine } from "../../../src/engine/mod.ts";
import { need, needing } from "../../needs.ts";

/** TensorFlow's library, for laws. */
export const tensorflow = await need("tensorflow");

/** A test that needs the engine. */
export const test = needing(tensorflow);

/** The engine; where it isn't installed, an object that no test touches. */
export const engine: Engine = tensorflow.obstacle === undefined
  ? (await openEngine("tensorflow")).engine
  : {} as unknown as Engine;
