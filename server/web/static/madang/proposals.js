// <my-proposals>: meetings that the organiser proposes on the spot, to be accepted or declined within minutes.

import { actionButton, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { LivePart } from "./live.js";
import { _, count, stopwatch } from "./text.js";

const own = new Set(document.getElementById("mine").dataset.parties.split(" ").filter(Boolean));
const OPEN = ["offered", "held"];

class MyProposals extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), (standby) => this.#row(standby));
    this.live.watch(["standby", "directory"], () => this.#show());
    this.live.everySecond(() => this.#show());
  }

  #show() {
    const now = this.live.clock.now();
    const waits = ({ state, expires_at }) => OPEN.includes(state) && Date.parse(expires_at) > now;
    const open = Object.values(this.live.records("standby")).filter(waits);
    open.sort((one, other) => one.expires_at.localeCompare(other.expires_at));
    this.rows.show(open);
    const toAnswer = open.filter((standby) => !own.has(standby.held_by)).length;
    put(this.find("count"), _("{number} to answer", { number: count(toAnswer) }));
    show(this.find("count"), toAnswer > 0);
    show(this, open.length > 0);
    this.toggleAttribute("data-calling", toAnswer > 0);
  }

  #row({ id, one, other }) {
    const by = own.has(one) ? one : other;
    const [state, name, when, left] = [h("span", { class: "chip" }), h("strong"), h("span", { class: "mine-time" }), h("span", { class: "muted" })];
    const actions = h("div", { class: "actions" });
    const facts = h("div", { class: "facts" }, h("div", { class: "case-head" }, state, name), h("div", { class: "when" }, when), left);
    const answer = (what) => () => tell("POST", `${this.live.base}/rescue/proposals/${id}/${what}`, { by });
    return {
      node: h("li", { class: "case" }, facts, actions),
      update: (standby) => {
        const { reader, directory, clock } = this.live;
        const ours = standby.held_by === by;
        put(name, directory.name(by === one ? other : one));
        state.className = `chip ${ours ? "" : "warn"}`;
        put(state, ours ? _("waiting for them") : standby.held_by ? _("they have accepted") : _("your answer"));
        put(when, `${reader.show("time", standby.starts_at)}–${reader.show("time", standby.ends_at)}`);
        put(left, _("{time} left to answer", { time: stopwatch(Math.max(0, Date.parse(standby.expires_at) - clock.now())) }));
        if (actions.dataset.version === String(standby.version)) return;
        actions.dataset.version = standby.version;
        const accept = actionButton(_("Accept"), answer("accept"), { kind: "primary" });
        actions.replaceChildren(...(ours ? [] : [accept]), actionButton(_("Decline"), answer("decline"), { sure: _("Decline it?") }));
      },
    };
  }
}

customElements.define("my-proposals", MyProposals);
