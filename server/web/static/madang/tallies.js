// How a poll stands, as bars that are a table: one thing for those who look and those who listen.

import { h } from "./dom.js";
import { _, count, nameIn } from "./text.js";

// What was chosen, in order, from a poll's record and texts and its {choice: votes}. Of words, most said comes first.
export function tallyRows({ kind }, text, votes) {
  const named = (choice) => (kind === "word" || kind === "scale" ? choice : nameIn(text.options[Number(choice)]));
  const order = kind === "word" ? ([, one], [, other]) => other - one : ([one], [other]) => Number(one) - Number(other);
  return Object.entries(votes).sort(order).map(([choice, number]) => ({ name: named(choice), number }));
}

export function tallyTable(caption, rows) {
  const most = Math.max(1, ...rows.map(({ number }) => number));
  const all = Math.max(1, rows.reduce((sum, { number }) => sum + number, 0));
  const row = ({ name, number }) => {
    const fill = h("span", { class: "bar-fill" });
    fill.style.setProperty("--share", number / most);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", { class: "bar-cell", "aria-hidden": "true" }, h("span", { class: "bar-track" }, fill)),
      h("td", { class: "number" }, count(number)),
      h("td", { class: "number muted" }, `${Math.round((100 * number) / all)} %`),
    );
  };
  const head = (words) => h("th", { scope: "col" }, words);
  const heads = h("tr", {}, head(_("Answer")), h("td", { "aria-hidden": "true" }), head(_("Votes")), head(_("Share")));
  return h(
    "table",
    { class: "tallies" },
    h("caption", { class: "unseen" }, caption),
    h("thead", { class: "unseen" }, heads),
    h("tbody", {}, ...rows.map(row)),
  );
}
