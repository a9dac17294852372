// <stream-player>: the picture of a session, as far as its state and the reader's network allow; a curtain otherwise.

import { h, put, show } from "./dom.js";
import { LivePart } from "./live.js";
import { firstReached } from "./reach.js";
import { makeScreen, mute } from "./screens.js";
import { _, stopwatch, tongue } from "./text.js";

const PATIENCE = 700; // milliseconds, until one is told what takes so long
const BESIDE = ["sign", "captions", "audio"];

class StreamPlayer extends LivePart {
  start() {
    this.id = document.getElementById("watching").dataset.session;
    this.beside = new Map(); // the channels shown beside the picture, by id
    this.take();
    this.live.watch(["session"], () => this.#follow());
    this.live.everySecond(() => this.#count());
  }

  // Read the page's streams, also after they were fetched anew.
  take() {
    const { ways, replays } = JSON.parse(document.getElementById("streams").textContent);
    this.ways = ways;
    this.replays = replays;
    this.title = document.getElementById("title").textContent;
    if (this.state) this.#follow();
  }

  get session() {
    return this.live.records("session")[this.id];
  }

  #follow() {
    const { session } = this;
    if (!session) return;
    this.state = session.state;
    const offered = { live: this.ways, replay: this.replays }[session.state] ?? [];
    const key = JSON.stringify(offered);
    this.#curtain(session, offered.length > 0);
    if (key === this.offered) return;
    this.offered = key;
    this.#offer(offered);
  }

  // What is told while there is nothing to see.
  #curtain(session, anything) {
    const head = {
      draft: _("It is a draft: only planners see it."),
      published: _("It has not begun."),
      scheduled: _("It has not begun."),
      live: _("It is on, but there is no stream of it here."),
      paused: _("There is a break. It goes on soon."),
      ended: _("It is over. Thank you for coming."),
      replay: _("It is over."),
      cancelled: _("It does not take place."),
    }[session.state];
    put(this.find("head"), head ?? "");
    show(this.find("curtain"), !anything);
    this.#count();
  }

  #count() {
    const node = this.find("countdown");
    const { session } = this;
    const waiting = session && ["published", "scheduled"].includes(session.state);
    show(node, Boolean(waiting));
    if (waiting) put(node, this.#untilStart(Date.parse(session.starts_at) - this.live.clock.now()));
  }

