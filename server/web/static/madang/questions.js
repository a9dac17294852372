// <session-questions>: questions from the floor: asked, wanted by others, answered.

import { actionButton, during, notice, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { bodyOf } from "./fields.js";
import { FloorPart, idsOf } from "./floor_part.js";
import { _, count, nameIn } from "./text.js";

class SessionQuestions extends FloorPart {
  start() {
    if (!this.find("rows")) return;
    this.voted = idsOf(this.dataset.voted);
    this.votes = {};
    this.rows = new Rows(this.find("rows"), (question) => this.#row(question));
    this.live.watch(["question"], () => this.#show());
    this.live.listen("counts", ({ questions }) => {
      this.votes = questions ?? this.votes;
      if (this.live.topics.known) this.#show();
    });
    this.find("ask")?.addEventListener("submit", (event) => this.#ask(event));
  }

  // Pinned first, then what most want, then the oldest; what is answered comes last.
  #show() {
    const questions = this.mine("question").filter(({ id, state }) => state !== "hidden" && this.live.text("question", id));
    const rank = ({ pinned, state }) => (pinned ? 0 : state === "answered" ? 2 : 1);
    questions.sort((one, other) => rank(one) - rank(other) || this.#wanted(other) - this.#wanted(one) || one.at.localeCompare(other.at));
    this.rows.show(questions);
    show(this.find("empty"), questions.length === 0);
    this.countTab(questions.filter(({ state }) => state === "open").length);
  }

  #wanted({ id }) {
    return this.votes[id] ?? this.live.text("question", id)?.votes ?? 0;
  }

  async #ask(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const asked = await during(event.submitter ?? form.querySelector("[type=submit]"), () => tell("POST", `${this.base}/questions`, bodyOf(form)));
    if (!asked) return;
    form.reset();
    notice(asked.state === "pending" ? _("Thank you. A moderator looks at your question first.") : _("Your question stands here."), "good");
  }

  #row({ id }) {
    const [words, who, state, answer] = [h("p", { class: "said" }), h("span", { class: "muted" }), h("span", { class: "chip" }), h("p", { class: "answer", hidden: true })];
    const pin = h("span", { class: "chip good" }, _("pinned"));
    const [number, wanted] = [h("span", { class: "number", "aria-hidden": "true" }), h("span", { class: "unseen" })];
    const want = h(this.person ? "button" : "span", { type: this.person && "button", class: this.person ? "small want" : "want muted" }, h("span", { "aria-hidden": "true" }, "▲ "), number, wanted);
    if (this.person) want.addEventListener("click", () => this.#want(id, want));
    const actions = h("span", { class: "own-actions" });
    const node = h("li", { class: "question" }, want, h("div", { class: "saying" }, h("div", { class: "chips" }, pin, state), words, answer, h("p", { class: "small-line" }, who, " ", actions)));
    return {
      node,
      update: (question) => {
        const text = this.live.text("question", id);
        put(words, text.text);
        put(who, question.anonymous ? _("without a name") : nameIn(text.name) || _("somebody"));
        show(pin, question.pinned);
        put(state, { pending: _("not seen by a moderator yet"), answered: _("answered") }[question.state] ?? "");
        show(state, question.state !== "open");
        put(answer, text.answer ?? "");
        show(answer, Boolean(text.answer));
        put(number, count(this.#wanted(question)));
        put(wanted, this.person ? _("I want this answered, too: {number}", { number: number.textContent }) : _("{number} want this answered", { number: number.textContent }));
        if (this.person) {
          want.disabled = question.state !== "open";
          want.setAttribute("aria-pressed", String(this.voted.has(id)));
        }
        this.#putActions(actions, question);
      },
    };
  }

  // One's own can be taken back as long as nobody has looked at it.
  #putActions(actions, { id, state }) {
    const wanted = state === "pending" && id in this.live.topics.recordsOf("me", "question") ? "withdraw" : "";
    if (actions.dataset.wanted === wanted) return;
    actions.dataset.wanted = wanted;
    const withdraw = () => tell("POST", `${this.base}/questions/${id}/withdraw`);
    actions.replaceChildren(...(wanted ? [actionButton(_("Withdraw"), withdraw, { sure: _("Withdraw it?") })] : []));
  }

  async #want(id, button) {
    const had = this.voted.has(id);
    const answer = await during(button, () => tell(had ? "DELETE" : "POST", `${this.base}/questions/${id}/vote`));
    if (!answer) return;
    if (answer.voted) this.voted.add(id);
    else this.voted.delete(id);
    this.votes = { ...this.votes, [id]: answer.votes };
    this.#show();
  }
}

customElements.define("session-questions", SessionQuestions);
