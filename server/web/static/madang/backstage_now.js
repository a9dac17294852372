// <session-now>: who is there right now, here and, apart from that, elsewhere; and how they react.

import { put, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { ageOf, outsideCount, streamState, trouble } from "./outside.js";
import { _, count } from "./text.js";

const LATELY = 60_000;

class SessionNow extends FloorPart {
  start() {
    this.counts = {};
    this.history = []; // reactions counted, with when, over a little more than the last minute
    this.live.watch(["audience"], () => this.#show());
    this.live.listen("counts", (counts) => this.#take(counts));
    this.live.everySecond(() => {
      this.#showReactions();
      this.#showStreams();
    });
  }

  #take(counts) {
    this.counts = counts;
    if (counts.reactions) this.history.push({ at: performance.now(), reactions: counts.reactions });
    if (this.live.topics.known) this.#show();
  }

  #show() {
    const audience = this.live.records("audience")[this.session];
    const { concurrent, unique } = this.counts;
    this.#put("concurrent", concurrent ?? audience?.concurrent);
    this.#put("peak", audience && Math.max(audience.peak, concurrent ?? 0));
    this.#put("unique", unique ?? audience?.unique);
    this.#put("guests", audience?.guests);
    this.#put("minutes", audience && Math.floor(audience.seconds / 60));
    if (audience) this.live.dispatchEvent(new CustomEvent("figures", { detail: { countries: audience.countries } }));
    this.#showReactions();
    this.#showStreams();
  }

  #put(name, number) {
    put(this.find(name), number === undefined ? "–" : count(number));
  }

  #showReactions() {
    const since = performance.now() - LATELY;
    while (this.history.length > 1 && this.history[1].at <= since) this.history.shift();
    const [first, last] = [this.history[0]?.reactions ?? {}, this.history.at(-1)?.reactions ?? {}];
    for (const node of this.querySelectorAll("[data-reaction]")) {
      const { reaction } = node.dataset;
      put(node, count((last[reaction] ?? 0) - (first[reaction] ?? 0)));
    }
  }

  // What each stream last said: newer by the counts while the session runs, else as the page was made.
  #showStreams() {
    const told = Object.fromEntries((this.counts.outside ?? []).map((reading) => [reading.channel, reading]));
    for (const row of document.querySelectorAll("#channels [data-channel]")) {
      const reading = told[row.dataset.channel] ?? JSON.parse(row.dataset.reading);
      const [said, wrong] = ["said", "trouble"].map((name) => row.querySelector(`[data-${name}]`));
      put(said, reading ? this.#said(reading) : _("nothing learnt yet"));
      put(wrong, reading ? trouble(reading) : "");
      show(wrong, wrong.textContent !== "");
    }
  }

  #said(reading) {
    const watching = outsideCount(reading);
    if (watching) return `${streamState(reading)}: ${watching}`;
    return reading.read_at ? _("{state}, as of {age}", { state: streamState(reading), age: ageOf(reading.read_at) }) : streamState(reading);
  }
}

customElements.define("session-now", SessionNow);
