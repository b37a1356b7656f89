/**
 * Python's `random.Random` for a whole number as seed, bit for bit, since few-shot examples and
 * bootstraps of lm-evaluation-harness are drawn by it. Nothing else of this project draws from it.
 * @module
 */

const SIZE = 624, MIDDLE = 397;

/** The 32-bit words of a whole number, the least first; of 0 one word. */
function wordsOf(seed: number): number[] {
  const words: number[] = [];
  for (let rest = Math.abs(seed); rest > 0; rest = Math.floor(rest / 2 ** 32)) {
    words.push(rest % 2 ** 32);
  }
  return words.length === 0 ? [0] : words;
}

/** A stream of draws: Matsumoto & Nishimura 1998, as CPython seeds and reads it. */
export class PythonRandom {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  /** @throws RangeError where the seed is no whole number below 2⁵³ */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed} is no whole number`);
    this.#fill(wordsOf(seed));
  }

  /** `init_by_array` of the authors' code. */
  #fill(words: readonly number[]): void {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < SIZE; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    let i = 1, j = 0;
    const step = () => {
      if (++i < SIZE) return;
      state[0] = state[SIZE - 1];
      i = 1;
    };
    for (let k = Math.max(SIZE, words.length); k > 0; k--) {
      const mixed = Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525);
      state[i] = (state[i] ^ mixed) + words[j] + j;
      step();
      j = (j + 1) % words.length;
    }
    for (let k = SIZE - 1; k > 0; k--) {
      const mixed = Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941);
      state[i] = (state[i] ^ mixed) - i;
      step();
    }
    state[0] = 0x80000000;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const next = i + 1 < SIZE ? i + 1 : 0;
      const y = (state[i] & 0x80000000) | (state[next] & 0x7fffffff);
      const far = i + MIDDLE < SIZE ? i + MIDDLE : i + MIDDLE - SIZE;
      state[i] = state[far] ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#at = 0;
  }

  /** The next 32 bits. */
  #word(): number {
    if (this.#at === SIZE) this.#twist();
    let y = this.#state[this.#at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `random()`: a multiple of 2⁻⁵³ in [0, 1). */
  random(): number {
    const a = this.#word() >>> 5, b = this.#word() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  /** A whole number in [0, n), 0 < n ≤ 2³². */
  #below(n: number): number {
    const bits = 32 - Math.clz32(n);
    for (;;) {
      const drawn = bits === 32 ? this.#word() : this.#word() >>> (32 - bits);
      if (drawn < n) return drawn;
    }
  }

  /**
   * `sample(range(n), k)`: k different places among n, in the order drawn.
   * @throws RangeError where k > n
   */
  sample(n: number, k: number): number[] {
    if (!(0 <= k && k <= n)) throw new RangeError(`${k} of ${n} can't be drawn`);
    let listed = 21; // up to here CPython keeps a list; beyond it a set
    if (k > 5) {
      let size = 1;
      while (size < 3 * k) size *= 4;
      listed += size;
    }
    if (n <= listed) {
      const pool = Array.from({ length: n }, (_, i) => i);
      return Array.from({ length: k }, (_, i) => {
        const j = this.#below(n - i), drawn = pool[j];
        pool[j] = pool[n - i - 1];
        return drawn;
      });
    }
    const drawn = new Set<number>();
    while (drawn.size < k) drawn.add(this.#below(n));
    return [...drawn];
  }

  /** `choices(range(n))[0]`: one of n places, as a bootstrap draws. */
  choice(n: number): number {
    return Math.floor(this.random() * n);
  }
}
