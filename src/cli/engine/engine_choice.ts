/**
 * Chooses the engine of a command. It is chosen before anything is planned, since a plan names it.
 * @module
 */
import type { EngineName } from "../../engine/mod.ts";
import { UsageError } from "../../base/mod.ts";

/** A chosen engine, and why. */
export interface EngineChoice {
  readonly name: EngineName;
  readonly why: string;
}

/**
 * The named engine, or the first that is ready for `auto`.
 * @throws UsageError where there is no such engine, or it can't start; never another in silence.
 */
export async function chooseEngine(asked = "auto"): Promise<EngineChoice> {
  const { engineStatuses, startable } = await import("../../engine/mod.ts");
  const statuses = await engineStatuses();
  if (asked !== "auto") {
    const found = statuses.find(({ name }) => name === asked);
    if (found === undefined) {
      throw new UsageError(
        `--engine: no engine is called \`${asked}\`; engines: ` +
          `${statuses.map(({ name }) => name).join(", ")}, or auto`,
      );
    }
    if (!startable(found.status)) throw new UsageError(`engine ${asked}: ${found.status}`);
    return { name: found.name, why: "named" };
  }
  const at = statuses.findIndex(({ status }) => status === "ready");
  if (at < 0) {
    const why = statuses.map(({ name, status }) => `  ${name}: ${status}`).join("\n");
    throw new UsageError(`no engine can start here:\n${why}`);
  }
  const passed = statuses.slice(0, at).map(({ name, status }) =>
    `${name} ${status.replace(/^named only: /, "").split(/[:;]/)[0]}`
  );
  return { name: statuses[at].name, why: `auto: ${passed.join(", ") || "first choice"}` };
}
