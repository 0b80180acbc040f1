// A gateway within the page, so that what is measured is the widget: a session with `ENTRIES` entries, and as many more as are
// asked for, each as a task of its own, as from a real socket.
(() => {
  const SESSION = "01990000-0000-7000-8000-000000000001";
  const ME = { id: "01990000-0000-7000-8000-00000000000a", role: "visitor" };
  const MIA = { id: "01990000-0000-7000-8000-00000000000b", role: "agent", name: "Mia" };
  const START = Date.now() - ENTRIES * 20000;
  const entry = (seq) => ({
    session: SESSION,
    seq,
    draft_id: `01990000-0000-7000-8000-${String(seq).padStart(12, "0")}`,
    from: seq % 3 ? MIA : ME,
    at: Math.min(START + seq * 20000, Date.now()),
    body: { kind: "text", text: `Line ${seq}${" and some more of it".repeat((seq * 7) % 9)}` },
  });
  const state = () => ({
    session: SESSION, epoch: "e1", last: ENTRIES, phase: "open", touched_at: Date.now(), visitor: ME, to: "default", cursors: [],
    reset: false, entries: Array.from({ length: ENTRIES }, (_, at) => entry(at + 1)),
  });
  const welcome = () => ({
    connection: "c1", now: Date.now(), me: ME, channel: { name: "Lamps" }, tokens: { resume: "r1", visitor: "v1" },
    ping: { every_ms: 25000, grace_ms: 10000 }, limits: { frame_bytes: 65536, text_chars: 8000, burst: 10, per_minute: 60 },
    capabilities: ["text", "item", "history", "receipts"], sessions: [state()],
  });
  let last = ENTRIES;
  let newest = null;
  window.WebSocket = class extends EventTarget {
    constructor(url, protocol) {
      super();
      Object.assign(this, { url, protocol, readyState: 0, bufferedAmount: 0, extensions: "", binaryType: "blob" });
      newest = this;
      setTimeout(() => ((this.readyState = 1), this.dispatchEvent(new Event("open"))));
    }
    send(text) {
      const { type, id, body } = JSON.parse(text);
      if (type === "hello") setTimeout(() => this.say("welcome", welcome()));
      if (type === "ping") setTimeout(() => this.say("pong", body, id));
    }
    say(type, body, id) {
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ type, id, body }) }));
    }
    close() {
      this.readyState = 3;
    }
  };
  Object.assign(window.WebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });

  // The wasm's memory, which no heap snapshot counts as JavaScript's.
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const plain = WebAssembly[name];
    WebAssembly[name] = async (...rest) => {
      const made = await plain.apply(WebAssembly, rest);
      const memory = (made.instance ?? made).exports?.memory;
      if (memory) window.__memory = memory;
      return made;
    };
  }

  /** What a reader sees of `seconds`: pictures in a second, the longest time between two, and tasks that were too long. */
  window.__measure = async (seconds, act) => {
    const { tasks } = window.__probe;
    const before = tasks.length;
    const times = [];
    const end = performance.now() + seconds * 1000;
    for (let now = performance.now(); now < end; ) {
      now = await new Promise(requestAnimationFrame);
      times.push(now);
      act?.(now);
    }
    const gaps = times.slice(1).map((time, at) => time - times[at]).sort((one, other) => one - other);
    const over = tasks.slice(before);
    return {
      fps: (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0),
      worst_ms: gaps.at(-1),
      tasks: over.length,
      longest_ms: Math.max(0, ...over),
    };
  };
  window.__scroll = (seconds) => {
    const pane = document.querySelector(".thread-rows");
    return window.__measure(seconds, () => (pane.scrollTop -= 40));
  };
  window.__stream = async (seconds, rate) => {
    const { port1, port2 } = new MessageChannel();
    let due = 0;
    const started = performance.now();
    port1.onmessage = () => newest.say("entry", entry((last += 1)));
    const timer = setInterval(() => {
      const until = Math.min(performance.now() - started, seconds * 1000) * (rate / 1000);
      for (; due < until; due += 1) port2.postMessage(null);
    }, 4);
    const seen = await window.__measure(seconds);
    clearInterval(timer);
    return { ...seen, come: due };
  };
  /** What one more entry costs, from its message event until it is laid out: nothing else is in the way. */
  window.__one = async (times) => {
    const pane = document.querySelector(".thread-rows");
    const { port1, port2 } = new MessageChannel();
    const costs = [];
    for (let time = 0; time < times; time += 1) {
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      const begun = performance.now();
      newest.say("entry", entry((last += 1)));
      // Behind all that the message led to, for that comes in microtasks.
      await new Promise((resolve) => ((port1.onmessage = resolve), port2.postMessage(null)));
      void pane.scrollHeight;
      costs.push(performance.now() - begun);
    }
    costs.sort((one, other) => one - other);
    return { median_ms: costs[costs.length >> 1], worst_ms: costs.at(-1) };
  };
  window.__heap = () => ({
    wasm_bytes: window.__memory?.buffer.byteLength ?? 0,
    nodes: document.querySelectorAll("*").length,
    rows: document.querySelectorAll(".said").length,
    newest: last,
  });
})();
