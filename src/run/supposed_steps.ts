/** How long a training is supposed to be where its budget is a time. @module */

/** Steps that a model is built for, and tried with, before its length is measured. */
export const supposedSteps = 1000;
