// <live-sessions>: the programme with its state; for staff with the buttons that run it.

import { actionButton, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { LivePart } from "./live.js";
import { _, count, nameIn } from "./text.js";
import { sessionState } from "./words.js";

const ORDER = { live: 0, scheduled: 1, ended: 2, cancelled: 2 };
const SHOWN = 14;

class LiveSessions extends LivePart {
  start() {
    this.staff = this.live.getAttribute("topics").split(",").includes("organiser");
    this.rows = new Rows(this.find("rows"), (session) => this.#row(session));
    this.live.watch(["session", "audience"], () => this.#show());
    this.live.listen("counts", () => this.#show());
  }

  // What is live, then what comes, then the latest of what is over.
  #show() {
    const sessions = Object.values(this.live.records("session"));
    const live = sessions.filter((session) => session.state === "live");
    const order = (one, other) => {
      const late = ORDER[one.state] === 2 && ORDER[other.state] === 2 ? -1 : 1;
      return ORDER[one.state] - ORDER[other.state] || late * one.starts_at.localeCompare(other.starts_at) || one.id.localeCompare(other.id);
    };
    this.rows.show(sessions.sort(order).slice(0, Math.max(SHOWN, live.length)));
    put(this.find("count"), _("{number} live", { number: count(live.length) }));
    show(this.find("count"), live.length > 0);
    show(this.find("empty"), sessions.length === 0);
  }

  #row({ id }) {
    const [state, title, when, watching] = [h("span", { class: "chip" }), h("strong"), h("span", { class: "muted" }), h("span", { class: "watching" })];
    const actions = h("div", { class: "actions" });
    const node = h(
      "li",
      { class: "session case" },
      h("div", { class: "facts" }, h("div", { class: "case-head" }, state, title), h("div", { class: "session-line" }, when, watching)),
      actions,
    );
    return {
      node,
      update: (session) => {
        const entry = this.live.programme.entry(id);
        put(title, nameIn(entry?.title) || "…");
        state.className = `chip ${session.state === "live" ? "live" : ""}`;
        put(state, sessionState(session.state));
        put(when, this.#when(session));
        put(watching, this.#watching(session));
        if (node.dataset.state === session.state) return;
        node.dataset.state = session.state;
        actions.replaceChildren(...this.#actions(session, title));
      },
    };
  }

  #when({ starts_at: starts, ends_at: ends }) {
    const { reader } = this.live;
    return `${reader.show("brief", starts)} ${reader.show("time", starts)}–${reader.show("time", ends)}`;
  }

  #watching(session) {
    if (session.state === "scheduled" || session.state === "cancelled") return "";
    const audience = this.live.records("audience")[session.id];
    const now = this.live.figures?.live?.[session.id] ?? audience?.concurrent;
    if (session.state === "live") return now === undefined ? "" : _("{number} watching", { number: count(now) });
    return audience ? _("{unique} viewers, peak {peak}", { unique: count(audience.unique), peak: count(audience.peak) }) : "";
  }

  #actions(session, title) {
    const run = (what) => () => tell("POST", `${this.live.base}/programme/${session.id}/${what}`);
    if (this.staff && session.state === "scheduled") {
      return [actionButton(_("Go live"), run("go-live"), { sure: _("Go live now?"), about: title.textContent })];
    }
    if (this.staff && session.state === "live") {
      return [actionButton(_("End"), run("end"), { sure: _("End it now?"), about: title.textContent })];
    }
    const stream = this.live.programme.entry(session.id)?.stream_url;
    if (session.state !== "live" || !stream) return [];
    return [h("a", { class: "button small", href: stream, rel: "noreferrer", target: "_blank" }, _("Watch"))];
  }
}

customElements.define("live-sessions", LiveSessions);
