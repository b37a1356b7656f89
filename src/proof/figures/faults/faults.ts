/**
 * Figures of faults: hundreds of each kind are planted, and the wrong outcomes are counted.
 * @module
 */
import type { Figure } from "../figure.ts";
import { cases } from "./cases.ts";
import { edits } from "./edits.ts";
import { flips } from "./flips.ts";
import { kills } from "./kills.ts";
import { pillow } from "./pillow.ts";
import { readme } from "./readme.ts";
import { writes } from "./writes.ts";

/** See the module. */
export const faults: readonly Figure[] = [writes, flips, kills, edits, pillow, cases, ...readme];
