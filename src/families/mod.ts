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
  type CollectContext,
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
export { documentsRole, type Given, type GivenRun, type Role, type Roles } from "./needs.ts";
