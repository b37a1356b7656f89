/** The engine of tests that any engine will do for: tensorflow where it is, for its speed, else wasm. */
import { type Engine, openEngine } from "../../src/engine/mod.ts";
import { engine as fast, tensorflow } from "../engine/tensorflow/available.ts";
import { standsIn } from "../needs.ts";

export const engine: Engine = standsIn(tensorflow) ? (await openEngine("wasm")).engine : fast;
