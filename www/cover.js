// The panel where it is the whole screen. `cargo xtask dist` puts it into `panel.js`.

/**
 * Where the panel is the whole screen: follows what is seen of the page, as a keyboard shrinks that and not the page; keeps the
 * page behind it where it is; tells the frame how far cut-outs and bars of the device reach into it, as no frame can ask; and lets
 * the device's own gesture for "back" close it, where the browser has one that leaves the page's history alone.
 */
export const makeCover = ({ window, document, makeScope, matchMedia, measure, scrollTo, style, listen }, panel, send, close) => {
  const scope = makeScope();
  const { visualViewport: view, CloseWatcher } = window;
  // The same words as in `loader.css`.
  const narrow = matchMedia(window, "(max-width: 480px), (max-height: 420px)");
  const root = document.documentElement;
  let isOpen = false;
  let held;
  let told = "";

  const fit = () => {
    // Somebody who enlarges the picture with two fingers wants to see a part of it.
    const follows = isOpen && narrow.matches && view.scale < 1.02;
    const put = (name, value) => style(panel.style, name, follows ? value + "px" : "");
    put("--height", view.height);
    put("--width", view.width);
    put("--top", view.offsetTop);
    put("--left", view.offsetLeft);
    const { scrollPaddingTop, scrollPaddingBottom } = measure(window, panel);
    // Above a keyboard there is no bar of the device.
    const isLow = view.height < window.innerHeight * 0.8;
    const top = narrow.matches ? scrollPaddingTop : "0px";
    const bottom = narrow.matches && !isLow ? scrollPaddingBottom : "0px";
    if (told === top + bottom) return;
    if (send({ type: "viewport", top, bottom })) told = top + bottom;
  };
  const release = () => {
    if (!held) return;
    const { overflow, x, y, watcher } = held;
    held = 0;
    style(root.style, "overflow", overflow);
    // Focus in a frame may have scrolled the page, unseen.
    if (window.scrollX !== x || window.scrollY !== y) scrollTo(window, { left: x, top: y, behavior: "instant" });
    if (watcher) watcher.destroy();
  };
  const hold = () => {
    if (held) return;
    held = { overflow: root.style.overflow, x: window.scrollX, y: window.scrollY };
    style(root.style, "overflow", "hidden", "important");
    if (!CloseWatcher) return;
    held.watcher = new CloseWatcher();
    listen(held.watcher, "close", close);
  };
  const settle = () => {
    if (isOpen && narrow.matches) hold();
    else release();
    fit();
  };
  scope.on(view, "resize", fit);
  scope.on(view, "scroll", fit);
  scope.on(narrow, "change", settle);
  scope.add(release);
  return {
    fit() {
      told = "";
      fit();
    },
    set(value) {
      isOpen = value;
      settle();
    },
    end: scope.end,
  };
};
