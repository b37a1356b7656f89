/**
 * Figures of faults: hundreds of each kind are planted, and the wrong outcomes are counted.
 * @module
 */
import type { Figure } from "../figure.ts";
import { cases } from "./cases.ts";
import { edits } from "./inject/edits.ts";
import { flips } from "./inject/flips.ts";
import { kills } from "./inject/kills.ts";
import { pillow } from "./pillow.ts";
import { readme } from "./readme.ts";
import { writes } from "./inject/writes.ts";

/** See the module. */
export const faults: readonly Figure[] = [writes, flips, kills, edits, pillow, cases, ...readme];
