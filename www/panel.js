// What the loader fetches when a visitor means to talk: the other half of the line to the frame.
//
// Owns the port to the frame, opening and closing, what the page says about items and about who its visitor is, and the page's
// own store, where a browser denies a frame all storage and the tag says that the page may keep things. The launcher and what
// stands for this part while it is on its way are `loader.js`'s. Its `tools` are natives that it took before the page could
// replace them; nothing else of the page's is relied on.
//
// `loader.js` may be older than this file: a page that was loaded before the gateway was renewed takes the newest. So `tools`,
// and what is used of it, only grows; `version` counts what was added.

import { makeBell } from "./bell.js";
import { makeCover } from "./cover.js";

// The session's own page rings by itself.
export { makeBell };

export default (tools) => {
  "use strict";
  const { window, document, MessageChannel, URL, apply, parse, listen, unlisten, all, get, mark, has, set, remove, write } = tools;
  const { append, style, focus, post, start, hangUp, openBase, makeStore, transact, shut, pick, put, erase, gather, between, measure, styled } = tools;
  const { add, without, element, makeScope, makeFrame, fillNote, announce, lastOpen, sources, gateway } = tools;

  /** A frame that has answered nothing this long after its document came was refused, or is an error page. */
  const SILENCE_MS = 4000;
  /** A frame that is not on its feet by then is given up, and the visitor gets a link. */
  const READY_MS = 15000;
  /** The custom properties that a page may set, without `--tieline-`. The frame has no other way to learn of them. */
  const TOKENS = [
    "on-accent", "accent-fill", "accent-text", "accent-soft", "canvas", "surface", "raised", "text", "muted", "line",
    "hover", "danger", "success", "warning-soft", "warning-text", "font", "radius-control", "radius-bubble", "shadow",
  ];
  const INLINE = "{{asset:widget.js}}";
  const STYLES = "{{asset:widget_whole.css}}";

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

  /** The schema.org products that the page declared when it was asked, as a single-page shop changes them. */
  const pageItems = (scripts) => {
    const items = [];
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
  tools.onSource = (channel) => {
    for (let i = 0; i < lines.length; i += 1) if (lines[i].channel === channel) askToken(lines[i], "identify");
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

  /** The port to a frame that was asked for. `hear` gets each message, and `{type: "failed"}` when there can be none. */
  const makeLine = ({ frame, isLoaded }, options, hear) => {
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
    const connect = () => {
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
    };
    scope.add(() => remove(frame));
    scope.add(() => port && hangUp(port));
    scope.on(frame, "load", connect);
    wait.after(READY_MS, () => fail("timeout"));
    const line = { channel, end, frame, send: (message) => port && post(port, message) };
    if (isLoaded) connect();
    return line;
  };

  const bell = makeBell(tools);

  /** Takes over a mount of the loader's, and gives what its calls do from now on. */
  const attach = (mine) => {
    const { options, scope, host, panel, launcher, badge, focused } = mine;
    const { channel, accent, scheme, label } = options;
    // loading -> ready, or failed; a failed one may be tried again.
    let state;
    let line;
    let isOpen = false;
    let isBack = false;
    let request = {};

    const emit = (name, detail) => announce(channel, name, detail);
    const send = (message) => {
      if (state !== "ready") return false;
      line.send(message);
      return true;
    };
    const hasFocus = () => document.activeElement === host;
    const ownItem = () => toItem(mine.item);

    const paint = () => {
      const { unread } = mine;
      cover.set(isOpen);
      mark(host, "open", isOpen);
      mark(host, "ready", state === "ready");
      mark(panel, "inert", !isOpen);
      set(launcher, "aria-expanded", "" + isOpen);
      set(launcher, "aria-label", unread ? label + " (" + unread + ")" : label);
      write(badge, unread > 99 ? "99+" : unread || "");
    };

    const present = () => {
      tellTheme();
      send({ type: "open", to: request.to, item: request.item });
      send({ type: "shown" });
      // Somebody who went on to another field while we loaded keeps the caret there, and a page that begins keeps its own.
      const at = document.activeElement;
      if (isBack) isBack = false;
      else if (!at || at === document.body || at === mine.opener || at === host) focus(line.frame);
    };

    const giveUp = (why) => {
      // With the frame goes the focus in it.
      const at = focused();
      state = "failed";
      line.end();
      if (isOpen) mine.showNote(request.to, mine.opener, at);
      isOpen = false;
      lastOpen(channel, "");
      paint();
      emit("failed", { why });
    };

    const hear = (message) => {
      const { type, name, detail, count, why } = message;
      ring.hear(message);
      if (type === "ready") {
        state = "ready";
        tellTheme();
        if (mine.locale) tellLocale();
        ring.offer();
        cover.fit();
        paint();
        emit("ready");
        if (isOpen) present();
      } else if (type === "close") close();
      else if (type === "unread") {
        mine.unread = count;
        paint();
        emit("unread", { count });
      } else if (type === "event") emit(name, detail);
      else if (type === "failed") giveUp(why);
    };

    /** What the page asks for now: its attributes, and the tokens that its own style sheets set. */
    const tellTheme = () => {
      const worn = measure(window, host);
      const tokens = {};
      const colour = accent || styled(worn, "--tieline-accent") || undefined;
      for (let i = 0; i < TOKENS.length; i += 1) tokens[TOKENS[i]] = styled(worn, "--tieline-" + TOKENS[i]);
      send({ type: "theme", accent: colour, scheme, tokens });
    };
    const cover = makeCover(tools, panel, send, () => close());
    const ring = bell({ name: label, options, send, show: () => isOpen || open({}) });
    const tellLocale = () => send({ type: "locale", tag: mine.locale });

    /** Makes a line, with the frame that the loader asked for, or with a new one. */
    const prepare = () => {
      if (state === "loading" || state === "ready") return;
      const made = state ? makeFrame(panel, options) : mine.made;
      state = "loading";
      line = makeLine(made, options, hear);
    };

    const itemOfWish = ({ item, json, scripts }, isOne) => {
      const items = scripts ? pageItems(scripts) : [];
      // A list of products does not say which one is meant.
      return toItem(item) || itemOf(json) || (isOne && items[1] ? undefined : items[0]) || ownItem();
    };

    const open = (wish, opener, isOne) => {
      request = { to: text(wish.to, 100), item: itemOfWish(wish, isOne) };
      mine.opener = opener || focused();
      isBack = wish.isBack;
      prepare();
      if (state === "failed") return mine.showNote(request.to, mine.opener);
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
      if (hasFocus()) focus(mine.opener && mine.opener.isConnected ? mine.opener : launcher);
      if (!isOpen) return;
      isOpen = false;
      lastOpen(channel, "");
      send({ type: "hidden" });
      paint();
      emit("closed");
    };

    const toggle = (wish, opener) => {
      if (isOpen || has(host, "noted")) close();
      else open(wish, opener, true);
    };

    scope.add(() => line.end());
    scope.add(ring.end);
    scope.add(cover.end);
    prepare();
    return { open, close, toggle, prepare, tellLocale, tellItem: () => send({ type: "item", item: ownItem() }) };
  };

  /** A session in the page's layout, in a frame or in the page itself. */
  const embed = async (mine) => {
    const { options, scope, host, isOver, fail } = mine;
    const { channel, accent, scheme } = options;
    const wish = { to: get(host, "to") || undefined, item: itemOf(get(host, "item")) };
    const onEvent = (name, detail) => announce(channel, name, detail);
    if (mine.isInline) {
      try {
        const widget = await import(gateway + INLINE);
        await widget.default();
        if (isOver()) return;
        const getToken = () => sources[channel] && sources[channel]();
        const styles = gateway + STYLES;
        const handle = widget.mount(host, { gateway, channel, styles, accent, scheme, getToken, onEvent, ...wish });
        scope.add(() => handle.destroy());
        enlist(scope, { channel, send: ({ token }) => handle.identify(token) });
      } catch {
        if (!isOver()) fail("blocked");
      }
      return;
    }
    const line = makeLine(mine.made, options, ({ type, why, name, detail }) => {
      if (type === "ready") {
        mark(host, "ready", true);
        line.send({ type: "open", ...wish });
        line.send({ type: "shown" });
      } else if (type === "failed") fail(why);
      else if (type === "event") onEvent(name, detail);
    });
    scope.add(line.end);
  };

  return { attach, embed };
};
