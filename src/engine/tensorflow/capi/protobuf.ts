/**
 * The few protocol buffers that the C API takes and gives as bytes: settings in, times out.
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

function varint(value: number): number[] {
  const bytes: number[] = [];
  while (value > 127) {
    bytes.push(value & 127 | 128);
    value = Math.floor(value / 128);
  }
  return [...bytes, value];
}

/** A message's fields by number: whole numbers below 2⁵³, embedded messages, or lists of these. */
export interface Fields {
  readonly [field: number]: number | Fields | readonly (number | Fields)[];
}

/** A message as bytes. */
export function encodeMessage(fields: Fields): Bytes {
  const one = (field: string, value: number | Fields): number[] => {
    if (typeof value === "number") return [...varint(Number(field) << 3), ...varint(value)];
    const inner = encodeMessage(value);
    return [...varint(Number(field) << 3 | 2), ...varint(inner.length), ...inner];
  };
  const bytes = Object.entries(fields).flatMap(([field, value]) =>
    Array.isArray(value)
      ? value.flatMap((each) => one(field, each))
      : one(field, value as number | Fields)
  );
  return Uint8Array.from(bytes);
}

/** A serialised message's fields: numbers of wire type 0, bytes of type 2; fixed ones are passed over. */
export function* messageFields(bytes: Uint8Array): Generator<[number, number | Uint8Array]> {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield [field, number()];
    else if (wire === 2) {
      const length = number();
      yield [field, bytes.subarray(at, at += length)];
    } else at += wire === 1 ? 8 : 4;
  }
}
