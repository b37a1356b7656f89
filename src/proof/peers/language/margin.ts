/**
 * What equal budgets are held to.
 * @module
 */

/**
 * By how many bits a byte ours may be above PyTorch's at equal budgets. Stated before any measurement.
 */
export const MARGIN = 0.02;
