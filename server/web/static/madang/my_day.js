// "My day": one's own requests and meetings, in one's own wall time.

import { actionButton, during, get, notice, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import "./live.js";
import { LivePart } from "./live.js";
import "./sessions.js";
import { _, count, dayShift, nameIn } from "./text.js";
import "./proposals.js";
import { outcome, partiesOf } from "./words.js";

const mine = document.getElementById("mine");
const own = new Set(mine.dataset.parties.split(" ").filter(Boolean));
const EARLY = Number(mine.dataset.early) * 60_000;
const OPEN = ["pending", "countered"];

// A time on the reader's clock, with the convention's beside it.
function times(live, node, starts, ends) {
  const { reader, wall } = live;
  put(node.first, `${reader.show("brief", starts)} ${reader.show("time", starts)}–${reader.show("time", ends)}`);
  if (reader.zone === wall.zone) return put(node.second, "");
  const there = { city: live.getAttribute("city"), time: wall.show("time", starts) };
  const shift = dayShift(starts, wall, reader);
  if (shift > 0) return put(node.second, _("{city} {time}, next day", there));
  return put(node.second, shift < 0 ? _("{city} {time}, day before", there) : `${there.city} ${there.time}`);
}

class MyRequests extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), (request) => this.#row(request));
    this.live.watch(["request", "directory"], () => this.#show());
  }

  #show() {
    const open = Object.values(this.live.records("request")).filter((request) => OPEN.includes(request.state));
    const toAnswer = (request) => own.has(request.awaiting);
    open.sort((one, other) => toAnswer(other) - toAnswer(one) || one.starts_at.localeCompare(other.starts_at));
    this.rows.show(open);
    const number = open.filter(toAnswer).length;
    put(this.find("count"), _("{number} to answer", { number: count(number) }));
    show(this.find("count"), number > 0);
    show(this.find("empty"), open.length === 0);
  }

  #row({ id }) {
    const [state, other, until] = [h("span", { class: "chip" }), h("strong"), h("span", { class: "muted" })];
    const time = { first: h("span", { class: "mine-time" }), second: h("span", { class: "muted" }) };
    const actions = h("div", { class: "actions" });
    const node = h(
      "li",
      { class: "case" },
      h("div", { class: "facts" }, h("div", { class: "case-head" }, state, other), h("div", { class: "when" }, time.first, time.second), until),
      actions,
    );
    const answer = (what) => () => tell("POST", `${this.live.base}/requests/${id}/${what}`);
    return {
      node,
      update: (request) => {
        const ours = own.has(request.awaiting);
        const theirs = own.has(request.requester) ? request.addressee : request.requester;
        put(other, this.live.directory.name(theirs));
        state.className = `chip ${ours ? "warn" : ""}`;
        put(state, ours ? _("your answer") : _("waiting for them"));
        times(this.live, time, request.starts_at, request.ends_at);
        const { reader } = this.live;
        put(until, _("open until {time}", { time: `${reader.show("brief", request.expires_at)} ${reader.show("time", request.expires_at)}` }));
        if (node.dataset.version === String(request.version)) return;
        node.dataset.version = request.version;
        const buttons = ours
          ? [actionButton(_("Accept"), answer("accept"), { kind: "primary" }), actionButton(_("Decline"), answer("decline"), { sure: _("Decline it?") })]
          : [actionButton(_("Withdraw"), answer("withdraw"), { sure: _("Withdraw it?") })];
        actions.replaceChildren(...buttons);
      },
    };
  }
}

