/**
 * The part of TensorFlow's C API that the engine calls, as Deno FFI symbols. Sources: TensorFlow
 * 2.21's `c_api.h` (TF_: tensors, graphs, functions), `eager/c_api.h` (TFE_: execution) and
 * `c_api_experimental.h`. Every call that can fail takes a TF_Status last.
 * @module
 */

const P = "pointer", B = "buffer";
/** TF_Output by value: an operation and which of its outputs. */
const OUTPUT = { struct: ["pointer", "i32"] } as const;

/** See the module. */
export const SYMBOLS = {
  /** absl::SetMinLogLevel(severity): what TensorFlow prints about itself. Of this build alone. */
  quiet: {
    name: "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE",
    parameters: ["i32"],
    result: "void",
    optional: true,
  },

  // Status: one is kept and read after each call.
  TF_Version: { parameters: [], result: P },
  TF_NewStatus: { parameters: [], result: P },
  TF_GetCode: { parameters: [P], result: "i32" },
  TF_Message: { parameters: [P], result: P },
  TF_SetStatus: { parameters: [P, "i32", B], result: "void" },

  // Buffers that the library hands out.
  TF_NewBuffer: { parameters: [], result: P },
  TF_DeleteBuffer: { parameters: [P], result: "void" },

  // Host tensors: (dtype, dims, rank, bytes).
  TF_AllocateTensor: { parameters: ["i32", B, "i32", "usize"], result: P },
  TF_TensorData: { parameters: [P], result: P },
  TF_TensorByteSize: { parameters: [P], result: "usize" },
  TF_DeleteTensor: { parameters: [P], result: "void" },
  TF_StringInit: { parameters: [P], result: "void" },
  TF_StringCopy: { parameters: [P, B, "usize"], result: "void" },
  TF_StringGetDataPointer: { parameters: [P], result: P },
  TF_StringGetSize: { parameters: [P], result: "usize" },

  // The eager context and its devices.
  TFE_NewContextOptions: { parameters: [], result: P },
  TFE_ContextOptionsSetConfig: { parameters: [P, B, "usize", P], result: "void" },
  TFE_DeleteContextOptions: { parameters: [P], result: "void" },
  TFE_NewContext: { parameters: [P, P], result: P },
  TFE_ContextListDevices: { parameters: [P, P], result: P },
  TF_DeviceListCount: { parameters: [P], result: "i32" },
  TF_DeviceListName: { parameters: [P, "i32", P], result: P },
  TF_DeviceListType: { parameters: [P, "i32", P], result: P },
  TF_DeleteDeviceList: { parameters: [P], result: "void" },

  // Tensor handles: tensors on a device.
  TFE_NewTensorHandle: { parameters: [P, P], result: P },
  TFE_DeleteTensorHandle: { parameters: [P], result: "void" },
  TFE_TensorHandleCopyToDevice: { parameters: [P, P, B, P], result: P },
  TFE_TensorHandleResolve: { parameters: [P, P], result: P },
  TFE_TensorHandleNumDims: { parameters: [P, P], result: "i32" },
  TFE_TensorHandleDim: { parameters: [P, "i32", P], result: "i64" },
  TFE_TensorHandleDataType: { parameters: [P], result: "i32" },

  // One operation, executed at once.
  TFE_NewOp: { parameters: [P, B, P], result: P },
  TFE_DeleteOp: { parameters: [P], result: "void" },
  TFE_OpSetDevice: { parameters: [P, B, P], result: "void" },
  TFE_OpAddInput: { parameters: [P, P, P], result: "void" },
  TFE_OpSetAttrString: { parameters: [P, B, B, "usize"], result: "void" },
  TFE_OpSetAttrInt: { parameters: [P, B, "i64"], result: "void" },
  TFE_OpSetAttrFloat: { parameters: [P, B, "f32"], result: "void" },
  TFE_OpSetAttrBool: { parameters: [P, B, "u8"], result: "void" },
  TFE_OpSetAttrType: { parameters: [P, B, "i32"], result: "void" },
  TFE_OpSetAttrShape: { parameters: [P, B, B, "i32", P], result: "void" },
  TFE_OpSetAttrIntList: { parameters: [P, B, B, "i32"], result: "void" },
  TFE_OpSetAttrFloatList: { parameters: [P, B, B, "i32"], result: "void" },
  TFE_OpSetAttrTypeList: { parameters: [P, B, B, "i32"], result: "void" },
  TFE_OpSetAttrStringList: { parameters: [P, B, B, B, "i32"], result: "void" },
  TFE_Execute: { parameters: [P, B, B, P], result: "void" },

  // Graphs, node by node: shapes are inferred as each node is finished.
  TF_NewGraph: { parameters: [], result: P },
  TF_DeleteGraph: { parameters: [P], result: "void" },
  TF_NewOperation: { parameters: [P, B, B], result: P },
  TF_AddInput: { parameters: [P, OUTPUT], result: "void" },
  TF_AddInputList: { parameters: [P, B, "i32"], result: "void" },
  TF_AddControlInput: { parameters: [P, P], result: "void" },
  /** (graph, node, node that must run before): for nodes that are finished. */
  TF_AddOperationControlInput: { parameters: [P, P, P], result: "void" },
  TF_FinishOperation: { parameters: [P, P], result: P },
  TF_SetAttrString: { parameters: [P, B, B, "usize"], result: "void" },
  TF_SetAttrInt: { parameters: [P, B, "i64"], result: "void" },
  TF_SetAttrFloat: { parameters: [P, B, "f32"], result: "void" },
  TF_SetAttrBool: { parameters: [P, B, "u8"], result: "void" },
  TF_SetAttrType: { parameters: [P, B, "i32"], result: "void" },
  TF_SetAttrShape: { parameters: [P, B, B, "i32"], result: "void" },
  TF_SetAttrIntList: { parameters: [P, B, B, "i32"], result: "void" },
  TF_SetAttrFloatList: { parameters: [P, B, B, "i32"], result: "void" },
  TF_SetAttrTypeList: { parameters: [P, B, B, "i32"], result: "void" },
  TF_SetAttrStringList: { parameters: [P, B, B, B, "i32"], result: "void" },
  TF_SetAttrTensor: { parameters: [P, B, P, P], result: "void" },
  TF_OperationNumOutputs: { parameters: [P], result: "i32" },
  TF_OperationOutputType: { parameters: [OUTPUT], result: "i32" },
  TF_GraphGetTensorNumDims: { parameters: [P, OUTPUT, P], result: "i32" },
  TF_GraphGetTensorShape: { parameters: [P, OUTPUT, B, "i32", P], result: "void" },
  /** (graph, resource, serialised HandleData, bytes, status): what a variable holds. */
  TF_SetHandleShapeAndType: { parameters: [P, OUTPUT, B, "usize", P], result: "void" },
  /** (graph, op name, TF_Buffer out, status): a serialised OpDef. */
  TF_GraphGetOpDef: { parameters: [P, B, P, P], result: "void" },

  // Functions: (graph, name, append hash?, −1 = all nodes, nodes, inputs…, outputs…, control outputs…).
  TF_GraphToFunctionWithControlOutputs: {
    parameters: [P, B, "u8", "i32", P, "i32", B, "i32", B, P, "i32", B, B, P, B, P],
    result: P,
  },
  TF_FunctionSetAttrValueProto: { parameters: [P, B, B, "usize", P], result: "void" },
  TF_DeleteFunction: { parameters: [P], result: "void" },
  TFE_ContextAddFunction: { parameters: [P, P, P], result: "void" },

  // Sessions, for profiles: (session, run options, inputs…, values, n, outputs…, values, n, targets…,
  // n, run metadata, status).
  TF_NewSessionOptions: { parameters: [], result: P },
  TF_SetConfig: { parameters: [P, B, "usize", P], result: "void" },
  TF_DeleteSessionOptions: { parameters: [P], result: "void" },
  TF_NewSession: { parameters: [P, P, P], result: P },
  TF_SessionRun: {
    parameters: [P, P, B, B, "i32", B, B, "i32", B, "i32", P, P],
    result: "void",
  },
  TF_CloseSession: { parameters: [P, P], result: "void" },
  TF_DeleteSession: { parameters: [P, P], result: "void" },
  TF_NewBufferFromString: { parameters: [B, "usize"], result: P },
} as const;

/** The bound functions. */
export type Symbols = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;