  #untilStart(left) {
    if (left <= 0) return _("It begins any moment.");
    const hours = Math.floor(left / 3_600_000);
    if (hours >= 24) return _("in {days} d {hours} h", { days: Math.floor(hours / 24), hours: hours % 24 });
    return _("in {time}", { time: stopwatch(left) });
  }

  // What is being watched goes on as long as it is offered, whatever else has changed.
  async #offer(offered) {
    const isOffered = ({ id, embed }) => offered.some((way) => way.id === id && way.embed === embed);
    const videos = offered.filter(({ kind }) => !BESIDE.includes(kind));
    for (const shown of this.beside.values()) {
      if (!isOffered(shown.way)) this.#takeAway(shown);
    }
    this.#switches(offered, videos);
    if (this.shown && isOffered(this.shown)) return this.#mark();
    this.#end();
    if (videos.length === 0) return;
    const asked = this.offered;
    const kept = videos.find(({ id }) => id === this.chosen);
    const slow = setTimeout(() => asked === this.offered && this.#note(_("Looking for a stream that your network reaches…")), PATIENCE);
    const found = kept ?? (await firstReached(videos));
    clearTimeout(slow);
    if (asked !== this.offered) return;
    this.#show(found ?? videos[0]);
    if (!found) this.#note(_("None of the streams answers in your network. Try another one, or open it elsewhere."));
    else if (!kept && found !== videos[0]) this.#note(_("The first stream does not answer in your network. This is another one."));
  }

  #show(way) {
    this.screen?.end();
    this.shown = way;
    this.screen = makeScreen(way, this.title, { broken: () => this.#broken(way) });
    this.find("screen").querySelector(".picture")?.remove();
    this.find("screen").prepend(h("div", { class: "picture" }, this.screen.node));
    this.#note("");
    this.#mark();
  }

  #mark() {
    for (const button of this.querySelectorAll("[data-way]")) {
      button.setAttribute("aria-pressed", String(button.dataset.way === this.shown.id));
    }
  }

  // It answered, but does not play: the next one, unless the reader has chosen this one.
  #broken(way) {
    const videos = (this.state === "replay" ? this.replays : this.ways).filter(({ kind }) => !BESIDE.includes(kind));
    const next = videos[videos.findIndex(({ id }) => id === way.id) + 1];
    if (this.shown?.id !== way.id) return;
    if (!next || this.chosen === way.id) return this.#note(_("This stream does not play at the moment. It is tried again."));
    this.#show(next);
    this.#note(_("The stream before does not play at the moment. This is another one."));
  }

  #note(text) {
    put(this.find("note"), text);
    show(this.find("note"), text !== "");
  }

  #end() {
    this.screen?.end();
    this.screen = this.shown = null;
    this.find("screen").querySelector(".picture")?.remove();
    this.#note("");
  }

  #switches(offered, videos) {
    const ways = this.find("ways");
    const groups = [];
    if (videos.length > 1) groups.push(this.#group(_("Stream"), videos, (way, place) => this.#choice(way, place)));
    const names = { sign: _("Sign language"), captions: _("Captions"), audio: _("Interpreters") };
    for (const kind of BESIDE) {
      const some = offered.filter((way) => way.kind === kind);
      if (some.length) groups.push(this.#group(names[kind], some, (way) => this.#toggle(way, names[kind])));
    }
    ways.replaceChildren(...groups);
    show(ways, groups.length > 0);
  }

  #group(label, ways, make) {
    return h("div", { role: "group", "aria-label": label, class: "way-group" }, h("span", { class: "muted", "aria-hidden": "true" }, label), ...ways.map(make));
  }

  #choice(way, place) {
    const button = h("button", { type: "button", class: "small", "data-way": way.id, "aria-pressed": "false" }, `${place + 1} · ${named(way)}`);
    button.addEventListener("click", () => {
      this.chosen = way.id;
      this.#show(way);
    });
    return button;
  }

  #toggle(way, what) {
    if (way.embed === null) return h("a", { class: "button small", href: way.url, target: "_blank", rel: "noreferrer" }, named(way));
    const button = h("button", { type: "button", class: "small", "aria-pressed": String(this.beside.has(way.id)) }, named(way));
    button.addEventListener("click", () => {
      const shown = this.beside.get(way.id);
      button.setAttribute("aria-pressed", String(!shown));
      if (shown) this.#takeAway(shown);
      else this.#putBeside(way, what);
    });
    return button;
  }

  #putBeside(way, what) {
    const broken = () => this.#note(_("{what}: it does not play at the moment.", { what }));
    const screen = makeScreen(way, `${this.title}: ${what}, ${named(way)}`, { broken });
    const node = h("div", { class: `beside ${way.kind}` }, screen.node);
    this.find("screen").after(node);
    this.beside.set(way.id, { way, screen, node });
    if (way.kind === "audio" && this.screen) mute(this.screen.node, true);
  }

  #takeAway({ way, screen, node }) {
    screen.end();
    node.remove();
    this.beside.delete(way.id);
    const speaks = [...this.beside.values()].some((shown) => shown.way.kind === "audio");
    if (way.kind === "audio" && this.screen && !speaks) mute(this.screen.node, false);
  }
}

const PROVIDERS = { youtube: () => "YouTube", zoom: () => "Zoom", jitsi: () => "Jitsi", hls: () => _("direct") };

// What tells a way from the others in its group.
function named({ provider, kind, language }) {
  const carrier = BESIDE.includes(kind) ? null : (PROVIDERS[provider]?.() ?? _("link"));
  return [carrier, language && tongue(language)].filter(Boolean).join(" · ") || _("Show");
}

customElements.define("stream-player", StreamPlayer);