class MyMeetings extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), (meeting) => this.#row(meeting));
    this.live.watch(["meeting", "directory"], () => this.#show());
    this.live.everySecond(() => this.#show());
  }

  #show() {
    const meetings = Object.values(this.live.records("meeting"));
    const over = (meeting) => ["ended", "cancelled"].includes(meeting.state);
    meetings.sort((one, other) => over(one) - over(other) || one.starts_at.localeCompare(other.starts_at));
    this.rows.show(meetings);
    const number = meetings.filter((meeting) => !over(meeting)).length;
    put(this.find("count"), _("{number} to come", { number: count(number) }));
    show(this.find("count"), number > 0);
    show(this.find("empty"), meetings.length === 0);
  }

  #row({ id }) {
    const [state, other, how] = [h("span", { class: "chip" }), h("strong"), h("p", { class: "how", hidden: true })];
    const time = { first: h("span", { class: "mine-time" }), second: h("span", { class: "muted" }) };
    const actions = h("div", { class: "actions" });
    const node = h(
      "li",
      { class: "case" },
      h("div", { class: "facts" }, h("div", { class: "case-head" }, state, other), h("div", { class: "when" }, time.first, time.second), how),
      actions,
    );
    return {
      node,
      update: (meeting) => {
        put(other, partiesOf(meeting).filter((party) => !own.has(party)).map((party) => this.live.directory.name(party)).join(", "));
        put(state, this.#state(meeting));
        state.className = `chip ${meeting.state === "in_progress" ? "live" : ""}`;
        times(this.live, time, meeting.starts_at, meeting.ends_at);
        const offered = this.#offered(meeting);
        if (node.dataset.offered === offered.join(" ")) return;
        node.dataset.offered = offered.join(" ");
        actions.replaceChildren(...offered.map((what) => this.#button(what, id, how)));
      },
    };
  }

  #state(meeting) {
    if (meeting.state === "scheduled") return _("agreed");
    if (meeting.state === "in_progress") return _("now");
    if (meeting.state === "cancelled") return _("cancelled");
    return outcome(meeting) || _("ended");
  }

  #me(meeting) {
    return meeting.attendees.find((attendee) => attendee.person === mine.dataset.person);
  }

  #offered(meeting) {
    const opens = Date.parse(meeting.starts_at) - EARLY;
    if (meeting.state === "ended") return meeting.outcome === "held" ? [] : ["confirm"];
    if (meeting.state === "cancelled") return [];
    const me = this.#me(meeting);
    if (!me || this.live.clock.now() < opens) return ["how"];
    return me.present ? ["leave", "how"] : ["join", "how"];
  }

  #button(what, id, how) {
    const path = `${this.live.base}/meetings/${id}`;
    if (what === "join") return actionButton(_("Join"), () => tell("POST", `${path}/join`, {}), { kind: "primary" });
    if (what === "leave") return actionButton(_("Leave"), () => tell("POST", `${path}/leave`, {}), { sure: _("Leave it?") });
    if (what === "confirm") return actionButton(_("It was held"), () => tell("POST", `${path}/confirm`));
    return actionButton(_("How to join"), () => this.#tellHow(path, how));
  }

  async #tellHow(path, how) {
    const [{ instructions }, people] = await Promise.all([get(`${path}/how-to-join`), get(`${path}/contacts`)]);
    const ways = instructions.map(({ channel, kind, value }) =>
      h("span", { class: "way" }, `${channel}: `, kind === "link" && value.startsWith("https://") ? h("a", { href: value, rel: "noreferrer", target: "_blank" }, value) : value),
    );
    how.replaceChildren(...(ways.length ? ways : [_("The organiser has not said yet how to join.")]), ...reachable(people));
    how.hidden = false;
  }
}

// The other side's people, and how to reach those who agreed to it.
function reachable(people) {
  const others = people.filter(({ party }) => !own.has(party));
  const shown = others.filter(({ email, phone }) => email || phone);
  const hint = _("Addresses and phone numbers are shown once both sides have agreed to that, under My account.");
  if (others.length && !shown.length) return [h("span", { class: "way muted" }, hint)];
  return shown.map(({ name, email, phone }) =>
    h("span", { class: "way" }, [nameIn(name), email, phone].filter(Boolean).join(" · ")),
  );
}

customElements.define("my-requests", MyRequests);
customElements.define("my-meetings", MyMeetings);

// Whom one may ask: the other side of the fair.
function fillCounterparts(live) {
  const select = document.getElementById("party");
  if (!select) return;
  const ours = [...own].map((id) => live.directory.party(id)).filter(Boolean);
  const fits = (party) => !own.has(party.id) && ours.some((me) => (me.offers && party.seeks) || (me.seeks && party.offers));
  const options = [...live.directory.parties.values()]
    .filter(fits)
    .map((party) => ({ id: party.id, name: live.directory.name(party.id) }))
    .sort((one, other) => one.name.localeCompare(other.name));
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...options.map(({ id, name }) => h("option", { value: id }, name)));
  select.value = chosen;
}

// Slots come and go with everybody's requests: look again when ours have changed.
function askAgain() {
  const form = document.getElementById("find");
  if (form?.elements.party.value) form.dispatchEvent(new Event("change"));
}

const live = document.querySelector("madang-live");
live.watch(["directory"], () => fillCounterparts(live));
live.directory.load();

document.getElementById("free-slots")?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-ask]");
  if (!button) return;
  const { ask: to, slot, by } = button.dataset;
  const sent = await during(button, () => tell("POST", `${live.base}/requests`, { to, slot, ...(by && { by }) }));
  if (sent) notice(sent.state === "accepted" ? _("You have a meeting.") : _("Request sent. You see the answer here."), "good");
  askAgain();
});
