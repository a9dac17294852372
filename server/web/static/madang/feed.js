// <event-feed>: the newest events in words, those from before the page was opened too.

import { get } from "./api.js";
import { h, put, Rows, show, soon } from "./dom.js";
import { LivePart } from "./live.js";
import { nameIn } from "./text.js";
import { mood, sentence } from "./words.js";

const KEPT = 60;

class EventFeed extends LivePart {
  start() {
    this.frames = new Map();
    this.rows = new Rows(this.find("rows"), (frame) => this.#row(frame));
    this.live.listen("live", () => this.#load());
    this.live.listen("event", (frame) => frame.event !== "audience.sampled" && this.#add([frame]));
    this.live.watch(["directory", "session"], () => this.#show());
  }

  async #load() {
    try {
      this.#add((await get(`${this.live.base}/history?floor=false&limit=${KEPT}`)).items);
    } catch {
      // The connection tells what is wrong; the next one loads it again.
    }
  }

  #add(frames) {
    for (const frame of frames) this.frames.set(frame.seq, { ...frame, id: frame.seq });
    if (this.frames.size > 2 * KEPT) this.#drop();
    this.draw ??= () => this.#show();
    soon(this.draw);
  }

  #newest() {
    return [...this.frames.values()].sort((one, other) => other.seq - one.seq).slice(0, KEPT);
  }

  #drop() {
    this.frames = new Map(this.#newest().map((frame) => [frame.seq, frame]));
  }

  #show() {
    const newest = this.#newest();
    this.rows.show(newest);
    show(this.find("empty"), newest.length === 0);
  }

  #row(frame) {
    const words = h("span");
    const { directory, programme, wall } = this.live;
    const day = h("span", { class: "day" });
    const time = h("time", { datetime: frame.at }, wall.show("time", frame.at), day);
    const node = h("li", { class: mood(frame.event) }, time, words);
    const when = (instant) => `${wall.show("brief", instant)} ${wall.show("time", instant)}`;
    const title = (entry) => nameIn(entry?.title) || "…";
    const update = () => {
      put(words, sentence(frame, { directory, programme, when, title }));
      const today = wall.show("date", this.live.clock.now()) === wall.show("date", frame.at);
      put(day, today ? "" : wall.show("brief", frame.at));
    };
    return { node, update };
  }
}

customElements.define("event-feed", EventFeed);
