// Signing in. The code behind # of a link is sent by browsers to no server, so only a press does.

import "./forms.js";

const way = document.getElementById("by-code");
const form = way.querySelector("form");

function arrive() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  way.closest("section").classList.add("arrived");
  way.open = true;
  form.elements.token.value = code;
  const hint = document.getElementById("hint");
  hint.textContent = hint.dataset.ready;
  for (const link of document.querySelectorAll("[data-language]")) link.hash = code;
  history.replaceState(null, "", location.pathname + location.search); // the address bar is no place for a secret
  form.querySelector("[type=submit]").focus();
}

// The address once told need not be told again.
document.getElementById("email")?.addEventListener("change", ({ target }) => {
  document.getElementById("address").value ||= target.value;
});

// Once the mail is on its way, there is nothing more to do here.
document.getElementById("by-mail")?.addEventListener("sent", ({ target }) => {
  target.hidden = true;
});

addEventListener("hashchange", arrive);
arrive();
