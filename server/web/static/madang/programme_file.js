// <programme-file data-address>: a programme's file is compared first, shown, and only then taken.

import { during, notice, tell } from "./api.js";
import { h, put, show } from "./dom.js";
import { explain } from "./problems.js";
import { _, count, Wall } from "./text.js";

const SHOWN = 30;

class ProgrammeFile extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.report = this.querySelector("[data-report]");
    this.problem = this.querySelector("[data-problem]");
    this.button = this.querySelector("[data-take]");
    this.wall = new Wall(this.dataset.zone);
    this.input.addEventListener("change", () => this.input.files.length && this.#compare());
    this.button.addEventListener("click", () => during(this.button, () => this.#take()));
  }

  async #compare() {
    show(this.button, false);
    this.report.replaceChildren(h("p", { role: "status" }, _("Reading the file…")));
    show(this.report, true);
    const told = await this.#send("?dry_run=true&state=draft");
    if (!told) return show(this.report, false);
    this.report.replaceChildren(...this.#lines(told));
    show(this.button, !told.stopped && told.created.length + told.changed.length > 0);
    this.report.focus();
  }

  async #take() {
    const told = await this.#send("?state=draft");
    if (!told) return;
    notice(_("Taken: {created} new, {changed} changed.", { created: count(told.created.length), changed: count(told.changed.length) }), "good");
    location.reload();
  }

  // What the server answers; null if it refuses, which is said then.
  async #send(query) {
    const form = new FormData();
    form.append("file", this.input.files[0]);
    show(this.problem, false);
    try {
      return await tell("POST", this.dataset.address + query, form);
    } catch (problem) {
      if (!problem.code) throw problem;
      put(this.problem, explain(problem));
      show(this.problem, true);
      return null;
    }
  }

  #lines(told) {
    const sums = _("{sessions} sessions: {created} new, {changed} changed, {unchanged} as they are.", {
      sessions: count(told.sessions),
      created: count(told.created.length),
      changed: count(told.changed.length),
      unchanged: count(told.unchanged),
    });
    const lists = [
      h("p", {}, h("strong", {}, sums)),
      this.#list(_("What is the matter"), told.findings, found),
      this.#list(_("New, as drafts"), told.created, (one) => `${this.#when(one.starts_at)} ${one.title}`),
      this.#list(_("Changed"), told.changed, (one) => `${one.title}: ${one.fields.map((field) => this.#change(field)).join("; ")}`),
      this.#list(_("Not in the file: they stay"), told.missing, (one) => one.title),
      this.#list(_("New tracks, rooms and speakers"), [...told.tracks_added, ...told.rooms_added, ...told.speakers_added], String),
    ];
    return lists.filter(Boolean);
  }

  #list(title, items, words) {
    if (items.length === 0) return null;
    const rows = items.slice(0, SHOWN).map((item) => h("li", {}, words(item)));
    if (items.length > SHOWN) rows.push(h("li", { class: "muted" }, _("and {number} more", { number: count(items.length - SHOWN) })));
    return h("details", { open: true }, h("summary", {}, `${title} (${count(items.length)})`), h("ul", { class: "bullets" }, ...rows));
  }

  #change({ field, before, after }) {
    const shown = (value) => (field.endsWith("_at") && value ? this.#when(value) : value || "–");
    return `${field} ${shown(before)} → ${shown(after)}`;
  }

  #when(instant) {
    return `${this.wall.show("brief", instant)} ${this.wall.show("time", instant)}`;
  }
}

function found({ row, column, value, reason, proposal }) {
  const place = [row || null, column].filter(Boolean).join(", ");
  return `${place}${value && ` “${value}”`}: ${reason}${proposal ? ` → ${proposal}` : ""}`;
}

customElements.define("programme-file", ProgrammeFile);
