// <question-desk>: the audience's questions before a moderator: those that wait first.

import { actionButton, during, notice, tell } from "./api.js";
import { muteMenu } from "./backstage_mutes.js";
import { h, put, putButtons, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, count, nameIn } from "./text.js";

const STANDING = ["open", "answered"];

class QuestionDesk extends FloorPart {
  start() {
    this.votes = {};
    this.lists = ["waiting", "standing", "hidden"].map((name) => new Rows(this.find(name), (question) => this.#row(question)));
    this.live.watch(["question"], () => this.#show());
    this.live.listen("counts", ({ questions }) => {
      this.votes = questions ?? this.votes;
      if (this.live.topics.known) this.#show();
    });
  }

  // Of those that stand, the pinned one first, then what most want; what is answered comes last.
  #show() {
    const questions = this.mine("question").filter(({ id }) => this.live.text("question", id));
    const rank = ({ pinned, state }) => (pinned ? 0 : state === "answered" ? 2 : 1);
    const early = (one, other) => one.at.localeCompare(other.at) || one.id.localeCompare(other.id);
    const waiting = questions.filter(({ state }) => state === "pending").sort(early);
    const standing = questions.filter(({ state }) => STANDING.includes(state));
    standing.sort((one, other) => rank(one) - rank(other) || this.#wanted(other) - this.#wanted(one) || early(one, other));
    const hidden = questions.filter(({ state }) => state === "hidden").sort(early);
    [waiting, standing, hidden].forEach((some, index) => this.lists[index].show(some));
    put(this.find("status"), this.#status(waiting.length));
    show(this.find("status"), waiting.length > 0);
    show(this.find("empty"), waiting.length + standing.length === 0);
    show(this.find("hidden").closest("details"), hidden.length > 0);
  }

  #status(number) {
    if (number === 0) return "";
    return number === 1 ? _("1 question waits") : _("{number} questions wait", { number: count(number) });
  }

  #wanted({ id }) {
    return this.votes[id] ?? this.live.text("question", id)?.votes ?? 0;
  }

  #row({ id }) {
    const [words, who, wanted] = [h("p", { class: "said" }), h("span", { class: "muted" }), h("span", { class: "number" })];
    const [pinned, state, answer] = [h("span", { class: "chip good" }, _("pinned")), h("span", { class: "chip" }), h("p", { class: "answer", hidden: true })];
    const actions = h("div", { class: "actions" });
    const field = h("textarea", { rows: 2, maxlength: 2000, required: true });
    const form = this.#answerForm(id, field);
    const node = h("li", { class: "desk-row" }, h("div", { class: "chips" }, pinned, state), words, h("p", { class: "small-line" }, who, " · ", wanted), answer, actions, form);
    let made = "";
    return {
      node,
      update: (question) => {
        const text = this.live.text("question", id);
        put(words, text.text);
        put(who, nameIn(text.name) || _("without a name"));
        put(wanted, _("wanted by {number}", { number: count(this.#wanted(question)) }));
        show(pinned, question.pinned);
        put(state, { pending: _("waits"), answered: question.answered === "live" ? _("answered live") : _("answered"), hidden: _("hidden") }[question.state] ?? "");
        show(state, question.state !== "open");
        put(answer, text.answer ?? "");
        show(answer, Boolean(text.answer));
        show(form, question.state !== "hidden");
        const wish = `${question.state} ${question.pinned} ${text.version}`;
        if (made === wish) return;
        made = wish;
        this.#putActions(actions, question, text.text);
      },
    };
  }

  #answerForm(id, field) {
    const button = h("button", { type: "submit", class: "small primary" }, _("Send the answer"));
    const form = h("form", { class: "stack" }, h("label", { class: "field" }, _("Answer, for everybody to read"), field), button);
    const details = h("details", { class: "more-actions" }, h("summary", {}, _("Answer by text")), form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await during(button, () => this.#tell(id, "answer", { text: field.value.trim() })))) return;
      form.reset();
      details.open = false;
    });
    return details;
  }

  #putActions(place, question, about) {
    const { id, state, pinned } = question;
    const button = (label, what, { body, ...options } = {}) => actionButton(label, () => this.#tell(id, what, body), { about, ...options });
    const hide = () => actionButton(_("Hide"), () => this.#hide(question), { about });
    const live = () => button(_("Answered live"), "answer", { body: { text: "" } });
    const pin = () => (pinned ? button(_("Unpin"), "unpin") : button(_("Pin"), "pin"));
    const wanted = {
      pending: () => [button(_("Let it stand"), "approve", { kind: "primary" }), hide(), live()],
      open: () => [live(), pin(), hide()],
      answered: () => [button(_("Not answered"), "reopen"), pin(), hide()],
      hidden: () => [button(_("Let it stand"), "approve")],
    }[state];
    putButtons(place, [...wanted(), muteMenu(this, id, about)]);
  }

  #tell(id, what, body) {
    return tell("POST", `${this.base}/questions/${id}/${what}`, body);
  }

  // What nobody had looked at cannot go back to waiting: it can be let stand.
  async #hide({ id, state }) {
    await this.#tell(id, "hide");
    const label = state === "pending" ? _("Let it stand after all") : _("Undo");
    notice(_("Hidden."), "good", { label, run: () => this.#tell(id, "approve") });
  }
}

customElements.define("question-desk", QuestionDesk);
