/**
 * A flow's training step, whatever its form.
 * @module
 */
import type { Flow } from "./model.ts";
import type { Images } from "../common/programs.ts";
import type { State } from "../common/denoising/model.ts";
import { centred } from "../common/pixels.ts";
import { denoisingStep, type StepInputs } from "../common/denoising/train.ts";
import type { TensorRecord } from "../family.ts";

/** The `train` program; see the table in `../family.ts`. */
export function trainStep(
  state: State,
  { x_BHWC, ...batch }: Omit<StepInputs, "data_BHWC"> & Images,
  options: Flow & { readonly steps: number },
): [State, TensorRecord] {
  return denoisingStep(state, { ...batch, data_BHWC: centred(x_BHWC) }, options);
}
