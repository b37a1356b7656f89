/**
 * The random kernels that an engine must have, by name. Their bits are fixed by `draws.ts`.
 *
 * | kernel            | inputs                                  | attributes | output              |
 * | ----------------- | --------------------------------------- | ---------- | ------------------- |
 * | PhiloxFold        | key int32 [2], data int32 []            | text?      | int32 [2]           |
 * | PhiloxUniform     | key int32 [2], rows? int32 [B]          | shape      | float32 shape       |
 * | PhiloxNormal      | key int32 [2], rows? int32 [B]          | shape      | float32 shape       |
 * | PhiloxCategorical | key int32 [2], logits [B, K], rows? [B] | –          | int32 [B]           |
 * @module
 */

/** The key's child for an int32 scalar, or for the attribute `text` where no data is given. */
export const PHILOX_FOLD = "PhiloxFold";
/** Uniforms in [0, 1). */
export const PHILOX_UNIFORM = "PhiloxUniform";
/** Standard normals. */
export const PHILOX_NORMAL = "PhiloxNormal";
/** Draws from softmax(logits). */
export const PHILOX_CATEGORICAL = "PhiloxCategorical";
