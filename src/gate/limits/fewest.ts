/**
 * The fewest measurements that can decide anything. They have a file of their own because the
 * command line's table loads nothing else of the gate.
 * @module
 */

/** Fewest sessions that a floor may rest on. */
export const FEWEST_SESSIONS = 5;
/** Fewest pairs that a comparison in turns rests on. */
export const FEWEST_PAIRS = 8;
