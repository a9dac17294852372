// <madang-live slug topics now zone city>: one live connection for everything inside it; [guest] for whom nobody knows.

import { get, notice } from "./api.js";
import { ConventionClock } from "./clock.js";
import { Connection } from "./connection.js";
import { doorOf } from "./doors.js";
import { Directory } from "./directory.js";
import { put, soon } from "./dom.js";
import { explain } from "./problems.js";
import { Programme } from "./programme.js";
import { _, Wall } from "./text.js";
import { Topics } from "./topics.js";

// How long until the next look at the server's clock: where a demo or a test moves it, it is worth looking often.
const LOOK_AGAIN = { steady: 30_000, moved: 2_000 };

class MadangLive extends HTMLElement {
  constructor() {
    super();
    this.watchers = [];
    this.listeners = { event: [], counts: [], live: [] };
    this.base = `/api/v1/conventions/${this.getAttribute("slug")}`;
    this.city = this.getAttribute("city");
    this.guest = this.hasAttribute("guest");
    this.door = doorOf(this.base, this.guest);
    this.clock = new ConventionClock(this.getAttribute("now"));
    this.wall = new Wall(this.getAttribute("zone"));
    // The server knows where who takes part is; of a guest, the browser does.
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    this.reader = new Wall(this.guest ? timeZone : this.getAttribute("reader-zone"));
    this.topics = new Topics(this.getAttribute("topics").split(","));
    this.directory = new Directory(this.base, () => this.#changed(["directory"]));
  }

  connectedCallback() {
    const on = { frame: (frame) => this.#take(frame), status: (status) => this.#status(status) };
    this.connection = new Connection(this.door, this.topics, on);
    this.#keepTime();
    // The parts inside are made by later modules: the line opens when they are there.
    setTimeout(() => this.connection.open());
  }

  records(collection) {
    return this.topics.records(collection);
  }

  // The texts that belong to a record: they stand in no event. None may have come yet.
  text(collection, id) {
    return this.topics.text(collection, id);
  }

  // The sessions' titles, fetched from the first time on that a part asks for them.
  get programme() {
    if (!this.titles) {
      this.titles = new Programme(this.base, () => this.#changed(["session"]));
      this.titles.follow(this.records("session"));
    }
    return this.titles;
  }

  // Draw once the state is known, and whenever one of the collections has changed.
  watch(collections, render) {
    this.watchers.push({ collections: new Set(collections), render });
    if (this.topics.known) soon(render);
  }

  // Draw every second: for what convention time moves.
  everySecond(render) {
    setInterval(() => this.topics.known && soon(render), 1000);
  }

  // kind: event (each, as a frame), counts (the newest figures), live (connected, anew or again).
  listen(kind, listener) {
    this.listeners[kind].push(listener);
  }

  #take(frame) {
    if (frame.at) this.clock.hear(frame.at);
    const known = this.topics.known;
    const changed = this.topics.take(frame);
    if (!known && this.topics.known) this.watchers.forEach(({ render }) => soon(render));
    if (changed.length) this.#changed(changed);
    if (frame.type === "event" && changed.length) this.#tell("event", frame);
    if (frame.type === "counts") this.#tell("counts", frame.data);
  }

  #changed(collections) {
    if (collections.includes("directory")) {
      for (const { version } of Object.values(this.records("directory"))) this.directory.follow(version);
    }
    if (collections.includes("session")) this.titles?.follow(this.records("session"));
    if (!this.topics.known) return;
    for (const { collections: wanted, render } of this.watchers) {
      if (collections.some((name) => wanted.has(name))) soon(render);
    }
  }

  #status(status) {
    const before = this.state;
    this.state = status.state;
    this.heard = status.heard;
    if (before !== status.state) {
      this.querySelector("live-connection")?.show();
      if (status.state === "live") {
        this.#lookAtClock();
        this.#tell("live");
      }
      if (status.state === "signed-out") notice(explain({ code: "not_signed_in" }));
    }
  }

  #keepTime() {
    const again = this.clock.steady ? LOOK_AGAIN.steady : LOOK_AGAIN.moved;
    setTimeout(async () => {
      if (!document.hidden) await this.#lookAtClock();
      this.#keepTime();
    }, again);
  }

  async #lookAtClock() {
    if (this.state !== "live") return;
    try {
      const { now } = await get(this.door.clock);
      this.clock.follow(now);
    } catch {
      // The connection tells what is wrong.
    }
  }

  #tell(kind, what) {
    for (const listener of this.listeners[kind]) listener(what);
  }
}

// Base of the parts: `this.live` is the connection around them.
export class LivePart extends HTMLElement {
  connectedCallback() {
    this.live = this.closest("madang-live");
    this.start();
  }

  find(name) {
    return this.querySelector(`[data-${name}]`);
  }
}

class LiveClock extends LivePart {
  start() {
    const show = () => this.show();
    soon(show);
    setInterval(() => soon(show), 1000);
    this.live.listen("event", () => soon(show));
    this.live.listen("counts", () => soon(show));
  }

  show() {
    const now = this.live.clock.now();
    put(this.find("time"), this.live.wall.show("seconds", now));
    put(this.find("day"), this.live.wall.show("day", now));
  }
}

class LiveConnection extends LivePart {
  start() {
    setInterval(() => this.show(), 1000);
  }

  show() {
    const { state, heard } = this.live;
    const waiting = state === "waiting" && heard !== null;
    this.dataset.state = state ?? "connecting";
    put(this.find("words"), this.#words(state, waiting));
    const seconds = waiting ? Math.round((performance.now() - heard) / 1000) : 0;
    put(this.find("ago"), waiting ? _(", last update {seconds} s ago", { seconds }) : "");
  }

  #words(state, waiting) {
    if (state === "live") return _("live");
    if (state === "signed-out") return _("signed out");
    return waiting ? _("reconnecting") : _("connecting");
  }
}

customElements.define("madang-live", MadangLive);
customElements.define("live-clock", LiveClock);
customElements.define("live-connection", LiveConnection);
