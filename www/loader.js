// Tieline's loader: the one script tag of a merchant's page.
//
// Owns the launcher, the session creation controls, the frame with the port to it, `window.tieline` and `<tieline-session>`.
// Does not know sessions or sockets: those live behind the frame, in the gateway's origin. What is kept lies there too, but for a
// browser that denies a frame all storage; then, if the tag says so, it lies in the page's, and the loader puts and fetches it.
//
// The page comes first. Until the visitor means to talk nothing is asked of the network and nothing is kept. The page's own
// Content-Security-Policy need only allow `script-src G; frame-src G`: no inline style, no markup from text, no eval.
// What the page does to prototypes after this line no longer matters. What goes wrong ends in a link, not in an exception.
//
// `cargo xtask dist` makes it small, and fills in the names of the inline build and the style sheet of `loader.css`.
(() => {
  "use strict";

  /** A frame that has answered nothing this long after its document came was refused, or is an error page. */
  const SILENCE_MS = 4000;
  /** A frame that is not on its feet by then is given up, and the visitor gets a link. */
  const READY_MS = 15000;
  const INLINE = "{{asset:widget.js}}";
  const STYLES = "{{asset:widget.css}}";

  // Natives as they are now: what a library, a consent manager or a test clock puts in their place later is not used.
  const { document, CustomEvent, MessageChannel, URL } = window;
  const { apply } = Reflect;
  const { parse } = JSON;
  const take = (owner, names) =>
    names.split(" ").map((name) => {
      const native = owner?.[name];
      return (self, ...rest) => apply(native, self, rest);
    });
  const [later, cancel] = take(window, "setTimeout clearTimeout");
  const [listen, unlisten, dispatch] = take(EventTarget.prototype, "addEventListener removeEventListener dispatchEvent");
  const [make, all] = take(Document.prototype, "createElementNS querySelectorAll");
  const [get, set, mark, has] = take(Element.prototype, "getAttribute setAttribute toggleAttribute hasAttribute");
  const [shadow, remove, write] = take(Element.prototype, "attachShadow remove replaceChildren");
  const [append] = take(Node.prototype, "appendChild");
  const [style] = take(CSSStyleDeclaration.prototype, "setProperty");
  const [focus] = take(HTMLElement.prototype, "focus");
  const [path, halt] = take(Event.prototype, "composedPath preventDefault");
  const [read, keep, drop] = take(Storage.prototype, "getItem setItem removeItem");
  const [post, start, hangUp] = take(MessagePort.prototype, "postMessage start close");
  // A browser may come without databases. Then what is taken here throws when it is used.
  const ofBase = (name) => window["IDB" + name]?.prototype;
  const [openBase] = take(ofBase("Factory"), "open");
  const [makeStore, transact, shut] = take(ofBase("Database"), "createObjectStore transaction close");
  const [pick] = take(ofBase("Transaction"), "objectStore");
  const [put, erase, gather] = take(ofBase("ObjectStore"), "put delete getAll");
  const [between] = take(window.IDBKeyRange, "bound");

  // Lists grow by index, as `Array.prototype` belongs to the page.
  const add = (list, value) => {
    list[list.length] = value;
  };
  const without = (list, value) => {
    const kept = [];
    for (let i = 0; i < list.length; i += 1) if (list[i] !== value) add(kept, list[i]);
    return kept;
  };
  const element = (parent, name, attributes, namespace) => {
    const made = make(document, namespace || "http://www.w3.org/1999/xhtml", name);
    for (let i = 0; i < attributes.length; i += 2) set(made, attributes[i], attributes[i + 1]);
    if (parent) append(parent, made);
    return made;
  };

  /** Whatever is registered here is undone by `end()`, last first. */
  const makeScope = () => {
    const undo = [];
    return {
      add: (step) => add(undo, step),
      on(target, type, hear, capture) {
        listen(target, type, hear, capture);
        add(undo, () => unlisten(target, type, hear, capture));
      },
      after(delay, step) {
        const timer = later(window, step, delay);
        add(undo, () => cancel(window, timer));
      },
      end() {
        for (; undo.length; undo.length -= 1) undo[undo.length - 1]();
      },
    };
  };

  // The tag itself. `currentScript` is null for a module; then the tag is known by its attribute.
  const tag = document.currentScript || all(document, "script[data-channel]")[0];
  const settings = { label: "Chat", ...tag.dataset };
  const gateway = new URL(settings.gateway || tag.src).origin;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync("{{style:loader.css}}");

  const text = (value, longest) => (value && typeof value !== "object" ? String(value).slice(0, longest) : undefined);
  const address = (value) => {
    try {
      const { href } = new URL(value, document.baseURI);
      return href.startsWith("http") && href.length < 1000 ? href : undefined;
    } catch {
      return undefined;
    }
  };

  /** An item card of known keys only, or undefined: what the page says is a claim, and may be anything. */
  const toItem = (from) => {
    const title = from && text(from.title, 300);
    if (!title) return undefined;
    const { id, url, image_url, price } = from;
    const amount = price && text(price.amount, 32);
    return {
      title,
      id: text(id, 100),
      url: url && address(url),
      image_url: image_url && address(image_url),
      price: amount && { amount, currency: text(price.currency, 3) },
    };
  };

  const first = (value) => (Array.isArray(value) ? value[0] : value);
  const findProducts = (node, found) => {
    if (Array.isArray(node)) for (let i = 0; i < node.length; i += 1) findProducts(node[i], found);
    else if (node && node["@type"] && first(node["@type"]) === "Product") add(found, node);
    else if (node) findProducts(node["@graph"] || node.mainEntity, found);
    return found;
  };

  /** The schema.org products that the page declares, read anew each time: a single-page shop changes them. */
  const pageItems = () => {
    const items = [];
    const scripts = all(document, 'script[type="application/ld+json"]');
    for (let i = 0; i < scripts.length; i += 1) {
      try {
        const found = findProducts(parse(scripts[i].textContent), []);
        for (let j = 0; j < found.length; j += 1) {
          const { name, sku, productID, url, image, offers } = found[j];
          const picture = first(image);
          const offer = first(offers) || {};
          add(items, toItem({
            title: name,
            id: sku || productID,
            url: url || document.baseURI,
            image_url: picture && (picture.url || picture),
            price: { amount: offer.price || offer.lowPrice, currency: offer.priceCurrency },
          }));
        }
      } catch {
        // Broken JSON-LD is the page's affair.
      }
    }
    return items;
  };

  /** What the page wrote on a control or an element. */
  const itemOf = (json) => {
    try {
      return json ? toItem(parse(json)) : undefined;
    } catch {
      return undefined;
    }
  };

  /** How the page says who its visitor is, by channel. */
  const sources = { __proto__: null };
  /** Every session of this page that has begun: `{channel, send}`. */
  let lines = [];

  /** Asks the page. Whatever comes of it, the session gets an answer. */
  const askToken = ({ channel, send }, type) => {
    const answer = (token) => send({ type, token: token || null });
    const none = () => answer();
    try {
      const source = sources[channel];
      const token = source && source();
      if (token && token.then) token.then(answer, none);
      else answer(token);
    } catch {
      none();
    }
  };
  /** From here to the end of the scope the session hears who its visitor is. */
  const enlist = (scope, line) => {
    add(lines, line);
    scope.add(() => {
      lines = without(lines, line);
    });
    if (sources[line.channel]) askToken(line, "identify");
  };

  /**
   * Puts, removes or reads a value in the page's own database, for a frame that may have none. Each channel has its own names.
   * `answer` is called with a yes or a no, and at once with a no where the page has not opted in.
   */
  const shelve = (options, { id, act, name, value, durability }, answer) => {
    const no = () => answer({ type: "kept", id });
    const attempt = (step) => () => {
      try {
        step();
      } catch {
        no();
      }
    };
    attempt(() => {
      if (options.keep !== "page") return no();
      const request = openBase(window.indexedDB, "tieline-page");
      listen(request, "upgradeneeded", () => makeStore(request.result, "kept"));
      listen(request, "error", no);
      listen(request, "success", attempt(() => {
        const work = transact(request.result, "kept", "readwrite", { durability });
        // Takes effect when the work is done. Whatever happens, nothing stays open.
        shut(request.result);
        const store = pick(work, "kept");
        const key = options.channel + " " + name;
        let found;
        if (act === "put") put(store, value, key);
        else if (act === "remove") erase(store, key);
        else found = gather(store, between(window.IDBKeyRange, key, key + "\uffff"));
        listen(work, "abort", no);
        // A request that has succeeded can still be undone: only the end of its transaction counts.
        listen(work, "complete", () => answer({ type: "kept", id, is_done: true, values: found && found.result }));
      }));
    })();
  };

  /** One frame of the gateway and the port to it. `hear` gets each message, and `{type: "failed"}` when there can be none. */
  const makeLine = (parent, options, hear) => {
    const { channel } = options;
    const scope = makeScope();
    // What ends as soon as the frame is on its feet.
    const wait = makeScope();
    let port;
    const end = () => {
      wait.end();
      scope.end();
    };
    const fail = (why) => {
      end();
      hear({ type: "failed", why });
    };
    const frame = element(0, "iframe", ["title", options.label, "src", gateway + "/w/" + channel]);
    scope.add(() => remove(frame));
    scope.add(() => port && hangUp(port));
    scope.on(frame, "load", () => {
      if (port) hangUp(port);
      const { port1, port2 } = new MessageChannel();
      let alive;
      port = port1;
      listen(port, "message", ({ data }) => {
        alive = true;
        if (data.type === "ready") {
          wait.end();
          enlist(scope, line);
        } else if (data.type === "need_token") askToken(line, "token");
        else if (data.type === "keep") shelve(options, data, (message) => post(port1, message));
        hear(data);
      });
      start(port);
      wait.after(SILENCE_MS, () => alive || fail("unreachable"));
      // The exact origin: whatever else may sit in the frame gets no port.
      frame.contentWindow.postMessage({ tieline: 1, type: "connect" }, gateway, [port2]);
    });
    wait.after(READY_MS, () => fail("timeout"));
    append(parent, frame);
    const line = { channel, end, frame, send: (message) => port && post(port, message) };
    return line;
  };

  /** Fills the way out when no session can be had: a sentence, and a link that needs none of this. */
  const fillNote = (note, { channel, fallback, label, unavailable }, to) => {
    write(note);
    write(element(note, "p", []), unavailable || "The chat cannot be reached right now.");
    const page = gateway + "/c/" + channel + (to ? "?to=" + encodeURIComponent(to) : "");
    const link = element(note, "a", ["href", fallback || page, "target", "_blank"]);
    write(link, label);
    return link;
  };

  const announce = (channel, name, detail) =>
    dispatch(document, new CustomEvent("tieline:" + name, { detail: { channel, ...detail } }));

  /**
   * Where a panel was open when this tab left its last page: the recipient after a sign, or nothing. With a second argument
   * it is kept so, or forgotten if that is empty. Nothing is kept before a panel was opened.
   */
  const lastOpen = (channel, value) => {
    try {
      const store = window.sessionStorage;
      const name = "tieline.open." + channel;
      if (value === undefined) return read(store, name);
      if (value) keep(store, name, value);
      else drop(store, name);
    } catch {
      // A page that may keep nothing: each begins with the panel closed.
    }
  };

  let mounts = [];

  /** One embedding on this page: a launcher in the corner, the panel over it, the controls that open it. */
  const mount = (options) => {
    const { channel, accent, scheme, label } = options;
    for (let i = 0; i < mounts.length; i += 1) if (mounts[i].channel === channel) return mounts[i];
    const scope = makeScope();
    // idle -> loading -> ready, or failed; a failed one may be tried again.
    let state = "idle";
    let line;
    let isOpen = false;
    let isBack = false;
    let unread = 0;
    let request = {};
    let opener;
    let item;
    let locale;

    const host = element(0, "tieline-launcher", ["corner", ""]);
    const root = shadow(host, { mode: "open" });
    root.adoptedStyleSheets = [sheet];
    mark(host, "left", options.position === "left");
    if (accent && CSS.supports("color", accent)) style(host.style, "--tieline-accent", accent);
    if (scheme) style(host.style, "--scheme", scheme);
    const panel = element(root, "div", ["class", "panel frame"]);
    const note = element(root, "div", ["class", "note", "role", "status"]);
    const launcher = element(root, "button", ["type", "button"]);
    mark(launcher, "hidden", options.launcher === "off");
    const space = "http://www.w3.org/2000/svg";
    const icon = element(launcher, "svg", ["viewBox", "0 0 24 24"], space);
    element(icon, "path", ["d", "M4 5.5h16v11h-8.5L7 20.5v-4H4zM8 9.5h8M8 12.8h5"], space);
    element(icon, "path", ["d", "M5 9l7 7 7-7"], space);
    const badge = element(launcher, "span", []);

    const emit = (name, detail) => announce(channel, name, detail);
    const send = (message) => {
      if (state === "ready") line.send(message);
    };
    const hasFocus = () => document.activeElement === host;

    const paint = () => {
      mark(host, "open", isOpen);
      mark(host, "ready", state === "ready");
      mark(panel, "inert", !isOpen);
      set(launcher, "aria-expanded", "" + isOpen);
      set(launcher, "aria-label", unread ? label + " (" + unread + ")" : label);
      write(badge, unread > 99 ? "99+" : unread || "");
    };

    const present = () => {
      send({ type: "open", to: request.to, item: request.item });
      send({ type: "shown" });
      // Somebody who went on to another field while we loaded keeps the caret there, and a page that begins keeps its own.
      const at = document.activeElement;
      if (isBack) isBack = false;
      else if (!at || at === document.body || at === opener || at === host) focus(line.frame);
    };

    const showNote = () => {
      const held = hasFocus() || document.activeElement === opener;
      const link = fillNote(note, options, request.to);
      mark(host, "noted", true);
      if (held) focus(link);
    };

    const giveUp = (why) => {
      state = "failed";
      line.end();
      if (isOpen) showNote();
      isOpen = false;
      lastOpen(channel, "");
      paint();
      emit("failed", { why });
    };

    const hear = ({ type, name, detail, count, why }) => {
      if (type === "ready") {
        state = "ready";
        send({ type: "theme", accent, scheme });
        if (locale) send({ type: "locale", tag: locale });
        paint();
        emit("ready");
        if (isOpen) present();
      } else if (type === "close") close();
      else if (type === "unread") {
        unread = count;
        paint();
        emit("unread", { count });
      } else if (type === "event") emit(name, detail);
      else if (type === "failed") giveUp(why);
    };

    /** Makes the frame, out of sight. Called at the first sign that the visitor means to talk. */
    const prepare = () => {
      if (state === "loading" || state === "ready") return;
      state = "loading";
      line = makeLine(panel, options, hear);
    };

    const open = (wish, control) => {
      request = { to: wish && text(wish.to, 100), item: (wish && toItem(wish.item)) || item };
      opener = control || (hasFocus() ? launcher : document.activeElement);
      isBack = false;
      prepare();
      if (state === "failed") return showNote();
      mark(host, "noted", false);
      const wasOpen = isOpen;
      isOpen = true;
      lastOpen(channel, "=" + (request.to || ""));
      paint();
      if (state === "ready") present();
      if (!wasOpen) emit("opened");
    };

    const close = () => {
      mark(host, "noted", false);
      // Before the panel turns inert: afterwards the browser has dropped the focus already.
      if (hasFocus()) focus(opener && opener.isConnected ? opener : launcher);
      if (!isOpen) return;
      isOpen = false;
      lastOpen(channel, "");
      send({ type: "hidden" });
      paint();
      emit("closed");
    };

    const toggle = () => {
      const items = pageItems();
      // A list of products does not say which one is meant.
      if (isOpen || has(host, "noted")) close();
      else open({ item: items[1] ? undefined : items[0] });
    };

    const api = (name, ...rest) => apply(api[name], api, rest);
    const destroy = () => {
      scope.end();
      lastOpen(channel, "");
      if (line) line.end();
      remove(host);
      mounts = without(mounts, api);
      if (window.tieline === api) window.tieline = mounts[0];
    };
    const methods = {
      channel,
      mount,
      open: (wish) => open(wish),
      close,
      toggle,
      destroy,
      identify(source) {
        sources[channel] = source;
        for (let i = 0; i < lines.length; i += 1) if (lines[i].channel === channel) askToken(lines[i], "identify");
      },
      setItem(value) {
        item = toItem(value);
        send({ type: "item", item });
      },
      setLocale(tag) {
        locale = tag;
        send({ type: "locale", tag });
      },
      on: (name, hear) => scope.on(document, "tieline:" + name, hear),
      off: (name, hear) => unlisten(document, "tieline:" + name, hear),
    };
    Object.assign(api, methods);
    Object.defineProperty(api, "unread", { get: () => unread });

    /** The session creation control that an event passed through, if it is one of ours. */
    const controlOf = (event) => {
      const nodes = path(event);
      for (let i = 0; i < nodes.length; i += 1) {
        const node = nodes[i];
        if (node.nodeType === 1 && has(node, "data-tieline-open")) {
          const named = get(node, "data-tieline-channel");
          return (named ? named === channel : mounts[0] === api) && node;
        }
      }
    };
    const hint = (event) => state === "idle" && controlOf(event) && prepare();
    scope.on(document, "pointerover", hint, true);
    scope.on(document, "focusin", hint, true);
    scope.on(document, "click", (event) => {
      const control = controlOf(event);
      // A control that is a link stays one for those who want a new tab.
      if (!control || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      halt(event);
      const item = itemOf(get(control, "data-tieline-item")) || pageItems()[0];
      open({ to: get(control, "data-tieline-to"), item }, control);
    }, true);
    scope.on(document, "keydown", ({ key }) => {
      const at = document.activeElement;
      if (key === "Escape" && (at === host || at === opener || at === document.body)) close();
    });
    listen(launcher, "pointerover", prepare);
    listen(launcher, "focus", prepare);
    listen(launcher, "click", toggle);

    // On a phone the keyboard shrinks what is seen, not the page: the panel follows what is seen.
    const view = window.visualViewport;
    const fit = () => {
      style(panel.style, "--height", view.height + "px");
      style(panel.style, "--top", view.offsetTop + "px");
    };
    scope.on(view, "resize", fit);
    scope.on(view, "scroll", fit);
    fit();

    // Beside the body, not in it: a framework that replaces the body would take the session along.
    const place = () => append(document.documentElement, host);
    paint();
    // On a phone the panel is the whole screen: who goes to another page there wants to see the page.
    const back = window.innerWidth > 480 && lastOpen(channel);
    const begin = () => {
      place();
      if (back) {
        open({ to: back.slice(1) });
        isBack = true;
      }
    };
    if (document.body) begin();
    else scope.on(document, "DOMContentLoaded", begin);
    add(mounts, api);
    return api;
  };

  /** `<tieline-session channel mode="frame|inline" to item>`: a session within the page's own layout, begun when it is seen. */
  class Session extends HTMLElement {
    static observedAttributes = ["channel", "to", "item"];

    connectedCallback() {
      const scope = (this.scope = makeScope());
      const watch = new IntersectionObserver((seen) => {
        if (!seen[seen.length - 1].isIntersecting) return;
        watch.disconnect();
        this.begin(scope);
      });
      watch.observe(this);
      scope.add(() => watch.disconnect());
    }

    disconnectedCallback() {
      this.scope.end();
      this.scope = 0;
    }

    attributeChangedCallback() {
      if (!this.scope) return;
      this.disconnectedCallback();
      this.connectedCallback();
    }

    begin(scope) {
      const options = { ...settings, channel: get(this, "channel") || settings.channel };
      const { channel } = options;
      const wish = { to: get(this, "to") || undefined, item: itemOf(get(this, "item")) };
      const onEvent = (name, detail) => announce(channel, name, detail);
      const makeBox = (kind) => {
        const root = this.shadowRoot || shadow(this, { mode: "open" });
        root.adoptedStyleSheets = [sheet];
        const box = element(root, "div", ["class", kind]);
        scope.add(() => remove(box));
        return box;
      };
      const fail = (why) => {
        fillNote(makeBox("box"), options, wish.to);
        onEvent("failed", { why });
      };
      if (get(this, "mode") === "inline") {
        const begin = async () => {
          const widget = await import(gateway + INLINE);
          await widget.default();
          if (this.scope !== scope) return;
          const { accent, scheme } = options;
          const getToken = () => sources[channel] && sources[channel]();
          const styles = gateway + STYLES;
          const handle = widget.mount(this, { gateway, channel, styles, accent, scheme, getToken, onEvent, ...wish });
          scope.add(() => handle.destroy());
          enlist(scope, { channel, send: ({ token }) => handle.identify(token) });
        };
        begin().catch(() => this.scope === scope && fail("blocked"));
        return;
      }
      mark(this, "ready", false);
      const line = makeLine(makeBox("box frame"), options, ({ type, why, name, detail }) => {
        if (type === "ready") {
          mark(this, "ready", true);
          line.send({ type: "open", ...wish });
          line.send({ type: "shown" });
        } else if (type === "failed") fail(why);
        else if (type === "event") onEvent(name, detail);
      });
      scope.add(line.end);
    }
  }
  if (!customElements.get("tieline-session")) customElements.define("tieline-session", Session);

  if (!settings.channel) return;
  const earlier = window.tieline;
  if (earlier && earlier.mount) return earlier.mount(settings);
  const api = (window.tieline = mount(settings));
  // Calls that the page made before we came.
  const calls = (earlier && earlier.q) || [];
  for (let i = 0; i < calls.length; i += 1) apply(api, null, calls[i]);
})();
