/**
 * A lock that lets one process in at a time.
 * @module
 */

/** What a file system says that knows no locks. */
const without = ["ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

/**
 * Runs `body` while holding an exclusive lock on the file at `path`. The lock is the kernel's and
 * ends with the process, however that ends; the file itself means nothing and stays. Where the file
 * system knows no locks, `body` runs without.
 * @param options `onWait` is called once where another process holds it.
 */
export async function withLock<T>(
  { path, onWait = () => {} }: { readonly path: string; readonly onWait?: () => void },
  body: () => Promise<T>,
): Promise<T> {
  using file = await Deno.open(path, { create: true, write: true });
  try {
    if (!await file.tryLock(true)) {
      onWait();
      await file.lock(true);
    }
  } catch (error) {
    if (!without.includes((error as { code?: string }).code ?? "")) throw error;
  }
  // Closing the file frees the lock.
  return await body();
}
