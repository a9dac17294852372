// <poll-desk>: polls made, changed, opened, closed, and how they stand.

import { actionButton, tell } from "./api.js";
import { h, put, putButtons, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { PollForm } from "./poll_form.js";
import { tallyRows, tallyTable } from "./tallies.js";
import { _, count, nameIn } from "./text.js";

const ORDER = ["open", "draft", "closed"];

class PollDesk extends FloorPart {
  start() {
    this.figures = {};
    this.rows = new Rows(this.find("rows"), (poll) => this.#row(poll));
    const made = new PollForm(this.querySelector("template"), (body) => this.#send("POST", "", body));
    this.find("new").append(made.node);
    made.node.addEventListener("sent", () => {
      this.find("new").open = false;
    });
    this.live.watch(["poll"], () => this.#show());
    this.live.listen("counts", ({ polls }) => {
      this.figures = polls ?? this.figures;
      if (this.live.topics.known) this.#show();
    });
  }

  #show() {
    const polls = this.mine("poll").filter(({ id }) => this.live.text("poll", id));
    polls.sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || other.at.localeCompare(one.at));
    this.rows.show(polls);
    show(this.find("empty"), polls.length === 0);
  }

  #row({ id }) {
    const head = h("h3", { id: `poll-${id}` });
    const [state, seen, voters] = [h("span", { class: "chip" }), h("span", { class: "chip" }), h("span", { class: "muted small-line" })];
    const [results, actions, change] = [h("div"), h("div", { class: "actions" }), h("details", { class: "more-actions" }, h("summary", {}, _("Change")))];
    const node = h("li", { class: "poll", "aria-labelledby": head.id }, h("div", { class: "case-head" }, head, state, seen, voters), results, actions, change);
    let made = "";
    return {
      node,
      update: (poll) => {
        const text = this.live.text("poll", id);
        put(head, nameIn(text.question));
        state.className = `chip ${poll.state === "open" ? "live" : ""}`;
        put(state, { draft: _("draft"), open: _("open"), closed: _("closed") }[poll.state]);
        put(seen, poll.shown ? _("everybody sees the results") : _("only you see the results"));
        put(voters, poll.voters === null ? "" : _("{number} have voted", { number: count(poll.voters) }));
        this.#putResults(results, poll, text);
        const wish = `${poll.state} ${poll.shown} ${text.version}`;
        if (made === wish) return;
        made = wish;
        putButtons(actions, this.#actions(poll, nameIn(text.question)));
        this.#putForm(change, poll, text);
      },
    };
  }

  #putResults(place, poll, text) {
    const votes = poll.state === "open" ? this.figures[poll.id] : (poll.results ?? text.words);
    const rows = votes ? tallyRows(poll, text, votes) : [];
    show(place, rows.length > 0);
    const shown = JSON.stringify(rows);
    if (place.dataset.shown === shown) return;
    place.dataset.shown = shown;
    place.replaceChildren(tallyTable(nameIn(text.question), rows));
  }

  // A draft alone can be changed. What is being typed there stays until it is sent.
  #putForm(place, poll, text) {
    show(place, poll.state === "draft");
    if (poll.state !== "draft" || place.open) return;
    const form = new PollForm(this.querySelector("template"), (body) => this.#send("PATCH", `/${poll.id}`, body));
    form.fill(poll, text);
    form.node.addEventListener("sent", () => {
      place.open = false;
    });
    place.replaceChildren(place.firstElementChild, form.node);
  }

  #actions({ id, state, shown }, about) {
    const button = (label, what, options = {}) => actionButton(label, () => this.#send("POST", `/${id}/${what}`), { about, ...options });
    const seen = () => (shown ? button(_("Hide the results"), "hide") : button(_("Show the results"), "show"));
    if (state === "draft") {
      const remove = actionButton(_("Remove"), () => this.#send("DELETE", `/${id}`), { about, sure: _("Remove it?") });
      return [button(_("Open"), "open", { kind: "primary" }), remove];
    }
    if (state === "open") return [button(_("End the voting"), "close", { kind: "primary", sure: _("End it for good?") }), seen()];
    return [seen(), button(_("Ask again"), "copy")];
  }

  #send(method, path, body) {
    return tell(method, `${this.base}/polls${path}`, body);
  }
}

customElements.define("poll-desk", PollDesk);
