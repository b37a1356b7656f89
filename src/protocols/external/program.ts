/**
 * A program of someone else's, run to its end; what it said last is kept for errors.
 * @module
 */

/** Characters of a program's last words that an error quotes. */
const tailLength = 1500;
/** Seconds that a program gets to end after SIGTERM. */
const grace = 5;

/** Seconds that are waited for words after the end: a child of its own may hold the pipe open. */
const linger = 1;

/** Reads a stream and keeps the end of its text. */
function listen(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader(), decoder = new TextDecoder();
  let text = "";
  const done = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text = (text + decoder.decode(part.value, { stream: true })).slice(-tailLength);
    }
  })();
  return { done, text: () => text.trim(), cancel: () => reader.cancel() };
}

/**
 * Runs a program and waits. Aborting ends it.
 * @throws Error with the exit code and its last words where it fails; the signal's reason where it is
 * aborted
 */
export async function runProgram(
  words: readonly string[],
  { signal, cwd }: { readonly signal: AbortSignal; readonly cwd?: string },
): Promise<void> {
  signal.throwIfAborted();
  const [program, ...args] = words;
  const shown = words.join(" ");
  let child: Deno.ChildProcess;
  try {
    const piped = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    child = new Deno.Command(program, { args, cwd, ...piped }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${shown}: there is no program ${program}; install it, or give its path`);
  }
  const kill = (name: Deno.Signal) => {
    try {
      child.kill(name);
    } catch { /* it has ended */ }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    kill("SIGTERM");
    timer = setTimeout(() => kill("SIGKILL"), grace * 1000);
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    const [out, err] = [listen(child.stdout), listen(child.stderr)];
    const status = await child.status;
    let waited: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      Promise.all([out.done, err.done]),
      new Promise((resolve) => waited = setTimeout(resolve, linger * 1000)),
    ]);
    clearTimeout(waited);
    await Promise.all([out.cancel(), err.cancel()]);
    signal.throwIfAborted();
    if (status.success) return;
    const code = status.signal === null ? `exit code ${status.code}` : status.signal;
    throw new Error(`${shown}: ${code}; it said last:\n${err.text() || out.text() || "nothing"}`);
  } finally {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
  }
}
