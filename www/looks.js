// What a document of ours takes over from the page around it: tokens, and how far bars of the device reach over it.
// `cargo xtask dist` puts it into those that begin with its import.

/** Which CSS property a token has to be a value of. A page may say anything, and one wrong value makes a rule void. */
const KINDS = { font: "font-family", shadow: "box-shadow", "radius-control": "border-radius", "radius-bubble": "border-radius" };

export const hearLooks = ({ data }) => {
  const { style } = document.documentElement;
  const wear = (name, value, property) => {
    if (!value) style.removeProperty(name);
    else if (CSS.supports(property, value)) style.setProperty(name, value);
  };
  if (data?.type === "viewport") {
    wear("--tieline-inset-top", data.top, "width");
    wear("--tieline-inset-bottom", data.bottom, "width");
  }
  if (data?.type === "theme") {
    for (const [name, value] of Object.entries(data.tokens || {})) {
      if (/^[a-z-]+$/.test(name)) wear("--tieline-" + name, String(value), KINDS[name] || "color");
    }
  }
};
