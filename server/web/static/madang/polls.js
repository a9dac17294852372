// <session-polls>: questions to the floor, and how they stand.

import { during, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { FloorPart, idsOf } from "./floor_part.js";
import { tallyRows, tallyTable } from "./tallies.js";
import { _, nameIn } from "./text.js";

class SessionPolls extends FloorPart {
  start() {
    this.voted = idsOf(this.dataset.voted);
    this.figures = {};
    this.rows = new Rows(this.find("rows"), (poll) => this.#row(poll));
    this.live.watch(["poll"], () => this.#show());
    this.live.listen("counts", ({ polls }) => {
      this.figures = polls ?? this.figures;
      if (this.live.topics.known) this.#show();
    });
  }

  // What is open first, then the newest.
  #show() {
    const polls = this.mine("poll").filter(({ id }) => this.live.text("poll", id));
    polls.sort((one, other) => (other.state === "open") - (one.state === "open") || other.at.localeCompare(one.at));
    this.rows.show(polls);
    show(this.find("empty"), polls.length === 0);
    this.countTab(polls.filter(({ id, state }) => state === "open" && !this.voted.has(id)).length);
  }

  #row({ id }) {
    const head = h("h3", { id: `poll-${id}` });
    const state = h("span", { class: "chip" });
    const [form, results] = [h("div"), h("div", { class: "results" })];
    const node = h("section", { class: "poll", "aria-labelledby": `poll-${id}` }, h("div", { class: "case-head" }, head, state), form, results);
    return {
      node,
      update: (poll) => {
        const text = this.live.text("poll", id);
        put(head, nameIn(text.question));
        state.className = `chip ${poll.state === "open" ? "live" : ""}`;
        put(state, poll.state === "open" ? (this.voted.has(id) ? _("you have voted") : _("open")) : _("closed"));
        this.#putForm(form, poll, text);
        this.#putResults(results, poll, text);
      },
    };
  }

  #putForm(place, poll, text) {
    const wanted = poll.state !== "open" || this.voted.has(poll.id) ? "none" : `${text.version} ${this.person !== null}`;
    if (place.dataset.made === wanted) return;
    place.dataset.made = wanted;
    if (wanted === "none") return place.replaceChildren();
    if (!this.person) return place.replaceChildren(h("p", { class: "hint" }, h("a", { href: this.dataset.signIn }, _("Sign in to ask or vote"))));
    const button = h("button", { type: "submit", class: "small primary" }, _("Vote"));
    const form = h("form", { class: "stack ballot" }, this.#choices(poll, text), button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#vote(poll.id, form, button);
    });
    place.replaceChildren(form);
  }

  #choices({ id, kind, options, most }, text) {
    if (kind === "word") {
      const field = h("input", { type: "text", name: "choice", id: `word-${id}`, maxlength: 40, required: true, autocomplete: "off" });
      return h("div", { class: "field" }, h("label", { for: `word-${id}` }, _("One word")), field);
    }
    const scale = kind === "scale";
    const values = scale ? Array.from({ length: most }, (_none, step) => String(step + 1)) : Array.from({ length: options }, (_none, place) => String(place));
    const type = kind === "multiple" ? "checkbox" : "radio";
    const boxes = values.map((value) =>
      h("label", { class: "tick" }, h("input", { type, name: "choice", value, required: type === "radio" }), h("span", {}, scale ? value : nameIn(text.options[Number(value)]))),
    );
    const legend = { single: _("Choose one"), multiple: _("Choose up to {most}", { most }), scale: _("Choose from 1 to {most}", { most }) }[kind];
    return h("fieldset", { class: scale ? "scale" : "" }, h("legend", {}, legend), ...boxes);
  }

  async #vote(id, form, button) {
    const choice = new FormData(form).getAll("choice").map((value) => value.trim()).filter(Boolean);
    if (!choice.length) return form.querySelector("input").focus();
    const voted = await during(button, () => this.#send(id, choice));
    if (!voted) return;
    this.voted.add(id);
    this.#show();
    document.getElementById("tab-polls").focus();
  }

  async #send(id, choice) {
    try {
      return await tell("POST", `${this.base}/polls/${id}/vote`, { choice });
    } catch (problem) {
      if (problem.code === "voted_already") this.voted.add(id);
      throw problem;
    } finally {
      this.#show();
    }
  }

  #putResults(place, poll, text) {
    const votes = poll.state === "open" ? this.figures[poll.id] : (poll.results ?? text.words);
    show(place, Boolean(votes));
    const rows = votes ? tallyRows(poll, text, votes) : [];
    const shown = JSON.stringify(rows);
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.replaceChildren(tallyTable(nameIn(text.question), rows));
  }
}

customElements.define("session-polls", SessionPolls);
