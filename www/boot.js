// Starts the app in its document (`frame.html`), and is there when it breaks.
//
// Owns what cannot be left to the wasm: taking the embedding page's port before the wasm has come, fetching the wasm with
// its integrity checked, and telling page and visitor when it traps. Knows nothing of sessions.

import { hearLooks } from "./looks.js";

const WIDGET = "{{asset:widget.js}}";
const PANEL = "{{asset:panel.js}}";
const WASM = "{{asset:widget_bg.wasm}}";
const INTEGRITY = "{{integrity:widget_bg.wasm}}";

// Until the reader's own words have come. They are the first two lines of a language's file.
let words = ["The chat had to stop. What you have sent has arrived.", "Reload"];

const { dataset, lang } = document.documentElement;
const isFrame = dataset.tielineMode !== "page";
let port;
let hasStopped = false;

/** Where there is no page around us we are it: title, sound and notifications are our own document's. */
const standIn = async () => {
  const { makeBell } = await import(PANEL);
  const { port1, port2 } = new MessageChannel();
  const tools = {
    window,
    document,
    later: (_, step, delay) => setTimeout(step, delay),
    cancel: (_, timer) => clearTimeout(timer),
    listen: (target, type, hear) => target.addEventListener(type, hear),
    unlisten: (target, type, hear) => target.removeEventListener(type, hear),
  };
  const options = { channel: dataset.tielineChannel };
  const ring = makeBell(tools)({ name: document.title, options, send: (word) => port1.postMessage(word), show() {} });
  port1.onmessage = ({ data }) => {
    ring.hear(data);
    if (data.type === "ready") ring.offer();
    // Nobody vouches for the visitor here.
    else if (data.type === "need_token") port1.postMessage({ type: "token", token: null });
  };
  return { port: port2 };
};

/** The page around us, once it has introduced itself. Resolves at once where there is none. */
const page = new Promise((resolve) => {
  if (!isFrame) {
    resolve(standIn());
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
    port.addEventListener("message", hearLooks);
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
  widget.styleDocument();
  // Beside the wasm, which asks for the same when it is there.
  widget.loadLocale(lang).then((file) => file && (words = file.split("\n")));
  const [{ port, origin }] = await Promise.all([page, widget.default({ module_or_path: wasm })]);
  widget.start_frame(port, origin);
} catch (error) {
  stop(isTrap(error) ? "trap" : "start");
  throw error;
}
