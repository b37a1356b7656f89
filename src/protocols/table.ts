/**
 * The protocols that there are, by the names that specs have for them.
 * @module
 */
import type { PlannedRun, RunSpec } from "../record/mod.ts";
import { annotate } from "./annotate/protocol.ts";
import { control } from "./control/protocol.ts";
import { curate } from "./curate/protocol.ts";
import { external } from "./external/protocol.ts";
import { judged } from "./judged/protocol.ts";
import { defineProtocol, type Protocol } from "./protocol.ts";
import { respond } from "./respond/protocol.ts";
import { tokenize } from "./tokenize/protocol.ts";
import { trainEvaluate } from "./train_evaluate/protocol.ts";

/** Protocols by name; `registerModule` adds a user's own. */
// deno-lint-ignore no-explicit-any -- each has a config of its own, and no two are compared
export const protocols: { [name: string]: Protocol<any> } = {
  [trainEvaluate.name]: trainEvaluate,
  [external.name]: external,
  [control.name]: control,
  [tokenize.name]: tokenize,
  [respond.name]: respond,
  [annotate.name]: annotate,
  [judged.name]: judged,
  [curate.name]: curate,
};

/** Stands for the protocol of a record whose module isn't registered here: its numbers still show. */
function stranger(name: string): Protocol {
  return defineProtocol({
    name,
    about: "of a module that isn't registered here",
    row: "elsewhere",
    execute() {
      throw new Error(
        `no protocol is called \`${name}\`; there are ${Object.keys(protocols).join(", ")}: ` +
          "name the module that defines it under `modules`",
      );
    },
  });
}

/** The protocol of a run. */
export function protocolOf({ protocol }: Pick<RunSpec, "protocol">): Protocol {
  return Object.hasOwn(protocols, protocol) ? protocols[protocol] : stranger(protocol);
}

/** "vae seed 2"; of a control row, which has no seed worth telling, its label. */
export function runName({ label, spec }: Pick<PlannedRun, "label" | "spec">): string {
  return protocolOf(spec).row === "control" ? label : `${label} seed ${spec.seed}`;
}
