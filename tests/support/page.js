// A gateway and a count of everything registered, for the browser tests. Stands in place of the browser's own while a test
// runs; a test file is its own page, so nothing is put back.

/** Sockets that the widget opened, oldest first. */
const sockets = [];

class FakeSocket extends EventTarget {
  constructor(url, protocol) {
    super();
    Object.assign(this, { url, protocol, readyState: 0, bufferedAmount: 0, extensions: "", binaryType: "blob", sent: [], seq: 0 });
    sockets.push(this);
    queueMicrotask(() => this.readyState === 0 && this.open());
  }
  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  send(text) {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    if (answers) queueMicrotask(() => this.readyState === 1 && this.answer(frame));
  }
  say(type, body, id) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ type, id, body }) }));
  }
  close(code = 1005) {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.closedWith = code;
    queueMicrotask(() => this.dispatchEvent(new CloseEvent("close", { code })));
  }
  answer({ type, id, body }) {
    const at = Date.now();
    if (type === "hello") this.say("welcome", welcome(at));
    if (type === "ping") this.say("pong", body, id);
    const receipt = { session: SESSION, epoch: "e1", draft_id: body.draft_id, at, duplicate: false };
    if (type === "open") this.say("ok", { ...receipt, seq: 0 }, id);
    if (type === "send") {
      this.seq += 1;
      this.say("ok", { ...receipt, seq: this.seq }, id);
    }
  }
}

const SESSION = "01990000-0000-7000-8000-000000000001";
const ME = { id: "01990000-0000-7000-8000-00000000000a", role: "visitor" };
const MIA = { id: "01990000-0000-7000-8000-00000000000b", role: "agent", name: "Mia" };
const welcome = (now) => ({
  connection: "c1",
  now,
  me: ME,
  channel: { name: "Fern & Clay", greeting: "Ask us anything." },
  tokens: { resume: "r1", visitor: "v1" },
  ping: { every_ms: 25000, grace_ms: 10000 },
  limits: { frame_bytes: 65536, text_chars: 8000, burst: 10, per_minute: 60 },
  capabilities: ["text", "item", "history", "receipts"],
  sessions: [],
});

let answers = true;

/** Puts the fake gateway in place. `willAnswer`: it welcomes and acknowledges by itself. */
export function fake_gateway(willAnswer) {
  answers = willAnswer;
  globalThis.WebSocket = FakeSocket;
}

export const socket_count = () => sockets.length;
export const open_sockets = () => sockets.filter((socket) => socket.readyState < 2).length;
/** Types of the frames that the newest socket was handed. */
export const sent_types = () => (sockets.at(-1)?.sent ?? []).map((frame) => frame.type).join(" ");
/** Bodies of those of one type, as JSON. */
export const sent_bodies = (type) =>
  JSON.stringify((sockets.at(-1)?.sent ?? []).filter((frame) => frame.type === type).map((frame) => frame.body));
export const forget_sockets = () => sockets.splice(0);
/** Cuts the newest connection. */
export const cut = (code) => {
  const socket = sockets.at(-1);
  socket.readyState = 3;
  socket.dispatchEvent(new CloseEvent("close", { code }));
};

/** The other side says something. */
export const mia_says = (text) => {
  const socket = sockets.at(-1);
  socket.seq += 1;
  const id = String(socket.seq).padStart(12, "0");
  socket.say("entry", {
    session: SESSION,
    seq: socket.seq,
    draft_id: `01990000-0000-7000-8000-${id}`,
    from: MIA,
    at: Date.now(),
    body: { kind: "text", text },
  });
};

/** The other side has read all there is. */
export const mia_reads = () => {
  const socket = sockets.at(-1);
  socket.say("cursor", { party: MIA.id, role: "agent", session: SESSION, delivered: socket.seq, read: socket.seq });
};

let listeners = 0;
let timers = new Set();

/** From now on counts what is registered and not taken back. */
export function count_registrations() {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const known = new WeakMap();
  EventTarget.prototype.addEventListener = function (type, hear, options) {
    const key = `${type} ${typeof options === "object" ? !!options?.capture : !!options}`;
    const own = known.get(this) ?? known.set(this, new Map()).get(this);
    const set = own.get(key) ?? own.set(key, new Set()).get(key);
    // One that listens once takes itself off.
    if (hear && !options?.once && !set.has(hear)) {
      set.add(hear);
      listeners += 1;
    }
    return addEventListener.call(this, type, hear, options);
  };
  EventTarget.prototype.removeEventListener = function (type, hear, options) {
    const key = `${type} ${typeof options === "object" ? !!options?.capture : !!options}`;
    if (known.get(this)?.get(key)?.delete(hear)) listeners -= 1;
    return removeEventListener.call(this, type, hear, options);
  };
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = (step, delay, ...rest) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      step(...rest);
    }, delay);
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    clearTimeout(timer);
  };
}
export const listener_count = () => listeners;
export const timer_count = () => timers.size;

/** Lets promises and what they lead to pass: one turn of the event loop, without waiting for a frame or a timer. */
export const settle = () =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(0);
  });

/** A key press as a keyboard makes it. Answers whether the default was left to the browser. */
export const press = (target, key, shiftKey, isComposing) =>
  target.dispatchEvent(
    new KeyboardEvent("keydown", { key, shiftKey, isComposing, bubbles: true, cancelable: true, composed: true }),
  );

/** Types into a field as a person would: the value changes, then the event tells. */
export const type_into = (field, text) => {
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
};

/** Storage that throws at every touch, as in a browser that blocks third parties. */
export const deny_storage = () =>
  Object.defineProperty(window, "localStorage", {
    configurable: true,
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });

const { open } = IDBFactory.prototype;

/** Databases that throw at every touch, as in a frame that is not to know its visitor. */
export const deny_databases = () => {
  IDBFactory.prototype.open = () => {
    throw new DOMException("denied", "SecurityError");
  };
};
/** Databases that never answer, as on a disk that is busy or dying. */
export const hang_databases = () => {
  IDBFactory.prototype.open = () => new EventTarget();
};
export const restore_databases = () => {
  IDBFactory.prototype.open = open;
};

/** What `www/locales.js` is in a bundle: the words of the languages that were offered. */
export const offer_words = (language, file) => {
  words.set(language, file);
  globalThis.loadLocale = (tag) => Promise.resolve(words.get(tag.split("-")[0]));
};
const words = new Map();
