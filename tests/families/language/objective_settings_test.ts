import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { givenReference } from "../../../src/families/language/outside/given.ts";
import { config } from "../../../src/families/language/mod.ts";
import { toldBy } from "../../../src/families/language/objectives/objective.ts";
import { objectiveNames } from "../../../src/families/language/objectives/settings.ts";
import { objectiveOf } from "../../../src/families/language/objectives/table.ts";

/** What is wrong with a config: where, and why. */
function faultOf(value: Record<string, unknown>): string {
  const error = assertThrows(() => config.parse(value), z.ZodError);
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

Deno.test("objectives: a setting that an objective hasn't is told, and so is what it would be one of", () => {
  assertEquals(
    faultOf({ preference: { beta: 0.2 } }).startsWith("preference: is for the objectives dpo, ipo"),
    true,
  );
  assertEquals(
    faultOf({ objective: "dpo", preference: { gamma: 1 } }),
    "preference.gamma: isn't a number of dpo; it is one of simpo",
  );
  assertEquals(
    faultOf({ objective: "exo_pair", preference: { smoothing: 0 } }),
    "preference.smoothing: exo_pair compares with (1 − ε, ε), and needs an ε above 0",
  );
  assertEquals(
    faultOf({ objective: "sft", reward: { centring: 1 } }),
    "reward: is for the objectives reward and attributes; leave it out",
  );
  assertEquals(
    faultOf({ objective: "attributes", reward: { centring: 1 } }),
    "reward.centring: is of the objective reward alone",
  );
  config.parse({ objective: "kto", preference: { desirable: 1.5, undesirable: 0.5 } });
  config.parse({ objective: "reward", reward: { centring: 0.01 } });
});

Deno.test("objectives: a config without one has no key of theirs, as before there were any", () => {
  const resolved = config.parse({});
  for (const key of ["objective", "template", "preference", "reward"]) {
    assertEquals(key in resolved, false, key);
  }
});

Deno.test("objectives: what steps tell follows from the settings", () => {
  const told = (value: Record<string, unknown>) => {
    const own = config.parse(value);
    return toldBy(objectiveOf(own), { config: own });
  };
  const all = ["accuracy", "margin", "reward_chosen", "reward_rejected"];
  assertEquals(told({ objective: "dpo" }), all);
  assertEquals(told({ objective: "dpo", preference: { likelihood: 0.1 } }), [...all, "nats"]);
  assertEquals(told({ objective: "orpo" }), [...all, "nats"]);
  assertEquals(told({ objective: "kto" }), [...all, "divergence"]);
  assertEquals(told({ objective: "sft" }), []);
});

Deno.test("objectives: a reference is taken by those that compare with one, of the same sizes", () => {
  const unfit = (value: Record<string, unknown>, other: Record<string, unknown> = value) =>
    givenReference.unfit!(config.parse(value), {
      family: "language",
      version: 1,
      config: config.parse(other),
    });
  for (const objective of objectiveNames) {
    const compares = objectiveOf({ objective }).frozen !== undefined;
    assertEquals(unfit({ objective }) === null, compares, objective);
  }
  assertEquals(
    unfit({ objective: "simpo" }),
    "the objective simpo compares with no reference; leave it out",
  );
  assertEquals(
    unfit({ objective: "dpo" }, { depth: 2 })?.split(",")[0],
    "`layers` is 4 here and 2 there",
  );
});
