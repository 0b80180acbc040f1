// The preview of a theme: what the controls say goes into the addresses of three small shop pages, which hold the real loader.
//
// Owns the controls, the words about contrast, and what is to be pasted. Changes nothing anywhere: there is no sign-in, and the
// frame that the shop pages open is a sample of ours, not a session.

const form = document.getElementById("controls");
const frames = document.querySelectorAll("iframe");
const isOpen = document.getElementById("is-open");
const verdict = document.getElementById("verdict");
const pasted = document.getElementById("tag");
const { channel, accent: given } = document.documentElement.dataset;
const here = location.origin;
if (/^#[0-9a-f]{6}$/.test(given)) form.elements.accent.setAttribute("value", given);
const usual = form.elements.accent.value;

/** The custom property's name behind a control, if it is one of a token. */
const tokenOf = ({ name, dataset }) => (!("token" in dataset) ? undefined : ["", "px"].includes(dataset.token) ? name : dataset.token);
const propertyOf = (token) => (token === "font" ? "font-family" : token.startsWith("radius") ? "border-radius" : "color");

/** What is set: attributes of the tag, and custom properties. */
const read = () => {
  const attributes = {};
  const tokens = {};
  for (const control of form.elements) {
    const { name, type, checked, dataset } = control;
    const value = control.value?.trim();
    if (!name || !value || (type === "checkbox" && !checked)) continue;
    const token = tokenOf(control);
    if (!token) {
      if (name !== "accent" || value !== usual || given) attributes[name] = value;
      continue;
    }
    const full = dataset.token === "px" ? value + "px" : value;
    const isValid = CSS.supports(propertyOf(token), full);
    control.toggleAttribute("aria-invalid", !isValid);
    if (isValid) tokens[token] = full;
  }
  return { attributes, tokens };
};

const show = ({ attributes, tokens }) => {
  for (const frame of frames) {
    const query = new URLSearchParams(attributes);
    if (frame.dataset.scheme) query.set("scheme", frame.dataset.scheme);
    for (const [name, value] of Object.entries(tokens)) query.set("token." + name, value);
    if (isOpen.checked) query.set("open", "1");
    const address = `${here}/c/${channel}/theme/shop?${query}`;
    // Without a step back in this page's history.
    if (frame.contentWindow && frame.src) frame.contentWindow.location.replace(address);
    else frame.src = address;
  }
};

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const print = ({ attributes, tokens }) => {
  const named = Object.entries(attributes).map(([name, value]) => ` data-${name}="${escape(value)}"`);
  const lines = [`<script src="${here}/loader.js" data-channel="${channel}"${named.join("")} async></${"script"}>`];
  const rules = Object.entries(tokens).map(([name, value]) => `  --tieline-${name}: ${value};`);
  if (rules.length) lines.push("", "/* In a style sheet of your page: */", ":root {", ...rules, "}");
  pasted.textContent = lines.join("\n");
};

/** A CSS colour as the screen shows it in one scheme, in hex; undefined if it lets something through. */
const hexOf = (colour, scheme) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.colorScheme = scheme;
  probe.style.color = colour;
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  brush.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  brush.fillRect(0, 0, 1, 1);
  const [r, g, b, alpha] = brush.getImageData(0, 0, 1, 1).data;
  return alpha === 255 ? [r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("") : undefined;
};

let turn = 0;
/** The gateway computes, in one place; here are the words. */
const judge = async ({ tokens }) => {
  const mine = (turn += 1);
  const query = new URLSearchParams({ accent: form.elements.accent.value.slice(1) });
  for (const scheme of ["light", "dark"]) {
    for (const name of ["surface", "raised", "text", "muted", "danger"]) {
      const hex = tokens[name] && hexOf(tokens[name], scheme);
      if (hex) query.set(`${scheme}.${name}`, hex);
    }
  }
  const answer = await fetch(`${here}/c/${channel}/theme/contrast?${query}`);
  const said = answer.ok ? await answer.json() : [];
  if (mine !== turn) return;
  verdict.replaceChildren(...said.map(({ kind, words }) => Object.assign(document.createElement("li"), { className: kind, textContent: words })));
};

let timer;
const change = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const wish = read();
    show(wish);
    print(wish);
    judge(wish).catch(() => verdict.replaceChildren());
  }, 150);
};
form.addEventListener("input", change);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(change));
document.getElementById("copy").addEventListener("click", async () => {
  const copied = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(pasted.textContent);
    copied.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(pasted);
    copied.textContent = "Your browser does not let this page copy. It is marked: press Ctrl+C.";
  }
});
change();
