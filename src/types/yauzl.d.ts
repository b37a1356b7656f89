// Types of the part of yauzl that is used here: reading the entries of a zip archive one by one.
declare module "yauzl" {
  /** One file of an archive. */
  export interface Entry {
    /** Checked: relative, no `..`, no backslash. */
    readonly fileName: string;
    readonly uncompressedSize: number;
    /** Of the uncompressed bytes; the reader compares it. */
    readonly crc32: number;
    /** Unix mode in the upper 16 bits. */
    readonly externalFileAttributes: number;
  }
  /** An open archive. */
  export interface ZipFile {
    eachEntry(): AsyncIterable<Entry>;
    /** Bytes of an entry; fails where their number isn't what the archive says. */
    openReadStreamPromise(entry: Entry): Promise<AsyncIterable<Uint8Array>>;
    close(): void;
  }
  const yauzl: {
    openPromise(path: string, options?: { autoClose?: boolean }): Promise<ZipFile>;
    fromBufferPromise(buffer: Uint8Array): Promise<ZipFile>;
  };
  export default yauzl;
}
