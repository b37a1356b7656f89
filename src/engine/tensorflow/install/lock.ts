/**
 * One installer at a time.
 * @module
 */

/**
 * Runs `body` while holding an exclusive lock on the file at `path`. The lock is the kernel's and
 * ends with the process, however that ends; the file itself means nothing and stays.
 * @param options `onWait` is called once where another process holds it.
 */
export async function withLock<T>(
  { path, onWait }: { path: string; onWait: () => void },
  body: () => Promise<T>,
): Promise<T> {
  using file = await Deno.open(path, { create: true, write: true });
  if (!await file.tryLock(true)) {
    onWait();
    await file.lock(true);
  }
  try {
    return await body();
  } finally {
    await file.unlock();
  }
}
