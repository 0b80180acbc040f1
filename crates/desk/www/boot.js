// Starts the desk in its document (`desk.html`), and is there when it breaks. Knows nothing of sign-in or sessions.

const DESK = "{{asset:desk.js}}";
const WASM = "{{asset:desk_bg.wasm}}";
const INTEGRITY = "{{integrity:desk_bg.wasm}}";

/** The end of the app: says so in its place. A trap leaves the wasm in the middle of something. */
const stop = (why) => {
  const box = document.getElementById("stopped");
  if (!box.hidden) return;
  console.error("tieline: stopped", why);
  document.getElementById("reload").addEventListener("click", () => location.reload());
  document.getElementById("desk").hidden = true;
  box.hidden = false;
};

const isTrap = (error) => error instanceof WebAssembly.RuntimeError;
addEventListener("error", ({ error }) => isTrap(error) && stop("trap"));
addEventListener("unhandledrejection", ({ reason }) => isTrap(reason) && stop("trap"));

try {
  const wasm = fetch(WASM, { integrity: INTEGRITY });
  const desk = await import(DESK);
  await desk.default({ module_or_path: wasm });
  desk.start_desk();
} catch (error) {
  stop(isTrap(error) ? "trap" : "start");
  throw error;
}
