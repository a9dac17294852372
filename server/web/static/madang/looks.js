// The list of parties that need a look: fetched again when the directory has changed, confirmed by a press.

import { during, notice, tell } from "./api.js";
import { _ } from "./text.js";

export function followLooks(live) {
  const list = document.getElementById("looks");
  let shown = Number(list.dataset.version);
  live.watch(["directory"], () => {
    for (const { version } of Object.values(live.records("directory"))) {
      if (version === shown) continue;
      shown = version;
      document.body.dispatchEvent(new CustomEvent("directory-changed"));
    }
  });
  list.addEventListener("submit", (event) => {
    event.preventDefault();
    confirm(live, event.target);
  });
}

async function confirm(live, form) {
  const entered = Object.entries(Object.fromEntries(new FormData(form)));
  const body = Object.fromEntries(entered.map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
  if (body.country) body.country = body.country.toUpperCase();
  const done = await during(form.querySelector("button"), () => tell("POST", live.base + form.dataset.confirm, body));
  if (done) notice(_("Confirmed: this party has free slots now."), "good");
}
