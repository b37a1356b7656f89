/**
 * The wire between a launcher and a worker process: JSON lines on two descriptors that nothing else
 * knows. A worker's standard output is its standard error, so that whatever a module, a library or
 * native code prints is heard as print. A checkout without this file speaks on standard input and
 * output; so does every worker on Windows, which has no shell to arrange the descriptors.
 * @module
 */

/** What a worker is told on its command line where it has a wire. */
export const wireFlag = "--wire";

/** Descriptors of the worker's end. */
const descriptors = { output: 3, input: 4 } as const;

/** Whether this system can arrange the descriptors. */
export const hasWires = Deno.build.os !== "windows";

/**
 * The command that starts `words` with a wire in the place of the pipes that the caller sees as
 * standard input and output. `exec` keeps the process id.
 */
export function wired(words: readonly string[]): [program: string, args: string[]] {
  const { output, input } = descriptors;
  const script = `exec "$@" ${output}>&1 1>&2 ${input}<&0 0</dev/null`;
  return ["/bin/sh", ["-c", script, "sh", ...words]];
}

/** A worker's way out: each text is written whole before it returns, even from a busy step. */
export function openOutput(onWire: boolean): (text: string) => void {
  const file = onWire
    ? Deno.openSync(`/dev/fd/${descriptors.output}`, { write: true })
    : Deno.stdout;
  return (text) => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  };
}

/** A worker's way in, to be read by a thread that does nothing else. */
export function openInput(onWire: boolean): { readSync(into: Uint8Array): number | null } {
  return onWire ? Deno.openSync(`/dev/fd/${descriptors.input}`, { read: true }) : Deno.stdin;
}
