// Tieline's loader: the one script tag of a merchant's page.
//
// Owns what stands in the page before anybody means to talk: the launcher, the session creation controls, `window.tieline` and
// `<tieline-session>`. The rest is `panel.js`, which comes at the first sign that somebody does, together with the frame. Until
// it is here, what was asked waits, and the panel shows its empty shape. Does not know sessions or sockets: those live behind
// the frame, in the gateway's origin.
//
// The page comes first. Until the visitor means to talk nothing is asked of the network and nothing is kept. The page's own
// Content-Security-Policy need only allow `script-src G; frame-src G`: no inline style, no markup from text, no eval.
// What the page does to prototypes after this line no longer matters. What goes wrong ends in a link, not in an exception.
//
// `cargo xtask dist` makes it small, and fills in the name of `panel.js` and the style sheet of `loader.css`.
(() => {
  "use strict";

  /** A part that has not come by then is given up, and the visitor gets a link. */
  const PATIENCE_MS = 15000;
  const PANEL = "{{asset:panel.js}}";
  const PRODUCTS = 'script[type="application/ld+json"]';

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
  const [matchMedia, measure, scrollTo] = take(window, "matchMedia getComputedStyle scrollTo");
  const [listen, unlisten, dispatch] = take(EventTarget.prototype, "addEventListener removeEventListener dispatchEvent");
  const [make, all] = take(Document.prototype, "createElementNS querySelectorAll");
  const [get, set, mark, has] = take(Element.prototype, "getAttribute setAttribute toggleAttribute hasAttribute");
  const [shadow, remove, write] = take(Element.prototype, "attachShadow remove replaceChildren");
  const [append] = take(Node.prototype, "appendChild");
  const [style, styled] = take(CSSStyleDeclaration.prototype, "setProperty getPropertyValue");
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
  const settings = { ...tag.dataset };
  const gateway = new URL(settings.gateway || tag.src).origin;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync("{{style:loader.css}}");

  const announce = (channel, name, detail) =>
    dispatch(document, new CustomEvent("tieline:" + name, { detail: { channel, ...detail } }));

  /** How the page says who its visitor is, by channel. */
  const sources = { __proto__: null };
  let mounts = [];

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

  /** The frame, asked for at once: it takes longer to come than the part that talks to it. */
  const makeFrame = (parent, { channel, label }) => {
    const frame = element(0, "iframe", ["title", label, "allow", "microphone", "src", gateway + "/w/" + channel]);
    const made = { frame };
    listen(frame, "load", () => {
      made.isLoaded = true;
    });
    append(parent, frame);
    return made;
  };

  /** What is said when no session can be had, by language. */
  const SORRY = {
    ar: "تعذّر الوصول إلى المحادثة الآن.",
    de: "Der Chat ist gerade nicht erreichbar.",
    en: "The chat cannot be reached right now.",
    es: "No se puede acceder al chat en este momento.",
    fr: "Le chat est inaccessible pour le moment.",
    hi: "चैट अभी उपलब्ध नहीं है।",
    ja: "ただいまチャットに接続できません。",
    pt: "Não é possível acessar o chat agora.",
    ru: "Чат сейчас недоступен.",
    zh: "暂时无法连接聊天。",
  };
  /** Fills the way out when no session can be had: a sentence, and a link that needs none of this. */
  const fillNote = (note, { channel, fallback, label, unavailable }, to) => {
    write(note);
    write(element(note, "p", []), unavailable || SORRY[window.navigator.language.slice(0, 2)] || SORRY.en);
    const page = gateway + "/c/" + channel + (to ? "?to=" + encodeURIComponent(to) : "");
    const link = element(note, "a", ["href", fallback || page, "target", "_blank"]);
    write(link, label);
    return link;
  };

  let part;
  let tries = 0;
  /**
   * Fetches `panel.js`. By `import`: it passes a policy of hosts and one of nonces, and Trusted Types have no say in it. The link
   * before it brings the integrity: a module that does not agree with it is none.
   */
  const fetchPart = async (place, name) => {
    const address = gateway + name + (tries ? "?" + tries : "");
    tries += 1;
    if (name === PANEL) {
      const link = element(0, "link", ["rel", "modulepreload", "href", address, "integrity", "{{integrity:panel.js}}"]);
      link.nonce = tag.nonce;
      append(place, link);
    }
    return (await import(address)).default(tools);
  };
  /**
   * The part, fetched once for all of this page. A gateway that was renewed since the page was loaded has that very module no more,
   * but a younger one under a plain name. A page that pinned down the loader gets what the loader pins down, or nothing.
   */
  const findPart = async (place) => {
    try {
      return await fetchPart(place, PANEL);
    } catch {
      return fetchPart(place, tag.integrity ? PANEL : "/panel.js");
    }
  };
  /** Calls `then` once, with the part, or with nothing if it is not to be had. */
  const bring = async (place, then) => {
    let isOver;
    const settle = (found) => {
      cancel(window, timer);
      if (!isOver) then(found);
      isOver = true;
    };
    const timer = later(window, () => settle(), PATIENCE_MS);
    try {
      part = part || findPart(place);
      settle(await part);
    } catch {
      part = 0;
      settle();
    }
  };

  /** One embedding on this page: a launcher in the corner, the panel over it, the controls that open it. */
  const mount = (given) => {
    const { channel, accent, scheme, position, launcher: own, text } = given;
    const options = { ...given, label: given.label || text || "Chat" };
    for (let i = 0; i < mounts.length; i += 1) if (mounts[i].channel === channel) return mounts[i];
    const scope = makeScope();
    // What the other part made of this mount. Until then: whether it was asked for, and what waits for it.
    let full;
    let isBegun;
    let calls = [];

    const host = element(0, "tieline-launcher", ["corner", ""]);
    const root = shadow(host, { mode: "open" });
    root.adoptedStyleSheets = [sheet];
    // `start` and `end` follow the page's direction. The other two are sides of the screen: here everything is written one way.
    mark(host, "start", position === "start" || position === "left");
    if (position === "left" || position === "right") set(host, "dir", "ltr");
    const wear = (name, property, value) => {
      if (value && CSS.supports(property, value)) style(host.style, name, value);
    };
    const length = (value) => (value > 0 ? value + "px" : value);
    wear("--tieline-accent", "color", accent);
    wear("--scheme", "color-scheme", scheme);
    wear("--tieline-z", "z-index", options.zIndex);
    wear("--tieline-x", "width", length(options.offsetX));
    wear("--tieline-y", "width", length(options.offsetY));
    wear("--tieline-size", "width", length(options.size));
    const panel = element(root, "div", ["class", "panel frame", "inert", ""]);
    const note = element(root, "div", ["class", "note", "role", "status", "dir", "auto"]);
    const launcher = element(root, "button", ["type", "button", "aria-expanded", "false", "aria-label", options.label]);
    const isBare = own === "off" || own === "none";
    mark(launcher, "hidden", isBare);
    mark(host, "bare", isBare);
    const space = "http://www.w3.org/2000/svg";
    const icon = element(launcher, "svg", ["viewBox", "0 0 24 24"], space);
    element(icon, "path", ["d", "M4 5.5h16v11h-8.5L7 20.5v-4H4zM8 9.5h8M8 12.8h5"], space);
    element(icon, "path", ["d", "M5 9l7 7 7-7"], space);
    if (text) write(element(launcher, "b", ["dir", "auto"]), text);
    const badge = element(launcher, "span", []);

    /** Where the focus is, seen from the page and from within. */
    const focused = () => (document.activeElement === host ? launcher : document.activeElement);
    /** The way out, in place of the panel. */
    const showNote = (to, opener, at = focused()) => {
      const link = fillNote(note, options, to);
      mine.opener = opener;
      mark(host, "open", false);
      mark(host, "noted", true);
      lastOpen(channel, "");
      if (at === launcher || at === opener) focus(link);
    };
    // What both parts know of this mount.
    const mine = { options, scope, host, panel, note, launcher, badge, focused, showNote, unread: 0 };

    /** Makes the frame, out of sight, and fetches the rest. Called at the first sign that the visitor means to talk. */
    const prepare = () => {
      if (full) return full.prepare();
      if (isBegun) return;
      isBegun = true;
      mine.made = makeFrame(panel, options);
      bring(root, (found) => {
        const waiting = calls;
        const isOpen = has(host, "open");
        calls = [];
        isBegun = false;
        if (mine.isGone) return;
        if (found) {
          full = found.attach(mine);
          for (let i = 0; i < waiting.length; i += 1) apply(full[waiting[i][0]], full, waiting[i][1]);
          return;
        }
        remove(mine.made.frame);
        const last = waiting[waiting.length - 1];
        if (isOpen) showNote(last[1][0].to, last[1][1]);
        announce(channel, "failed", { why: "unreachable" });
      });
    };
    /** Opens, closes or toggles. Until the part is here the panel shows that it was heard. */
    const act = (name, wish, opener) => {
      const isNoted = has(host, "noted");
      if (full) return full[name](wish, opener);
      mark(host, "noted", false);
      if (isNoted && name !== "open") return focus(mine.opener || launcher);
      if (name === "close" && !isBegun) return;
      mark(host, "open", name === "open" || (name === "toggle" && !has(host, "open")));
      add(calls, [name, [wish, opener]]);
      prepare();
    };

    const api = (name, ...rest) => apply(api[name], api, rest);
    const methods = {
      channel,
      mount,
      open: (wish) => act("open", { to: wish && wish.to, item: wish && wish.item }, focused()),
      close: () => act("close"),
      toggle: () => act("toggle", { scripts: all(document, PRODUCTS) }, focused()),
      destroy() {
        mine.isGone = true;
        scope.end();
        lastOpen(channel, "");
        remove(host);
        mounts = without(mounts, api);
        if (window.tieline === api) window.tieline = mounts[0];
      },
      identify(source) {
        sources[channel] = source;
        tools.onSource(channel);
      },
      setItem(item) {
        mine.item = item;
        if (full) full.tellItem();
      },
      setLocale(locale) {
        mine.locale = locale;
        if (full) full.tellLocale();
      },
      on: (name, hear) => scope.on(document, "tieline:" + name, hear),
      off: (name, hear) => unlisten(document, "tieline:" + name, hear),
    };
    Object.assign(api, methods);
    Object.defineProperty(api, "unread", { get: () => mine.unread });

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
    const hint = (event) => !full && controlOf(event) && prepare();
    scope.on(document, "pointerover", hint, true);
    scope.on(document, "focusin", hint, true);
    scope.on(document, "click", (event) => {
      const control = controlOf(event);
      // A control that is a link stays one for those who want a new tab.
      if (!control || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      halt(event);
      const json = get(control, "data-tieline-item");
      act("open", { to: get(control, "data-tieline-to"), json, scripts: all(document, PRODUCTS) }, control);
    }, true);
    scope.on(document, "keydown", ({ key }) => {
      const at = document.activeElement;
      if (key === "Escape" && (at === host || at === mine.opener || at === document.body)) api.close();
    });
    listen(launcher, "pointerover", prepare);
    listen(launcher, "focus", prepare);
    listen(launcher, "click", api.toggle);

    // On a phone the panel is the whole screen: who goes to another page there wants to see the page.
    const back = window.innerWidth > 480 && lastOpen(channel);
    const begin = () => {
      // Beside the body, not in it: a framework that replaces the body would take the session along.
      const { documentElement } = document;
      append(documentElement, host);
      // A page that moves or filters its root moves what is fixed with it, but for the browser's top layer.
      const { transform, filter } = measure(window, documentElement);
      if (transform + filter !== "nonenone") {
        set(host, "popover", "manual");
        host.showPopover();
      }
      if (back) act("open", { to: back.slice(1), isBack: true });
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
      const options = { label: "Chat", ...settings, channel: get(this, "channel") || settings.channel };
      const root = this.shadowRoot || shadow(this, { mode: "open" });
      const makeBox = () => {
        root.adoptedStyleSheets = [sheet];
        const box = element(root, "div", ["class", "box frame"]);
        scope.add(() => remove(box));
        return box;
      };
      const mine = {
        options,
        scope,
        host: this,
        isInline: get(this, "mode") === "inline",
        isOver: () => this.scope !== scope,
        fail(why) {
          const box = mine.box || makeBox();
          set(box, "class", "box");
          fillNote(box, options, get(this.host, "to"));
          announce(options.channel, "failed", { why });
        },
      };
      if (!mine.isInline) {
        mark(this, "ready", false);
        mine.box = makeBox();
        mine.made = makeFrame(mine.box, options);
      }
      bring(root, (found) => {
        if (mine.isOver()) return;
        if (found) found.embed(mine);
        else mine.fail("unreachable");
      });
    }
  }

  // All that the other part may use. It comes later, when the page may have replaced any of it.
  const tools = {
    version: 1, window, document, CustomEvent, MessageChannel, URL, apply, parse, later, cancel, listen, unlisten, all, get, set,
    mark, has, remove, write, append, style, styled, focus, post, start, hangUp, openBase, makeStore, transact, shut, pick, put, erase,
    gather, between, add, without, element, makeScope, matchMedia, measure, scrollTo,
    makeFrame, fillNote, announce, lastOpen, settings, sources, gateway,
    /** A page said anew who its visitor is. The other part hears of it, once it is here. */
    onSource() {},
  };

  if (!customElements.get("tieline-session")) customElements.define("tieline-session", Session);

  if (!settings.channel) return;
  const earlier = window.tieline;
  if (earlier && earlier.mount) return earlier.mount(settings);
  const api = (window.tieline = mount(settings));
  // Calls that the page made before we came.
  const calls = (earlier && earlier.q) || [];
  for (let i = 0; i < calls.length; i += 1) apply(api, null, calls[i]);
})();
