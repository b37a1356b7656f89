/** The engine of tests that any engine will do for: tensorflow where it is, for its speed, else wasm. */
import { type Engine, openEngine } from "../../../src/engine/mod.ts";
import { available, engine as tensorflow } from "../../engine/tensorflow/available.ts";

export const engine: Engine = available ? tensorflow : (await openEngine("wasm")).engine;
