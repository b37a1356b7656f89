/**
 * Files that a folder holds and that are not read: counted by reason, in memory that doesn't grow with
 * their number, and named one by one to anyone who asks.
 * @module
 */
import { join } from "@std/path";

/** Endings of pictures that are read. */
export const ENDINGS = [
  ".png",
  ".jpg",
  ".jpeg",
  ".webp",
  ".tif",
  ".tiff",
  ".gif",
  ".avif",
] as const;
const PICTURE = new RegExp(`\\.(${ENDINGS.map((ending) => ending.slice(1)).join("|")})$`, "i");

/** Whether a file of this name is taken for a picture. */
export const isPicture = (name: string) => PICTURE.test(name);

/** Why things are left out: as it is said of one, and of all that are counted. */
export const REASONS = {
  ending: ["its ending isn't read", "files whose endings aren't read"],
  hidden: ["hidden", "hidden files"],
  appleDouble: ["macOS's notes on another file", "AppleDouble files (._NAME)"],
  hiddenFolder: ["a hidden folder", "hidden folders"],
  archive: ["macOS's folder in an archive", "__MACOSX folders"],
  dangling: ["a link that leads nowhere", "links that lead nowhere"],
  loop: ["a link to a folder that it lies in", "links to folders that they lie in"],
  name: ["its name isn't UTF-8: rename it", "names that aren't UTF-8"],
  closed: ["a folder that can't be opened", "folders that can't be opened"],
  special: ["neither file nor folder", "neither files nor folders"],
  unlisted: ["the layout's list doesn't name it", "pictures that the layout's list doesn't name"],
} as const;
/** One of them. */
export type Reason = keyof typeof REASONS;

/** Called with each thing that is left out. */
export type OnLeftOut = (path: string, why: string) => void;

/** Examples that a note gives of a reason, and endings that it lists. */
const shown = { examples: 3, endings: 5 };
/** Endings told apart; names without end are possible, memory without end isn't. */
const mostEndings = 100;

/** What was left out of one folder. */
export class LeftOut {
  readonly #counts = new Map<Reason, { count: number; examples: string[] }>();
  readonly #endings = new Map<string, number>();
  readonly #told: OnLeftOut | undefined;
  /** Folders that links led to, and that were read. */
  followed = 0;

  /** @param told named each one as it is met */
  constructor(told?: OnLeftOut) {
    this.#told = told;
  }

  /** Counts one. @param path as it is to be shown */
  add(reason: Reason, path: string): void {
    const of = this.#counts.get(reason) ?? { count: 0, examples: [] };
    of.count++;
    if (of.examples.length < shown.examples) of.examples.push(path);
    this.#counts.set(reason, of);
    if (reason === "ending") {
      const ending = /[^/]\.(\w{1,10})$/.exec(path)?.[1].toLowerCase() ?? "";
      const known = this.#endings.has(ending) || this.#endings.size < mostEndings;
      const key = known ? ending : "";
      this.#endings.set(key, (this.#endings.get(key) ?? 0) + 1);
    }
    this.#told?.(path, REASONS[reason][0]);
  }

  /** How many, of one reason or of all. */
  count(reason?: Reason): number {
    const counts = reason === undefined
      ? [...this.#counts.values()]
      : [this.#counts.get(reason) ?? { count: 0 }];
    return counts.reduce((sum, { count }) => sum + count, 0);
  }

  /** "files whose endings aren't read: 12 (8 .txt, 4 .bmp); …"; "" where there is nothing. */
  summary(): string {
    const reasons = Object.keys(REASONS) as Reason[];
    return reasons.flatMap((reason) => {
      const of = this.#counts.get(reason);
      if (of === undefined) return [];
      const more = of.count > of.examples.length ? ", …" : "";
      const which = reason === "ending" ? this.#endingsText() : of.examples.join(", ") + more;
      return [`${REASONS[reason][1]}: ${of.count.toLocaleString("en")} (${which})`];
    }).join("; ");
  }

  /** What a reader should know of `folder`: nothing, or a line. */
  notes(folder: string): string[] {
    const followed = this.followed === 0
      ? []
      : [`${folder}: linked folders that were followed: ${this.followed}`];
    const out = this.summary();
    return out === "" ? followed : [...followed, `${folder}: left out: ${out}`];
  }

  #endingsText(): string {
    const all = [...this.#endings].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const text = all.slice(0, shown.endings).map(([ending, count]) =>
      `${count} ${ending === "" ? "without an ending" : `.${ending}`}`
    );
    return [...text, ...(all.length > shown.endings ? ["…"] : [])].join(", ");
  }
}

/** Names paths below `folder` to `tell`. */
export function told(folder: string, tell: OnLeftOut | undefined): OnLeftOut | undefined {
  return tell && ((path, why) => tell(join(folder, path), why));
}
