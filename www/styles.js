// The styles of what is fetched later, beside it.
//
// `cargo xtask dist` puts this before the JavaScript half of the wasm (`widget.js`), where what fetches a part calls it. In a
// page of the merchant's the one style sheet has all of them from the start.

let isOurs = false;

/** The document is one of ours: what is fetched later brings its styles along. */
export const styleDocument = () => {
  isOurs = true;
};

const link = () =>
  new Promise((resolve, reject) => {
    const styles = document.createElement("link");
    styles.rel = "stylesheet";
    styles.href = new URL("{{asset:widget_later.css}}", import.meta.url);
    styles.onload = resolve;
    styles.onerror = () => {
      // The next wish asks again.
      styles.remove();
      reject(new Error("no styles"));
    };
    document.head.append(styles);
  });

/** A part on its way, once its styles hold as well: without them it would be there and could not be used. */
const withStyles = async (part) => (await Promise.all([part, isOurs && link()]))[0];
