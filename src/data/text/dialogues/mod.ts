/**
 * Dialogues on heads, whose answers are judged exactly.
 * @module
 */
export { BEST, oracle, type Style } from "./answers.ts";
export { attributes } from "./attributes.ts";
export { type Facts, factsFrom, type TaskName, TASKS } from "./facts.ts";
export { instructions } from "./instructions.ts";
export { preferences } from "./preferences.ts";
export {
  type Attribute,
  ATTRIBUTES,
  HIGHEST,
  type Judged,
  judged,
  type Shortcut,
  shortcutReward,
  SHORTCUTS,
} from "./rule.ts";
