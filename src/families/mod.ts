/**
 * What a generative family is.
 * @module
 */
export {
  ContractError,
  definitionFaults,
  modelFaults,
  requireCodes,
  requireFiniteValues,
  requireLoss,
  requireModel,
  requireSamples,
  requireShape,
} from "./contract.ts";
export {
  type BuildContext,
  defineFamily,
  type Drawn,
  type Driver,
  type Family,
  type HostContext,
  type LanguageContext,
  type Model,
  type OpenContext,
  type Opened,
  type SampleContext,
  type SampleRequest,
  type SceneContext,
  type TensorRecord,
} from "./family.ts";
export type { Given, GivenRun, Role, Roles } from "./needs.ts";
