/**
 * Where a step's time goes: the time of each node that TensorFlow's executor ran, summed by op. The
 * traced graph is run in a session, since only sessions give times; the kernels are the same.
 * @module
 */
import type { Program } from "../engine.ts";
import type { TensorflowBackend } from "./backend.ts";
import { type CaptureOptions, traceProgram } from "./trace/capture.ts";
import { outputArray } from "./capi/graph.ts";
import { type Library, type Pointer, pointerArray } from "./capi/library.ts";
import { messageFields } from "./capi/protobuf.ts";

/** Time of one op over all its nodes. */
export interface OpTime {
  readonly op: string;
  /** Nodes that ran. */
  readonly nodes: number;
  /** Milliseconds, summed over nodes; nodes that run side by side count each. */
  readonly milliseconds: number;
}

const text = new TextDecoder();

/** Each node's label and microseconds, from RunMetadata { step_stats { dev_stats { node_stats } } }. */
function* nodeTimes(metadata: Uint8Array): Generator<[label: string, micros: number]> {
  for (const [one, stepStats] of messageFields(metadata)) {
    if (one !== 1) continue;
    for (const [, device] of messageFields(stepStats as Uint8Array)) {
      for (const [two, node] of messageFields(device as Uint8Array)) {
        if (two !== 2) continue;
        let [label, start, end, name] = ["", 0, 0, ""];
        for (const [field, value] of messageFields(node as Uint8Array)) {
          if (field === 1) name = text.decode(value as Uint8Array);
          else if (field === 3) start = Number(value);
          else if (field === 4) end = Number(value);
          else if (field === 8) label = text.decode(value as Uint8Array);
        }
        yield [label || name, end - start];
      }
    }
  }
}

/** How a program is profiled. */
export interface ProfileOptions {
  /** Runs that are summed and divided by their number; two more come first. Default 5. */
  readonly runs?: number;
  /** A line a node instead of an op. */
  readonly nodes?: boolean;
  /** A serialised ConfigProto: threads and graph rewriting as the engine has them. */
  readonly config: Uint8Array<ArrayBuffer>;
}

/**
 * Time of each op in one run of a program, slowest first.
 * @param call the program's arguments; its state is not changed
 */
export function profileProgram(
  backend: TensorflowBackend,
  program: Program,
  call: Pick<CaptureOptions, "state" | "inputs" | "key">,
  options: ProfileOptions,
): OpTime[] {
  const { runs = 5, nodes = false, config } = options;
  const { context } = backend.binding;
  const { library } = context;
  const { c, status } = library;
  const traced = traceProgram(backend, program, { ...call, name: "profile", donate: false });
  const values = traced.pointers.map((handle) => {
    const tensor = c.TFE_TensorHandleResolve(handle, status);
    library.check("reading an argument");
    return tensor;
  });
  const settings = c.TF_NewSessionOptions();
  c.TF_SetConfig(settings, config, BigInt(config.length), status);
  library.check("setting up a session");
  const session = c.TF_NewSession(traced.trace.graph.pointer, settings, status);
  library.check("opening a session");
  c.TF_DeleteSessionOptions(settings);
  // RunOptions { trace_level: FULL_TRACE }
  const full = c.TF_NewBufferFromString(Uint8Array.of(1 << 3, 3), 2n);
  const times = new Map<string, { nodes: number; milliseconds: number }>();
  try {
    for (let run = 0; run < runs + 2; run++) {
      const results = new BigUint64Array(traced.outputs.length);
      const metadata = library.bytesOf("a profiled run", (buffer) => {
        c.TF_SessionRun(
          session,
          full,
          outputArray(traced.inputs),
          pointerArray(values),
          values.length,
          outputArray(traced.outputs),
          results,
          results.length,
          pointerArray([]),
          0,
          buffer,
          status,
        );
      });
      for (const address of results) c.TF_DeleteTensor(Deno.UnsafePointer.create(address));
      if (run < 2) continue;
      for (const [label, micros] of nodeTimes(metadata)) {
        const op = nodes ? label : label.match(/= (\w+)\(/)?.[1] ?? label;
        const sum = times.get(op) ?? { nodes: 0, milliseconds: 0 };
        sum.nodes++;
        sum.milliseconds += micros / 1000;
        times.set(op, sum);
      }
    }
  } finally {
    close(library, session);
    for (const value of values) c.TF_DeleteTensor(value);
    c.TF_DeleteBuffer(full);
    traced.trace.close();
  }
  return [...times].map(([op, sum]) => ({
    op,
    nodes: sum.nodes / runs,
    milliseconds: sum.milliseconds / runs,
  })).sort((a, b) => b.milliseconds - a.milliseconds);
}

function close({ c, status }: Library, session: Pointer): void {
  c.TF_CloseSession(session, status);
  c.TF_DeleteSession(session, status);
}
