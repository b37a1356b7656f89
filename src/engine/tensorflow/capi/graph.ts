/**
 * Graphs built node by node. TensorFlow infers and checks shapes as each node is finished, so that
 * a program is traced without computing anything.
 * @module
 */
import * as api from "./api.ts";
import { graphSetters, setAttribute } from "./attributes.ts";
import { cString, type Library, type Pointer, pointerArray } from "./library.ts";
import { encodeMessage } from "./protobuf.ts";
import { newTensor, type TensorValues } from "./tensors.ts";
import { type Attribute, attribute, DTYPE, type Dtype, tensorName } from "./types.ts";

/** One output of a node: what an edge starts from. */
export interface Output {
  readonly operation: Pointer;
  readonly index: number;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A node with its outputs. */
export interface Node {
  readonly operation: Pointer;
  readonly outputs: readonly Output[];
}

/** What a node is made of. */
export interface NodeSpec {
  readonly attributes?: readonly Attribute[];
  readonly inputs?: readonly Output[];
  /** Nodes that must have run before. */
  readonly after?: readonly Pointer[];
}

/** An op's inputs: one tensor each, or as many as an attribute says. */
type InputList = readonly { readonly countedBy: string | null }[];

function outputStruct({ operation, index }: Pick<Output, "operation" | "index">) {
  const bytes = new DataView(new ArrayBuffer(16));
  bytes.setBigUint64(0, BigInt(Deno.UnsafePointer.value(operation)), true);
  bytes.setInt32(8, index, true);
  return new Uint8Array(bytes.buffer);
}

/** Outputs as C takes an array of them. */
export function outputArray(outputs: readonly Output[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 * outputs.length);
  outputs.forEach((output, i) => bytes.set(outputStruct(output), 16 * i));
  return bytes;
}

/** See the module. */
export class Graph {
  readonly #library: Library;
  readonly #graph: Pointer;
  readonly #setters: ReturnType<typeof graphSetters>;
  readonly #inputLists = new Map<string, InputList>();
  #nodes = 0;

  constructor(library: Library) {
    this.#library = library;
    this.#setters = graphSetters(library);
    this.#graph = library.c.TF_NewGraph();
  }

  /** The TF_Graph. */
  get pointer(): Pointer {
    return this.#graph;
  }

  /** Number of nodes. */
  get size(): number {
    return this.#nodes;
  }

  /** Which of an op's inputs are lists, from its definition. */
  #inputList(op: string): InputList {
    let list = this.#inputLists.get(op);
    if (list === undefined) {
      const { c, status } = this.#library;
      const bytes = this.#library.bytesOf(
        op,
        (buffer) => c.TF_GraphGetOpDef(this.#graph, cString(op), buffer, status),
      );
      list = api.inputLists(bytes);
      this.#inputLists.set(op, list);
    }
    return list;
  }

