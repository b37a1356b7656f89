/**
 * The forms of a radiance field: what is trained, and how rays are rendered by it.
 * @module
 */
import type { TensorTree } from "../../engine/mod.ts";
import type { Config } from "./config.ts";
import type { Form } from "./forms/form.ts";
import { hash } from "./forms/hash.ts";
import { integrated } from "./forms/integrated.ts";
import { original } from "./forms/original.ts";

/** Everything that is trained; its shape is the form's. */
export type Parameters = { readonly [name: string]: TensorTree };

/** Forms by name, each of parameters of its own. */
const forms: { readonly [name in Config["form"]]: unknown } = {
  original,
  hash,
  integrated,
};

/** The form that a config names. Its parameters are those that its own `init` made. */
export function formOf({ form }: Pick<Config, "form">): Form<Parameters> {
  return forms[form] as Form<Parameters>;
}
