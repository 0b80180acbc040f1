// A page of the preview: wears what the address says, before the loader comes, and opens the panel if it is to be seen.

const query = new URLSearchParams(location.search);
for (const [name, value] of query) {
  const [, token] = /^token\.([a-z-]+)$/.exec(name) || [];
  if (token) document.documentElement.style.setProperty("--tieline-" + token, value);
}
// Each preview begins as it is told to, whatever the last one left.
sessionStorage.removeItem("tieline.open.preview");
addEventListener("load", () => query.has("open") && window.tieline.open());