  #addInputs(node: Pointer, op: string, { inputs = [], attributes = [] }: NodeSpec): void {
    const { c } = this.#library;
    let at = 0;
    for (const { countedBy } of this.#inputList(op)) {
      if (countedBy === null) {
        if (at >= inputs.length) break; // TensorFlow's own message names the missing one
        c.TF_AddInput(node, outputStruct(inputs[at++]));
        continue;
      }
      const counted = attributes.find(({ name }) => name === countedBy)?.value ?? 0;
      const count = Array.isArray(counted) ? counted.length : Number(counted);
      c.TF_AddInputList(node, outputArray(inputs.slice(at, at + count)), count);
      at += count;
    }
    if (at !== inputs.length) {
      throw new Error(`${op} takes ${at} inputs, found ${inputs.length}`);
    }
  }

  #finish(node: Pointer, op: string, inputs: readonly Output[]): Node {
    const { c, status } = this.#library;
    const operation = c.TF_FinishOperation(node, status);
    this.#library.check(() =>
      `${op}(${inputs.map(({ dtype, shape }) => tensorName(dtype, shape)).join(", ")})`
    );
    this.#nodes++;
    const outputs = Array.from({ length: c.TF_OperationNumOutputs(operation) }, (_, index) => {
      const struct = outputStruct({ operation, index });
      const dtype = c.TF_OperationOutputType(struct);
      return { operation, index, dtype, shape: this.#shape(struct) };
    });
    return { operation, outputs };
  }

  /** Inferred shape, unknown sides −1; of unknown rank: [NaN], which no use accepts. */
  #shape(output: Uint8Array<ArrayBuffer>): number[] {
    const { c, status } = this.#library;
    const rank = c.TF_GraphGetTensorNumDims(this.#graph, output, status);
    this.#library.check("asking a node's rank");
    if (rank < 0) return [NaN];
    const dims = new BigInt64Array(Math.max(1, rank));
    c.TF_GraphGetTensorShape(this.#graph, output, dims, rank, status);
    this.#library.check("asking a node's shape");
    return Array.from(dims.subarray(0, rank), Number);
  }

  /**
   * Adds a node.
   * @throws TensorflowError naming the op and its inputs' shapes where they don't fit
   */
  add(op: string, spec: NodeSpec = {}): Node {
    const { c } = this.#library;
    const inputs = spec.inputs ?? [];
    const node = c.TF_NewOperation(this.#graph, cString(op), cString(`n${this.#nodes}`));
    this.#addInputs(node, op, spec);
    for (const before of spec.after ?? []) c.TF_AddControlInput(node, before);
    for (const attribute of spec.attributes ?? []) setAttribute(node, attribute, this.#setters);
    return this.#finish(node, op, inputs);
  }

  /** A constant. */
  constant(type: { dtype: Dtype; shape: readonly number[] }, values: TensorValues): Output {
    const { c, status } = this.#library;
    const tensor = newTensor(this.#library, type, values);
    const node = c.TF_NewOperation(this.#graph, cString("Const"), cString(`n${this.#nodes}`));
    c.TF_SetAttrTensor(node, cString("value"), tensor, status);
    c.TF_DeleteTensor(tensor);
    this.#library.check(`a constant ${tensorName(type.dtype, type.shape)}`);
    c.TF_SetAttrType(node, cString("dtype"), type.dtype);
    return this.#finish(node, "Const", []).outputs[0];
  }

  /** A function's argument. */
  placeholder({ dtype, shape }: { dtype: Dtype; shape: readonly number[] }): Output {
    return this.add("Placeholder", {
      attributes: [attribute.type("dtype", dtype), attribute.shape("shape", shape)],
    }).outputs[0];
  }

  /** A function's argument that is a variable of this type. */
  variable({ dtype, shape }: { dtype: Dtype; shape: readonly number[] }): Output {
    const { c, status } = this.#library;
    const resource = this.placeholder({ dtype: DTYPE.RESOURCE, shape: [] });
    // HandleData { is_set = 1, shape_and_type = 2 { shape = 1 { dim = 2 { size = 1 } }, dtype = 2 } }
    const holds = encodeMessage({
      1: 1,
      2: { 1: { 2: shape.map((size) => ({ 1: size })) }, 2: dtype },
    });
    const length = BigInt(holds.length);
    c.TF_SetHandleShapeAndType(this.#graph, outputStruct(resource), holds, length, status);
    this.#library.check("stating what a variable holds");
    return resource;
  }

  /** Makes a node wait for another, though both are finished. */
  runBefore(first: Pointer, second: Pointer): void {
    this.#library.c.TF_AddOperationControlInput(this.#graph, second, first);
  }

  /** The graph as a TF_Function; the caller deletes it. `control` nodes run at every call. */
  toFunction(
    name: string,
    signature: {
      inputs: readonly Output[];
      outputs: readonly Output[];
      control: readonly Pointer[];
    },
  ): Pointer {
    const { c, status } = this.#library;
    const { inputs, outputs, control } = signature;
    const fn = c.TF_GraphToFunctionWithControlOutputs(
      this.#graph,
      cString(name),
      0,
      -1,
      null,
      inputs.length,
      outputArray(inputs),
      outputs.length,
      outputArray(outputs),
      null,
      control.length,
      pointerArray(control),
      pointerArray(control.map((_, i) => Deno.UnsafePointer.of(cString(`done${i}`)))),
      null,
      null,
      status,
    );
    this.#library.check(`making function ${name}`);
    return fn;
  }

  /** Frees the graph; its functions stay. */
  close(): void {
    this.#library.c.TF_DeleteGraph(this.#graph);
  }
}
