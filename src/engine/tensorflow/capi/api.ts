/**
 * Op definitions, read with the protocol buffers that tfjs-node-gpu ships: the boundary where its
 * untyped module ends.
 * @module
 */
import protocol from "@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js";

interface ArgDef {
  getNumberAttr(): string;
  getTypeListAttr(): string;
}

interface OpDefReader {
  deserializeBinary(bytes: Uint8Array): { getInputArgList(): ArgDef[] };
}

const { OpDef } = protocol as unknown as { OpDef: OpDefReader };

/**
 * An op's inputs from its serialised OpDef: for each whether it is one tensor (null) or a list, and
 * which attribute holds a list's length.
 */
export function inputLists(opDef: Uint8Array): { countedBy: string | null }[] {
  return OpDef.deserializeBinary(opDef).getInputArgList().map((arg) => ({
    countedBy: arg.getNumberAttr() || arg.getTypeListAttr() || null,
  }));
}
