// Signing in by the code behind # of a link: browsers send it to no server, so only a press does.

import { during, tell } from "./api.js";
import { explain } from "./problems.js";
import { _ } from "./text.js";

const form = document.getElementById("sign-in");
const field = form.elements.code;
const problem = document.getElementById("problem");

function arrive() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  field.value = code;
  const hint = document.getElementById("hint");
  hint.textContent = hint.dataset.ready;
  for (const link of document.querySelectorAll("[data-language]")) link.hash = code;
  history.replaceState(null, "", location.pathname + location.search); // the address bar is no place for a secret
  form.querySelector("button").focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  const token = field.value.trim().replace(/^.*#/, "");
  if (token.length < 20) return fail(_("Paste the whole link, or the code behind the # in it."));
  await during(form.querySelector("button"), async () => {
    try {
      const { home } = await tell("POST", "/api/v1/sign-in", { token });
      location.assign(home);
    } catch (refusal) {
      if (!refusal.code) throw refusal;
      fail(explain(refusal));
    }
  });
});

function fail(text) {
  problem.textContent = text;
  problem.hidden = false;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

addEventListener("hashchange", arrive);
arrive();
