/**
 * Where runs are executed unless a caller says otherwise.
 * @module
 */
import type { Launcher } from "./launcher.ts";
import { processes } from "./transport/processes.ts";

/**
 * Processes: a thread that runs out of memory takes the whole program with it, a process only its
 * own run.
 */
export const defaultLauncher: Launcher = processes;
