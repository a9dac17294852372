// <announce-desk>: what is announced in this session or to everybody, made and taken down.

import { actionButton, during, notice, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { bodyOf } from "./fields.js";
import { FloorPart } from "./floor_part.js";
import { explain } from "./problems.js";
import { _, nameIn } from "./text.js";

const MINUTE = 60_000;

class AnnounceDesk extends FloorPart {
  start() {
    this.all = "all" in this.dataset;
    this.rows = new Rows(this.find("rows"), (news) => this.#row(news));
    this.live.watch(["announcement"], () => this.#show());
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.currentTarget;
      during(event.submitter ?? form.querySelector("[type=submit]"), () => this.#announce(form));
    });
  }

  #show() {
    const standing = Object.values(this.live.records("announcement")).filter(({ id }) => this.live.text("announcement", id));
    standing.sort((one, other) => other.at.localeCompare(one.at));
    this.rows.show(standing);
    show(this.find("empty"), standing.length === 0);
  }

  #row({ id, session }) {
    const [words, when] = [h("p", { class: "said" }), h("span", { class: "muted small-line" })];
    const whom = h("span", { class: "chip" }, session ? _("in this session") : _("to everybody"));
    const actions = h("div", { class: "actions" });
    return {
      node: h("li", { class: "case" }, h("div", { class: "facts" }, h("div", { class: "case-head" }, whom, when), words), actions),
      update: ({ at, until }) => {
        const { wall } = this.live;
        const text = nameIn(this.live.text("announcement", id).text);
        put(words, text);
        put(when, until ? _("{from} until {until}", { from: wall.show("time", at), until: wall.show("time", until) }) : _("since {from}", { from: wall.show("time", at) }));
        if (actions.childElementCount || !(session || this.all)) return;
        const down = () => tell("DELETE", `${this.live.base}/announcements/${id}`);
        actions.replaceChildren(actionButton(_("Take down"), down, { sure: _("Take it down?"), about: text }));
      },
    };
  }

  async #announce(form) {
    const place = form.querySelector("[data-problem]");
    show(place, false);
    const { text, whom, minutes } = bodyOf(form);
    const until = minutes ? new Date(this.live.clock.now() + minutes * MINUTE).toISOString() : null;
    try {
      await tell("POST", `${this.live.base}/announcements`, { text, session: whom === "all" ? null : this.session, until });
      form.reset();
      notice(_("Announced."), "good");
    } catch (problem) {
      if (!problem.code) throw problem;
      put(place, explain(problem));
      show(place, true);
    }
  }
}

customElements.define("announce-desk", AnnounceDesk);
