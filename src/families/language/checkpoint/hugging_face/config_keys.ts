/**
 * A `config.json` asked key by key: a value that isn't as it should be is named with its key.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";

/** See the module. Keys that are null count as left out. */
export class ConfigKeys {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #what: string;
  readonly #asked = new Set<string>();

  /** @param what the file, for messages */
  constructor(json: Readonly<Record<string, unknown>>, what: string) {
    this.#json = json;
    this.#what = what;
  }

  /** A key's value; undefined where it is left out. */
  value(key: string): unknown {
    this.#asked.add(key);
    return this.#json[key] ?? undefined;
  }

  /** @throws DataError that names key, value and what is wanted */
  fault(key: string, wanted: string): DataError {
    return new DataError(
      `${this.#what}: \`${key}\` is ${JSON.stringify(this.#json[key])}; ${wanted}`,
    );
  }

  #missing(key: string): DataError {
    return new DataError(`${this.#what}: \`${key}\` is missing`);
  }

  /** A whole number from 1. Without a default it has to be there. */
  count(key: string, standard?: number): number {
    const value = this.value(key) ?? standard;
    if (value === undefined) throw this.#missing(key);
    if (Number.isInteger(value) && (value as number) >= 1) return value as number;
    throw this.fault(key, "a whole number from 1 is wanted");
  }

  /** A number above 0. */
  positive(key: string, standard?: number): number {
    const value = this.value(key) ?? standard;
    if (value === undefined) throw this.#missing(key);
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    throw this.fault(key, "a number above 0 is wanted");
  }

  flag(key: string, standard: boolean): boolean {
    const value = this.value(key) ?? standard;
    if (typeof value === "boolean") return value;
    throw this.fault(key, "true or false is wanted");
  }

  /**
   * Requires that a key, where it is there, has one of these values.
   * @param reason what of other values isn't computed here
   */
  only(key: string, values: readonly unknown[], reason: string): void {
    const value = this.value(key);
    if (value === undefined || values.includes(value)) return;
    const list = values.map((one) => JSON.stringify(one)).join(" or ");
    throw this.fault(key, `${list} is read here: ${reason}`);
  }

  /** The keys of an object; undefined where it is left out. */
  within(key: string): ConfigKeys | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value === "object" && !Array.isArray(value)) {
      return new ConfigKeys(value as Record<string, unknown>, `${this.#what}, \`${key}\``);
    }
    throw this.fault(key, "an object is wanted");
  }

  /** Keys that nobody has asked for. */
  unread(): string[] {
    return Object.keys(this.#json).filter((key) => !this.#asked.has(key));
  }
}
