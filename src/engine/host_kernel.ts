/**
 * Operations that are computed on the host, for what operations on tensors can't say: a rasteriser in a
 * module with memory of its own, a change of how many rows there are. They run eagerly: on `wasm`, and on
 * `tensorflow` in programs that are marked `reshape`.
 *
 * All go through one kernel, `HOST_KERNEL`, which every engine has: `wasm/host_kernels.ts` and
 * `tensorflow/kernels/host_kernels.ts` compute it, `webgpu/kernels/host_kernels.ts` says that it can't.
 * An engine with a kernel of its own for an operation registers that under the operation's name, and
 * `nn/host_kernel.ts` takes it. Nothing is loaded before an operation is first called.
 * @module
 */

/** Name of the kernel that runs them. */
export const HOST_KERNEL = "HostKernel";

/** Values of an array: float32. */
export type HostFloats = Float32Array<ArrayBuffer>;
/** Values of an array: int32. */
export type HostIntegers = Int32Array<ArrayBuffer>;

/** An array as the host sees it, row-major. */
export interface HostArray<V extends HostFloats | HostIntegers = HostFloats | HostIntegers> {
  /** Of inputs: not to be written, and a view that holds until the operation returns. */
  readonly values: V;
  readonly shape: readonly number[];
}

/** Arrays by name. */
export type HostArrays = { readonly [name: string]: HostArray };

/** An operation that is computed on the host: see the module. */
export interface HostKernel<A = unknown> {
  /** "SplatRender". */
  readonly name: string;
  /** What it is for, in messages: "splats". */
  readonly about: string;
  /**
   * A pure function of inputs and attributes; the shapes of its outputs may depend on values. The
   * outputs are copied before anything else is called.
   */
  run(inputs: HostArrays, attributes: A): readonly HostArray[];
}

/** What a backend says of itself. */
export interface HostBackend {
  /** Whether values can be computed on the host now, where the backend has other ways too. */
  readonly computesOnHost?: boolean;
}

/** The attributes of a call of `HOST_KERNEL`. */
export interface HostCall<A = unknown> {
  readonly kernel: HostKernel<A>;
  readonly attributes: A;
}

/** An input whose values are float32. @throws TypeError where it is missing or of another type */
export function floatsOf(inputs: HostArrays, name: string): HostArray<HostFloats> {
  const found = inputs[name];
  if (found?.values instanceof Float32Array) return found as HostArray<HostFloats>;
  throw new TypeError(`${name} is ${found === undefined ? "missing" : "int32"}, not float32`);
}

/** An input whose values are int32. @throws TypeError where it is missing or of another type */
export function integersOf(inputs: HostArrays, name: string): HostArray<HostIntegers> {
  const found = inputs[name];
  if (found?.values instanceof Int32Array) return found as HostArray<HostIntegers>;
  throw new TypeError(`${name} is ${found === undefined ? "missing" : "float32"}, not int32`);
}

/** The type of an array's values, as engines name it. */
export function hostType({ values }: HostArray): "float32" | "int32" {
  return values instanceof Float32Array ? "float32" : "int32";
}

/** An array. @throws RangeError where there are more or fewer values than its shape has */
export function hostArray<V extends HostFloats | HostIntegers>(
  values: V,
  shape: readonly number[],
): HostArray<V> {
  const size = shape.reduce((n, d) => n * d, 1);
  if (values.length === size) return { values, shape };
  throw new RangeError(`${values.length} values for [${shape.join(", ")}], which has ${size}`);
}

/** Inputs as an operation takes them. @throws TypeError for types that the host isn't given */
export function hostInputs<T extends { readonly shape: readonly number[]; readonly dtype: string }>(
  tensors: { readonly [name: string]: T },
  { kernel, values }: {
    readonly kernel: HostKernel;
    readonly values: (tensor: T) => unknown;
  },
): HostArrays {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const { shape, dtype } = tensor;
      if (dtype !== "float32" && dtype !== "int32") {
        throw new TypeError(`${kernel.name}: ${name} is ${dtype}; float32 or int32 was expected`);
      }
      return [name, { values: values(tensor) as HostFloats | HostIntegers, shape }];
    }),
  );
}
