// An invitation. The code behind # of its link goes to the server only in the body of what this page asks.

import "./forms.js";
import { nameIn, startOfDay, Wall, _ } from "./text.js";

const paste = document.getElementById("paste");
const invited = document.getElementById("invited");
const asking = paste.querySelector("form");
const accepting = invited.querySelector("form");
const here = new Wall(Intl.DateTimeFormat().resolvedOptions().timeZone);

function arrive() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search); // the address bar is no place for a secret
  for (const link of document.querySelectorAll("[data-language]")) link.hash = code;
  asking.elements.token.value = code;
  asking.requestSubmit();
}

function put(name, text) {
  invited.querySelector(`[data-${name}]`).textContent = text;
}

function show(told) {
  accepting.elements.token.value = asking.elements.token.value;
  accepting.dataset.go = `/c/${told.slug}`;
  put("convention", nameIn(told.convention));
  put("host", told.host ? _("{host} invites you to", { host: nameIn(told.host) }) : _("You are invited to"));
  const who = { name: nameIn(told.person), party: nameIn(told.party) };
  if (who.name && who.party) put("greeting", _("Welcome, {name}. You come for {party}.", who));
  else if (who.name) put("greeting", _("Welcome, {name}.", who));
  else put("greeting", who.party ? _("Welcome. You come for {party}.", who) : _("Welcome."));
  const there = new Wall(told.zone);
  const [opens, closes] = [startOfDay(told.first_day, told.zone), startOfDay(told.last_day, told.zone, 1)];
  put("days", _("{days}, {zone}", { days: there.span(opens, closes - 1), zone: there.name }));
  const mine = { zone: here.name, from: `${here.show("brief", opens)} ${here.show("time", opens)}`, to: `${here.show("brief", closes)} ${here.show("time", closes)}` };
  put("days-here", here.zone === told.zone ? "" : _("on your clock ({zone}): {from} to {to}", mine));
  put("until", `${here.show("brief", told.expires_at)} ${here.show("time", told.expires_at)}`);
  paste.hidden = true;
  invited.hidden = false;
  document.getElementById("invited-title").focus();
}

asking.addEventListener("sent", ({ detail }) => show(detail));
addEventListener("hashchange", arrive);
arrive();
