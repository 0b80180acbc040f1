// What a preview's loader finds in the frame: takes looks from the page, says that it is ready, and is no session.

import { hearLooks } from "./looks.js";

const { style } = document.documentElement;
addEventListener("message", ({ source, origin, data, ports }) => {
  if (source !== parent || origin !== location.origin || data?.tieline !== 1 || !ports[0]) return;
  const [port] = ports;
  port.onmessage = (event) => {
    hearLooks(event);
    const { type, accent, scheme } = event.data;
    if (type !== "theme") return;
    if (CSS.supports("color", accent || "")) style.setProperty("--tieline-accent", accent);
    if (["light", "dark"].includes(scheme)) style.setProperty("color-scheme", scheme);
  };
  port.postMessage({ type: "ready" });
  document.getElementById("close").addEventListener("click", () => port.postMessage({ type: "close" }));
});
