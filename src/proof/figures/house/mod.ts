/**
 * Figures of the group `house`, and the checks that a test holds too.
 * @module
 */
export { houseFigures, unreadFigures } from "./house.ts";
