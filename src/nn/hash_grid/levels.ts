/**
 * The levels of a multiresolution grid of features: how fine each is, and where its rows are in the
 * table. Müller et al. 2022 (arXiv:2201.05989), section 3.
 * @module
 */
import { exp, log } from "../../numeric/mod.ts";

/** Sizes of a grid of features. */
export interface HashGrid {
  /** L. */
  readonly levels: number;
  /** F, numbers a row. */
  readonly features: number;
  /** log₂ T: a level has at most T = 2^rowBits rows. */
  readonly rowBits: number;
  /** Cells along a side of the coarsest level. */
  readonly base: number;
  /** Cells along a side of the finest level. */
  readonly finest: number;
}

/** One level. */
export interface HashLevel {
  /** Cells along a side. */
  readonly resolution: number;
  /** Its rows of the table: [first, first + rows). */
  readonly first: number;
  readonly rows: number;
  /** Whether vertices share rows: there are more of them than rows. */
  readonly hashed: boolean;
}

/** Numbers of a vertex are below this, so that products with what is below T stay below 2³¹. */
const LARGEST = 2 ** 31;

/**
 * Level l has ⌊base·bˡ⌋ cells along a side, b = (finest/base)^(1/(L−1)): eq. 2 and 3. A level whose
 * vertices all fit into the table has a row for each.
 * @throws RangeError for sizes that no grid has
 */
export function hashLevels({ levels, rowBits, base, finest }: HashGrid): HashLevel[] {
  if (finest < base) throw new RangeError(`hash grid: finest ${finest} is below base ${base}`);
  if ((finest + 1) * (1 << rowBits) >= LARGEST) {
    throw new RangeError(
      `hash grid: ${finest} cells a side and 2^${rowBits} rows are too many: their product has to ` +
        "stay below 2^31",
    );
  }
  const growth = levels === 1 ? 0 : (log(finest) - log(base)) / (levels - 1);
  let first = 0;
  return Array.from({ length: levels }, (_, l) => {
    // The last is `finest` in spite of rounding.
    const resolution = Math.floor(base * exp(l * growth) + 1e-6);
    const vertices = (resolution + 1) ** 3, hashed = vertices > 1 << rowBits;
    const level = { resolution, first, rows: hashed ? 1 << rowBits : vertices, hashed };
    first += level.rows;
    return level;
  });
}

/** Rows of the whole table. */
export function hashRows(grid: HashGrid): number {
  return hashLevels(grid).reduce((sum, { rows }) => sum + rows, 0);
}

/** π₁, π₂, π₃ of eq. 4. */
export const HASH_PRIMES = [1, 2_654_435_761, 805_459_861] as const;
