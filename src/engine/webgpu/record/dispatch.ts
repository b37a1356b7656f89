/**
 * Dispatches as values: bound to buffers once, sent to the device any number of times.
 * @module
 */

/** One run of a shader. */
export interface Dispatch {
  /** The kind of program, for profiles. */
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  /** Output, inputs, uniform block. */
  readonly bindings: readonly GPUBufferBinding[];
  readonly groups: readonly [number, number, number];
}

/** A dispatch that is ready to be sent. */
export type Bound = Pick<Dispatch, "pipeline" | "groups"> & { readonly bindGroup: GPUBindGroup };

/** Binds dispatches, each buffer as `place` has it. */
export function bind(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  place: (buffer: GPUBuffer) => GPUBuffer = (buffer) => buffer,
): Bound[] {
  const layouts = new Map<GPUComputePipeline, GPUBindGroupLayout>();
  return dispatches.map(({ pipeline, groups, bindings }) => {
    let layout = layouts.get(pipeline);
    if (layout === undefined) layouts.set(pipeline, layout = pipeline.getBindGroupLayout(0));
    const entries = bindings.map((resource, binding) => ({
      binding,
      resource: { ...resource, buffer: place(resource.buffer) },
    }));
    return { pipeline, groups, bindGroup: device.createBindGroup({ layout, entries }) };
  });
}

/** Records dispatches in a pass of their own. */
export function encode(encoder: GPUCommandEncoder, dispatches: readonly Bound[]): void {
  const pass = encoder.beginComputePass();
  for (const { pipeline, bindGroup, groups: [x, y, z] } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(x, y, z);
  }
  pass.end();
}
