// Starts the app in its document (`frame.html`), and is there when it breaks.
//
// Owns what cannot be left to the wasm: taking the embedding page's port before the wasm has come, fetching the wasm with
// its integrity checked, and telling page and visitor when it traps. Knows nothing of sessions.

const WIDGET = "{{asset:widget.js}}";
const WASM = "{{asset:widget_bg.wasm}}";
const INTEGRITY = "{{integrity:widget_bg.wasm}}";

// Until the reader's own words have come. They are the first two lines of a language's file.
let words = ["The chat had to stop. What you have sent has arrived.", "Reload"];

const { dataset, lang } = document.documentElement;
const isFrame = dataset.tielineMode !== "page";
let port;
let hasStopped = false;

/** The page around us, once it has introduced itself. Resolves at once where there is none. */
const page = new Promise((resolve) => {
  if (!isFrame) {
    resolve({});
    return;
  }
  const origins = JSON.parse(dataset.tielineOrigins || "[]");
  const hear = ({ source, origin, data, ports }) => {
    // The browser says where a message is from, its sender does not. Only the page around us, and only a page of the
    // channel's: `frame-ancestors` has let no other in, and this does not rely on it.
    const isOurs = source === parent && origins.includes(origin) && data?.tieline === 1 && data.type === "connect";
    if (!isOurs || !ports[0]) return;
    removeEventListener("message", hear);
    port = ports[0];
    // The loader gives up on a frame that says nothing. The wasm may take longer than its patience on a slow line.
    port.postMessage({ type: "loading" });
    resolve({ port, origin });
  };
  addEventListener("message", hear);
});

/** The end of the app: the page puts its way out there, and whoever looks at us reads what happened. */
const stop = (why) => {
  if (hasStopped) return;
  hasStopped = true;
  console.error("tieline: stopped", why);
  port?.postMessage({ type: "failed", why: String(why) });
  const [text, reload] = words;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = reload;
  button.addEventListener("click", () => location.reload());
  const box = document.getElementById("stopped");
  box.append(paragraph, button);
  box.hidden = false;
  document.getElementById("tieline").remove();
};

// A trap leaves the wasm in the middle of something: no call into it makes sense any more.
const isTrap = (error) => error instanceof WebAssembly.RuntimeError;
addEventListener("error", ({ error }) => isTrap(error) && stop("trap"));
addEventListener("unhandledrejection", ({ reason }) => isTrap(reason) && stop("trap"));

try {
  const wasm = fetch(WASM, { integrity: INTEGRITY });
  const widget = await import(WIDGET);
  // Beside the wasm, which asks for the same when it is there.
  widget.loadLocale(lang).then((file) => file && (words = file.split("\n")));
  const [{ port, origin }] = await Promise.all([page, widget.default({ module_or_path: wasm })]);
  widget.start_frame(port, origin);
} catch (error) {
  stop(isTrap(error) ? "trap" : "start");
  throw error;
}
