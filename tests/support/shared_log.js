/**
 * A gateway with one session's log behind any number of sockets, so that tabs can be compared. It folds equal draft ids and
 * says what is new to every socket, as the real one does.
 */

const SESSION = "01990000-0000-7000-8000-000000000001";
const visitor = (number) => ({ id: `01990000-0000-7000-8000-${String(number).padStart(12, "0")}`, role: "visitor" });
const MIA = { id: "01990000-0000-7000-8000-00000000000b", role: "agent", name: "Mia" };

let sockets = [];
let log = [];
let cursors = new Map();
/** Who opened the session, by number; 0 before. */
let opener = 0;
/** The names of the wishes for a session, each with its visitor's number: one session for each. */
let wishes = new Set();
/** Visitors that there are so far. Their tokens end in their number. */
let visitors = 0;
let isMute = false;
/** How long a frame is on its way, in milliseconds. */
let latency = 0;
let dials = 0;

class Socket extends EventTarget {
  constructor(url, protocol) {
    super();
    Object.assign(this, { url, protocol, readyState: 0, bufferedAmount: 0, extensions: "", binaryType: "blob" });
    sockets.push(this);
    dials += 1;
    queueMicrotask(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    });
  }
  send(text) {
    const frame = JSON.parse(text);
    // A turn of the event loop, as a network has it: what is sent as a tab dies is not answered to it.
    setTimeout(() => this.readyState === 1 && !isMute && this.answer(frame), latency);
  }
  say(type, body, id) {
    if (this.readyState === 1 && this.isWelcome) {
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ type, id, body }) }));
    }
  }
  close(code = 1005) {
    if (this.readyState > 1) return;
    this.readyState = 3;
    queueMicrotask(() => this.dispatchEvent(new CloseEvent("close", { code })));
  }
  answer({ type, id, body }) {
    const at = Date.now();
    const receipt = { session: SESSION, epoch: "e1", draft_id: body.draft_id, at };
    switch (type) {
      case "hello":
        this.me = Number(body.auth.token?.slice(1) ?? (visitors += 1));
        this.isWelcome = true;
        return this.say("welcome", welcome(at, this.me, body.cursors));
      case "open":
        // Another visitor has another session. Its id is the same here, as nobody sees both.
        if (opener !== this.me) [opener, log] = [this.me, []];
        wishes.add(`${this.me} ${body.draft_id}`);
        this.say("ok", { ...receipt, seq: 0, duplicate: false }, id);
        return tell("session", head(log.slice(-1)));
      case "list":
        return this.say("sessions", { sessions: opener === this.me ? [head(log.slice(-1))] : [], more: false }, id);
      case "history": {
        const entries = body.before
          ? log.filter((entry) => entry.seq < body.before).slice(-body.limit)
          : log.filter((entry) => entry.seq > (body.after ?? 0)).slice(0, body.limit);
        return this.say("page", { session: SESSION, epoch: "e1", last: log.length, entries }, id);
      }
      case "send": {
        const known = log.find((entry) => entry.draft_id === body.draft_id);
        const entry = known ?? append(visitor(this.me), body.draft_id, body.body, at);
        return this.say("ok", { ...receipt, seq: entry.seq, duplicate: !!known }, id);
      }
      case "cursor":
        cursors.set(this.me, { party: visitor(this.me).id, role: "visitor", ...body });
        return tell("cursor", cursors.get(this.me));
      case "ping":
        return this.say("pong", body);
    }
  }
}

const tell = (type, body) =>
  sockets.filter((socket) => socket.me === opener).forEach((socket) => socket.say(type, body));

const append = (from, draft_id, body, at) => {
  const entry = { session: SESSION, seq: log.length + 1, draft_id, from, at, body };
  log.push(entry);
  tell("entry", entry);
  return entry;
};

const head = (entries) => ({
  session: SESSION,
  epoch: "e1",
  last: log.length,
  phase: "open",
  touched_at: log.at(-1)?.at ?? 0,
  visitor: visitor(opener),
  cursors: [...cursors.values()],
  entries,
});

const welcome = (now, me, known) => ({
  connection: "c1",
  now,
  me: visitor(me),
  channel: { name: "Fern & Clay" },
  tokens: { resume: `r${me}`, visitor: `v${me}` },
  ping: { every_ms: 25000, grace_ms: 10000 },
  limits: { frame_bytes: 65536, text_chars: 8000, burst: 10, per_minute: 60 },
  capabilities: ["text", "item", "history", "receipts"],
  sessions: opener === me ? [head(log.filter((entry) => entry.seq > (known?.[0]?.seq ?? 0)))] : [],
});

/** Puts it in place, with an empty log. */
export function shared_log() {
  sockets = [];
  log = [];
  cursors = new Map();
  wishes = new Set();
  [opener, visitors, isMute, latency, dials] = [0, 0, false, 0, 0];
  globalThis.WebSocket = Socket;
}

/** Sockets that are open or being opened. */
export const live_sockets = () => sockets.filter((socket) => socket.readyState < 2).length;
/** Sockets that were ever opened since `shared_log`. */
export const dial_count = () => dials;
/** Sessions that the real gateway would have opened. */
export const session_count = () => wishes.size;
/** What the log says, in order. */
export const log_texts = () => log.map((entry) => entry.body.text).join(" | ");
/** From now on it takes frames and does nothing about them, or does again. */
export const set_mute = (mute) => {
  isMute = mute;
};
/** From now on a frame is so many milliseconds on its way. */
export const set_latency = (ms) => {
  latency = ms;
};
/** The other side says something. */
export const agent_says = (text) => {
  const id = String(log.length + 1).padStart(12, "0");
  append(MIA, `01990000-0000-7000-9000-${id}`, { kind: "text", text }, Date.now());
};

/** A browser without locks. Gives back what undoes it. */
export function deny_locks() {
  Object.defineProperty(navigator, "locks", {
    configurable: true,
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  return () => delete navigator.locks;
}
