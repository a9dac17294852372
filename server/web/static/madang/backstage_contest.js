// <contest-desk>: who competes, what the jurors have given, and the places, told from the last one up.

import { actionButton, notice, tell } from "./api.js";
import { h, put, putButtons, Rows, show } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, nameIn } from "./text.js";

class ContestDesk extends FloorPart {
  start() {
    this.jurors = JSON.parse(this.find("jurors").textContent);
    this.rows = new Rows(this.find("rows"), (contestant) => this.#row(contestant));
    this.live.watch(["contest", "contestant", "score"], () => this.#show());
  }

  get #contest() {
    return this.live.records("contest")[this.session];
  }

  // In the order of their turns; once there are places, the first comes first.
  #show() {
    const contest = this.#contest;
    const competing = this.mine("contestant").filter(({ id }) => this.live.text("contestant", id));
    const places = new Map((contest?.ranking ?? []).map((place) => [place.contestant, place]));
    const rank = ({ id }) => places.get(id)?.rank ?? Infinity;
    competing.sort((one, other) => (rank(one) === rank(other) ? 0 : rank(one) - rank(other)) || one.position - other.position || one.id.localeCompare(other.id));
    const told = this.#told(contest);
    this.rows.show(competing.map((one) => ({ ...one, place: places.get(one.id), told, judging: contest?.state === "judging" })));
    show(this.find("prepared"), Boolean(contest));
    show(this.find("empty"), competing.length === 0);
    show(this.find("enter"), contest?.state === "judging");
    if (contest) this.#putStatus(contest, competing);
  }

  // The places that everybody knows.
  #told(contest) {
    if (!contest) return new Set();
    const ranks = [...new Set(contest.ranking.map(({ rank }) => rank))].sort((one, other) => other - one);
    return new Set(ranks.slice(0, contest.revealed));
  }

  #scores(contestant) {
    return this.mine("score").filter((score) => score.contestant === contestant);
  }

  #lacking(contestant) {
    const given = new Set(this.#scores(contestant).map(({ person }) => person));
    return this.jurors.filter(({ id }) => !given.has(id));
  }

  #putStatus({ state, revealed, ranking }, competing) {
    const all = new Set(ranking.map(({ rank }) => rank)).size;
    const missing = competing.reduce((sum, { id }) => sum + this.#lacking(id).length, 0);
    const words = state === "judging" ? (missing ? _("{number} scores are missing", { number: missing }) : _("All scores are in")) : _("{told} of {all} places are told", { told: revealed, all });
    put(this.find("status"), words);
    const place = this.find("actions");
    const wish = `${state} ${revealed} ${all}`;
    if (place.dataset.made === wish) return;
    place.dataset.made = wish;
    putButtons(place, this.#actions(state, revealed, [...new Set(ranking.map(({ rank }) => rank))]));
  }

  #actions(state, revealed, ranks) {
    const button = (label, what, body, options) => actionButton(label, () => this.#tell(what, body), options);
    if (state === "judging") return [actionButton(_("End the judging"), () => this.#close(), { kind: "primary", sure: _("End it?") })];
    const next = ranks.sort((one, other) => other - one)[revealed];
    const found = [];
    if (next) {
      found.push(button(_("Tell place {rank}", { rank: next }), "reveal", { everything: false }, { kind: "primary", sure: _("Tell everybody?") }));
      found.push(button(_("Tell all places"), "reveal", { everything: true }, { sure: _("Tell all of them?") }));
    }
    if (revealed) found.push(button(_("Take back the last"), "conceal", { everything: false }));
    else found.push(button(_("Judge again"), "reopen", undefined, { sure: _("Judge again?") }));
    return found;
  }

  #tell(what, body) {
    return tell("POST", `${this.base}/contest/${what}`, body);
  }

  async #close() {
    try {
      await this.#tell("close", { anyway: false });
    } catch (problem) {
      if (problem.code !== "scores_missing") throw problem;
      notice(_("Scores are missing: they stand beside those who compete."), "bad", { label: _("End it all the same"), run: () => this.#tell("close", { anyway: true }) });
    }
  }

  #row({ id }) {
    const [name, place, points] = [h("strong"), h("span", { class: "chip" }), h("span", { class: "number muted" })];
    const [scores, lacking] = [h("ul", { class: "given-scores", role: "list" }), h("p", { class: "small-line muted" })];
    const actions = h("div", { class: "actions" });
    const node = h("li", { class: "case" }, h("div", { class: "facts" }, h("div", { class: "case-head" }, place, name, points), scores, lacking), actions);
    return {
      node,
      update: (contestant) => {
        const about = nameIn(this.live.text("contestant", id).name);
        put(name, about);
        this.#putPlace(place, points, contestant);
        this.#putScores(scores, id);
        const missing = this.#lacking(id).map((juror) => nameIn(juror.name) || _("somebody"));
        put(lacking, missing.length ? _("missing: {names}", { names: missing.join(", ") }) : "");
        show(actions, contestant.judging);
        if (actions.childElementCount) return;
        const remove = () => tell("DELETE", `${this.base}/contest/contestants/${id}`);
        actions.replaceChildren(actionButton(_("Remove"), remove, { about, sure: _("Remove them?") }));
      },
    };
  }

  #putPlace(chip, points, { place, told }) {
    show(chip, Boolean(place));
    put(points, place ? _("{points} points", { points: place.points }) : "");
    if (!place) return;
    put(chip, told.has(place.rank) ? _("No. {rank}", { rank: place.rank }) : _("No. {rank}, not told yet", { rank: place.rank }));
    chip.className = `chip ${told.has(place.rank) ? "good" : ""}`;
  }

  #putScores(list, contestant) {
    const names = new Map(this.jurors.map((juror) => [juror.id, nameIn(juror.name)]));
    const texts = this.#scores(contestant).map(({ person, points }) => `${names.get(person) || _("somebody")}: ${points.join(" + ")}`);
    const shown = JSON.stringify(texts);
    if (list.dataset.shown === shown) return;
    list.dataset.shown = shown;
    list.replaceChildren(...texts.map((text) => h("li", {}, text)));
  }
}

customElements.define("contest-desk", ContestDesk);
