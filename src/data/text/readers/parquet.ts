/**
 * Parquet: a column of texts or of messages, a group of rows in memory at a time. Read by hyparquet.
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";
import { DataError, described } from "../../../base/mod.ts";
import { documentOf, type Found, isBlank, type ReadOptions, tooLarge, utf8Fault } from "./found.ts";

/** Rows whose texts are made together. */
const ROWS = 256;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A file as hyparquet asks for it, several places at once. */
function bytesOf(file: FileHandle, size: number, onBytes?: (bytes: number) => void) {
  return {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = new Uint8Array(end - start);
      for (let read = 0; read < bytes.length;) {
        const { bytesRead } = await file.read(bytes, read, bytes.length - read, start + read);
        if (bytesRead === 0) throw new DataError("it ends too early");
        read += bytesRead;
      }
      onBytes?.(bytes.length);
      return bytes.buffer;
    },
  };
}

/** A column's value with the bytes of its texts decoded. @throws TypeError where they are no UTF-8 */
function decoded(value: unknown): unknown {
  if (value instanceof Uint8Array) return decoder.decode(value);
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, decoded(of)]));
  }
  return value;
}

function found(value: unknown, { at, options }: { at: string; options: ReadOptions }): Found {
  if (options.form === "text" && value instanceof Uint8Array) {
    const bad = utf8Fault(value);
    if (bad >= 0) {
      const byte = value[bad].toString(16).padStart(2, "0");
      return { fault: "utf8", at, why: `byte ${byte}, its ${bad + 1}., is no UTF-8` };
    }
    if (isBlank(value)) return { fault: "empty", at, why: `\`${options.field}\` is empty` };
    if (value.length > options.mostBytes) return tooLarge(at, options.mostBytes);
    return { document: value };
  }
  try {
    return documentOf(decoded(value), { at, options });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { fault: "utf8", at, why: `\`${options.field}\` has text that is no UTF-8` };
  }
}

/**
 * The documents of a column of a Parquet file.
 * @throws DataError where it is no such file, or has no such column
 */
export async function* readParquet(
  path: string,
  options: ReadOptions,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<readonly Found[]> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  await using handle = await open(path);
  const file = bytesOf(handle, (await handle.stat()).size, onBytes);
  const parsers = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes?.slice() };
  const asked = async <T>(what: Promise<T>) => {
    try {
      return await what;
    } catch (error) {
      throw new DataError(`${path} can't be read as Parquet: ${described(error)}`);
    }
  };
  const metadata = await asked(parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (!columns.includes(options.field)) {
    throw new DataError(
      `${path} has no column \`${options.field}\` (\`field\` in the suite's data); it has: ` +
        columns.join(", "),
    );
  }
  let first = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = first + Number(num_rows);
    const rows = await asked(parquetReadObjects({
      file,
      metadata,
      columns: [options.field],
      rowStart: first,
      rowEnd: end,
      compressors,
      parsers,
    }));
    for (let from = 0; from < rows.length; from += ROWS) {
      yield rows.slice(from, from + ROWS).map((row, i) =>
        found(row[options.field], { at: ` row ${first + from + i + 1}`, options })
      );
    }
    first = end;
  }
}
