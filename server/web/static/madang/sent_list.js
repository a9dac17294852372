// Lists that are sent as a whole, in their order.

import { during, notice, tell } from "./api.js";
import { valueOf } from "./fields.js";
import { explain } from "./problems.js";
import { _ } from "./text.js";

// <sent-list data-address data-name>: rows of [data-field=NAME], to be added, removed, lifted, and sent together.
class SentList extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.rows = this.querySelector("[data-rows]");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      during(event.submitter, () => this.#save());
    });
    this.form.addEventListener("click", ({ target }) => {
      if (target.matches("[data-add]")) this.#add();
      if (target.matches("[data-remove]")) this.#remove(target.closest("li"));
      if (target.matches("[data-up]")) this.#lift(target);
    });
  }

  #add() {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    this.rows.append(row);
    row.querySelector("[data-field]").focus();
  }

  #remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-remove]") ?? this.querySelector("[data-add]")).focus();
  }

  #lift(button) {
    const row = button.closest("li");
    if (row.previousElementSibling) this.rows.insertBefore(row, row.previousElementSibling);
    button.focus();
  }

  async #save() {
    const place = this.form.querySelector("[data-problem]");
    place.hidden = true;
    try {
      await tell("PUT", this.dataset.address, { [this.dataset.name]: [...this.rows.children].map(itemOf) });
      notice(_("Saved. Whoever sees it is told."), "good");
    } catch (problem) {
      if (!problem.code) throw problem;
      place.textContent = explain(problem);
      place.hidden = false;
    }
  }
}

function itemOf(row) {
  return Object.fromEntries([...row.querySelectorAll("[data-field]")].map((field) => [field.dataset.field, valueOf(field)]));
}

customElements.define("sent-list", SentList);
