/**
 * Setting attributes on an op about to be executed, or on a node of a graph.
 * @module
 */
import { cString, dimensions, type Library, type Pointer, pointerArray, utf8 } from "./library.ts";
import { ATTRIBUTE, type Attribute } from "./types.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The C API's setters: (op or node, name, value). Eager ops and nodes have them under two names. */
interface Setters {
  readonly string: (op: Pointer, name: Bytes, value: Bytes, length: bigint) => void;
  readonly strings: (
    op: Pointer,
    name: Bytes,
    values: BigUint64Array<ArrayBuffer>,
    lengths: BigUint64Array<ArrayBuffer>,
    n: number,
  ) => void;
  readonly int: (op: Pointer, name: Bytes, value: bigint) => void;
  readonly ints: (op: Pointer, name: Bytes, value: BigInt64Array<ArrayBuffer>, n: number) => void;
  readonly float: (op: Pointer, name: Bytes, value: number) => void;
  readonly floats: (op: Pointer, name: Bytes, value: Float32Array<ArrayBuffer>, n: number) => void;
  readonly bool: (op: Pointer, name: Bytes, value: number) => void;
  readonly type: (op: Pointer, name: Bytes, value: number) => void;
  readonly types: (op: Pointer, name: Bytes, value: Int32Array<ArrayBuffer>, n: number) => void;
  readonly shape: (op: Pointer, name: Bytes, dims: BigInt64Array<ArrayBuffer>, n: number) => void;
}

/** Setters of ops for TFE_Execute. */
export function eagerSetters({ c, status }: Library): Setters {
  return {
    string: c.TFE_OpSetAttrString,
    strings: c.TFE_OpSetAttrStringList,
    int: c.TFE_OpSetAttrInt,
    ints: c.TFE_OpSetAttrIntList,
    float: c.TFE_OpSetAttrFloat,
    floats: c.TFE_OpSetAttrFloatList,
    bool: c.TFE_OpSetAttrBool,
    type: c.TFE_OpSetAttrType,
    types: c.TFE_OpSetAttrTypeList,
    shape: (op, name, dims, n) => c.TFE_OpSetAttrShape(op, name, dims, n, status),
  };
}

/** Setters of graph nodes before TF_FinishOperation. */
export function graphSetters({ c }: Library): Setters {
  return {
    string: c.TF_SetAttrString,
    strings: c.TF_SetAttrStringList,
    int: c.TF_SetAttrInt,
    ints: c.TF_SetAttrIntList,
    float: c.TF_SetAttrFloat,
    floats: c.TF_SetAttrFloatList,
    bool: c.TF_SetAttrBool,
    type: c.TF_SetAttrType,
    types: c.TF_SetAttrTypeList,
    shape: c.TF_SetAttrShape,
  };
}

/** Sets one attribute. */
export function setAttribute(op: Pointer, { name, type, value }: Attribute, to: Setters): void {
  const key = cString(name);
  switch (type) {
    case ATTRIBUTE.STRING: {
      if (Array.isArray(value)) {
        const texts = value.map(utf8);
        const places = pointerArray(texts.map((text) => Deno.UnsafePointer.of(text)));
        const lengths = BigUint64Array.from(texts, (text) => BigInt(text.length));
        return to.strings(op, key, places, lengths, texts.length);
      }
      const text = utf8(value as string);
      return to.string(op, key, text, BigInt(text.length));
    }
    case ATTRIBUTE.BYTES: {
      const bytes = value as Bytes;
      return to.string(op, key, bytes, BigInt(bytes.length));
    }
    case ATTRIBUTE.INT:
      return Array.isArray(value)
        ? to.ints(op, key, dimensions(value), value.length)
        : to.int(op, key, BigInt(value as number));
    case ATTRIBUTE.FLOAT:
      return Array.isArray(value)
        ? to.floats(op, key, Float32Array.from(value), value.length)
        : to.float(op, key, value as number);
    case ATTRIBUTE.BOOL:
      return to.bool(op, key, value ? 1 : 0);
    case ATTRIBUTE.TYPE:
      return Array.isArray(value)
        ? to.types(op, key, Int32Array.from(value), value.length)
        : to.type(op, key, value as number);
    case ATTRIBUTE.SHAPE: {
      const shape = value as readonly number[];
      return to.shape(op, key, dimensions(shape), shape.length);
    }
    default:
      throw new Error(`attribute ${name}: kind ${type} is not one that ops take here`);
  }
}
