/**
 * Which engine a command uses; apart, since Deno reads what it may import.
 * @module
 */
export { chooseEngine, type EngineChoice } from "./engine_choice.ts";
