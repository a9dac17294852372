// The line to the live stream: a websocket that comes back by itself, or server-sent events where those break.

const SILENCE = 40_000; // the server sends a cursor every 15 s
const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
const BROKEN_SOCKETS = 3; // this many failures in a row, though the server answers, and we take events instead

// door: {socket, events, alive}, addresses (doors.js). on.frame(frame), on.status({state, heard}): connecting, live, waiting, signed-out. `heard`: when the last frame came.
export class Connection {
  constructor(door, topics, on) {
    this.door = door;
    this.topics = topics;
    this.on = on;
    this.failures = 0;
    this.failedSockets = 0;
    this.heard = null;
    this.line = null;
    setInterval(() => this.#watch(), 5000);
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  open() {
    clearTimeout(this.retry);
    this.retry = null;
    this.#status(this.heard === null ? "connecting" : "waiting");
    if (this.failedSockets >= BROKEN_SOCKETS) this.#openEvents();
    else this.#openSocket();
  }

  // Say something to the server; false where only it can speak (server-sent events), or nobody does.
  send(message) {
    if (this.state !== "live" || !this.line?.send) return false;
    this.line.send(JSON.stringify(message));
    return true;
  }

  #openSocket() {
    const address = new URL(this.door.socket, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.line = { close: () => socket.close(), send: (text) => socket.send(text) };
    const mine = this.line;
    socket.onopen = () => {
      this.failedSockets = 0;
      socket.send(JSON.stringify({ type: "subscribe", topics: this.topics.wanted() }));
    };
    socket.onmessage = (message) => mine === this.line && this.#take(message.data);
    socket.onclose = () => {
      if (mine !== this.line) return;
      this.failedSockets += 1;
      this.#lost();
    };
  }

  #openEvents() {
    this.topics.forget(); // a first request of an event source cannot say where it was
    const names = encodeURIComponent(Object.keys(this.topics.wanted()).join(","));
    const { events } = this.door;
    const source = new EventSource(`${events}${events.includes("?") ? "&" : "?"}topics=${names}`);
    this.line = { close: () => source.close() };
    const mine = this.line;
    source.onmessage = (message) => mine === this.line && this.#take(message.data);
    source.onerror = () => {
      if (mine !== this.line) return;
      if (source.readyState === EventSource.CONNECTING) return this.#status("waiting"); // it comes back by itself
      this.failedSockets = 0; // perhaps another network by now
      this.#lost();
    };
  }

  #take(text) {
    const frame = JSON.parse(text);
    this.heard = performance.now();
    if (frame.type === "error" && frame.code === "permission_changed") this.topics.forget();
    if (frame.type !== "error") {
      this.failures = 0;
      this.#status("live");
    }
    this.on.frame(frame);
  }

  #lost() {
    this.line = null;
    this.#status("waiting");
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures);
    this.failures += 1;
    // Jitter: a restarted server must not meet everybody at once.
    this.retry = setTimeout(() => this.#again(), longest * (0.5 + Math.random() / 2));
  }

  async #again() {
    this.retry = null;
    try {
      const answer = await fetch(this.door.alive, { headers: { accept: "application/json" } });
      if (answer.status === 401) return this.#status("signed-out");
    } catch {
      this.failedSockets = 0; // nothing answers at all: no fault of websockets
      return this.#lost();
    }
    return this.open();
  }

  #hurry() {
    if (!this.retry) return;
    clearTimeout(this.retry);
    this.failures = 0;
    this.#again();
  }

  #watch() {
    if (this.line === null || this.heard === null || performance.now() - this.heard < SILENCE) return;
    this.line.close();
    this.#lost();
  }

  #status(state) {
    this.state = state;
    this.on.status({ state, heard: this.heard });
  }
}
