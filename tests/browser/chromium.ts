/**
 * Debian's Chromium, without a head, over the DevTools protocol: no driver, one socket.
 * @module
 */

/** Where Chromium is found, or null. `CHROMIUM` in the environment comes first. */
export async function findChromium(): Promise<string | null> {
  const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  for (const path of [Deno.env.get("CHROMIUM") ?? "", ...places]) {
    if (path === "") continue;
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch { /* not there */ }
  }
  return null;
}

/** A JSON message of the protocol. */
type Message = { [key: string]: unknown };

/** What a page did while it was open. */
export interface PageLog {
  /** URLs asked for, `data:` ones left out. */
  readonly requests: string[];
  readonly console: string[];
}

/** A running browser with one page. */
export class Browser {
  #process: Deno.ChildProcess;
  #profile: string;
  #socket: WebSocket;
  #next = 1;
  #waiting = new Map<number, { resolve: (m: Message) => void; reject: (e: Error) => void }>();
  #session = "";
  #loaded: (() => void) | null = null;
  readonly log: PageLog = { requests: [], console: [] };

  private constructor(process: Deno.ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
  }

  /** Starts the browser and opens an empty page. @param gl with WebGL, drawn by the processor */
  static async start(path: string, { gl = false } = {}): Promise<Browser> {
    const profile = await Deno.makeTempDir({ prefix: "likeness-chromium-" });
    const process = new Deno.Command(path, {
      args: [
        "--headless=new",
        "--no-sandbox",
        ...(gl
          ? ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
          : ["--disable-gpu"]),
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--hide-scrollbars",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const port = await waitFor(async () => {
      const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
      return text.includes("\n") ? text.split("\n") : null;
    });
    const socket = new WebSocket(`ws://127.0.0.1:${port[0]}${port[1]}`);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("Chromium's socket does not open"));
    });
    const browser = new Browser(process, profile, socket);
    const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await browser.send("Target.attachToTarget", { targetId, flatten: true });
    browser.#session = sessionId as string;
    for (const domain of ["Page", "Runtime", "Network", "Log"]) {
      await browser.send(`${domain}.enable`);
    }
    return browser;
  }

  /** One command of the protocol. */
  send(method: string, params: Message = {}): Promise<Message> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const session = this.#session ? { sessionId: this.#session } : {};
      this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    });
  }

  /** Opens a page at a width and in a theme, and waits until it is loaded. */
  async open(
    url: string,
    { width, height = 900, theme }: { width: number; height?: number; theme: "light" | "dark" },
  ): Promise<void> {
    this.log.requests.length = 0;
    this.log.console.length = 0;
    await this.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await this.send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: theme }],
    });
    const loaded = new Promise<void>((resolve) => this.#loaded = resolve);
    await this.send("Page.navigate", { url });
    await loaded;
    await this.evaluate("document.fonts.ready.then(() => true)");
  }

  /** Value of an expression in the page, which must be JSON. Promises are awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    }) as { result: { value: T }; exceptionDetails?: { text: string; exception?: Message } };
    if (exceptionDetails) {
      throw new Error(String(exceptionDetails.exception?.description ?? exceptionDetails.text));
    }
    return result.value;
  }

  /** PNG of the whole page, or of the part from `top` of this height. */
  async screenshot(part?: { top: number; height: number }): Promise<Uint8Array> {
    const [width, height] = await this.evaluate<[number, number]>(
      "[document.documentElement.clientWidth, document.documentElement.scrollHeight]",
    );
    const clip = { x: 0, y: part?.top ?? 0, width, height: part?.height ?? height, scale: 1 };
    const { data } = await this.send("Page.captureScreenshot", {
      format: "png",
      captureBeyondViewport: true,
      clip,
    });
    return Uint8Array.fromBase64(data as string);
  }

  /** Ends the browser and removes its profile. */
  async close(): Promise<void> {
    this.#session = "";
    await this.send("Browser.close").catch(() => {});
    await this.#process.status;
    this.#socket.close();
    await Deno.remove(this.#profile, { recursive: true }).catch(() => {});
  }

  #receive(message: Message) {
    const waiting = this.#waiting.get(message.id as number);
    if (waiting) {
      this.#waiting.delete(message.id as number);
      const error = message.error as { message: string } | undefined;
      if (error) waiting.reject(new Error(error.message));
      else waiting.resolve(message.result as Message);
      return;
    }
    // deno-lint-ignore no-explicit-any -- events of a protocol without types
    const params = message.params as any;
    switch (message.method) {
      case "Page.loadEventFired":
        this.#loaded?.();
        break;
      case "Network.requestWillBeSent":
        if (!params.request.url.startsWith("data:")) this.log.requests.push(params.request.url);
        break;
      case "Runtime.consoleAPICalled":
        this.log.console.push(`${params.type}: ${JSON.stringify(params.args)}`);
        break;
      case "Runtime.exceptionThrown":
        this.log.console.push(params.exceptionDetails.text);
        break;
      case "Log.entryAdded":
        this.log.console.push(`${params.entry.level}: ${params.entry.text}`);
    }
  }
}

async function waitFor<T>(ask: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Chromium did not start within 20 s");
}
