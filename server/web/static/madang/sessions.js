// <live-sessions>: the programme with its state; for staff with the buttons that run it.

import { actionButton, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { LivePart } from "./live.js";
import { _, count, nameIn } from "./text.js";
import { sessionState } from "./words.js";

const RUNNING = ["live", "paused"];
const IS_TO_COME = ["draft", "published", "scheduled"];
const IS_OVER = ["ended", "replay", "cancelled"];
const TO_COME = 5;
const OVER = 2;

function byStart(one, other) {
  return one.starts_at.localeCompare(other.starts_at) || one.id.localeCompare(other.id);
}

class LiveSessions extends LivePart {
  start() {
    this.staff = this.live.getAttribute("topics").split(",").includes("organiser");
    this.rows = new Rows(this.find("rows"), (session) => this.#row(session));
    this.live.watch(["session", "audience"], () => this.#show());
    this.live.listen("counts", () => this.#show());
    this.find("more").addEventListener("click", () => {
      this.all = !this.all;
      this.#show();
    });
  }

  // What is live, then what comes, then what is over from the latest on; of both some, until all are asked for.
  #show() {
    const sessions = Object.values(this.live.records("session"));
    const [live, toCome, over] = [RUNNING, IS_TO_COME, IS_OVER].map((states) => sessions.filter(({ state }) => states.includes(state)));
    for (const part of [live, toCome, over]) part.sort(byStart);
    over.reverse();
    const some = [...live, ...toCome.slice(0, TO_COME), ...over.slice(0, OVER)];
    this.rows.show(this.all ? [...live, ...toCome, ...over] : some);
    const more = this.find("more");
    put(more, this.all ? _("Show fewer") : _("Show all {number}", { number: count(sessions.length) }));
    show(more, sessions.length > some.length);
    put(this.find("count"), _("{number} live", { number: count(live.length) }));
    show(this.find("count"), live.length > 0);
    show(this.find("empty"), sessions.length === 0);
  }

  #row({ id }) {
    const [state, when, watching] = [h("span", { class: "chip" }), h("span", { class: "muted" }), h("span", { class: "watching" })];
    // Who runs sessions goes backstage from here.
    const title = this.staff ? h("a", { href: `/c/${this.live.getAttribute("slug")}/backstage/${id}` }) : h("span");
    const actions = h("div", { class: "actions" });
    const node = h(
      "li",
      { class: "session case" },
      h("div", { class: "facts" }, h("div", { class: "case-head" }, state, h("strong", {}, title)), h("div", { class: "session-line" }, when, watching)),
      actions,
    );
    return {
      node,
      update: (session) => {
        const entry = this.live.programme.entry(id);
        put(title, nameIn(entry?.title) || "…");
        state.className = `chip ${session.state === "live" ? "live" : session.state === "paused" ? "warn" : ""}`;
        put(state, sessionState(session.state));
        put(when, this.#when(session));
        put(watching, this.#watching(session));
        // Not before the title is there: a button says what it is about, and must not be made anew under a finger.
        if (!entry || node.dataset.state === session.state) return;
        node.dataset.state = session.state;
        actions.replaceChildren(...this.#actions(session, nameIn(entry.title)));
      },
    };
  }

  #when({ starts_at: starts, ends_at: ends }) {
    const { reader } = this.live;
    return `${reader.show("brief", starts)} ${reader.show("time", starts)}–${reader.show("time", ends)}`;
  }

  #watching(session) {
    if (IS_TO_COME.includes(session.state) || session.state === "cancelled") return "";
    const audience = this.live.records("audience")[session.id];
    const now = this.live.figures?.live?.[session.id] ?? audience?.concurrent;
    if (RUNNING.includes(session.state)) return now === undefined ? "" : _("{number} watching", { number: count(now) });
    return audience ? _("{unique} viewers, peak {peak}", { unique: count(audience.unique), peak: count(audience.peak) }) : "";
  }

  #actions(session, title) {
    const run = (what) => () => tell("POST", `${this.live.base}/programme/${session.id}/${what}`);
    if (this.staff && session.state === "scheduled") {
      return [actionButton(_("Go live"), run("go-live"), { sure: _("Go live now?"), about: title })];
    }
    const end = () => actionButton(_("End"), run("end"), { sure: _("End it now?"), about: title });
    if (this.staff && session.state === "live") return [actionButton(_("Pause"), run("pause"), { about: title }), end()];
    if (this.staff && session.state === "paused") return [actionButton(_("Go on"), run("resume"), { about: title }), end()];
    if (!RUNNING.includes(session.state)) return [];
    const page = `/c/${this.live.getAttribute("slug")}/watch/${session.id}`;
    return [h("a", { class: "button small", href: page, "aria-label": `${_("Watch")}: ${title}` }, _("Watch"))];
  }
}

customElements.define("live-sessions", LiveSessions);
