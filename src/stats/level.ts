/** The level of an interval, checked in one place. @module */

/**
 * Refuses what is no level.
 * @throws RangeError unless 0 < level < 1: 95 is not 95 %
 */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`interval level ${level}: a share between 0 and 1, such as 0.95`);
  }
}
