/**
 * Numbers of the normal distribution.
 * @module
 */

/** ln 2π. */
export const LOG_TWO_PI = 1.8378770664093453;

/** ½ ln 2π. */
export const HALF_LOG_TWO_PI = 0.9189385332046727;
