// <meetings-now> and <rescue-desk>: what is going on, and where somebody is missing.

import { actionButton, tell } from "./api.js";
import { h, put, Rows, show } from "./dom.js";
import { LivePart } from "./live.js";
import { _, count, Wall } from "./text.js";
import { outcome, partiesOf } from "./words.js";

const MINUTE = 60_000;
const JUDGED_AT_ONCE = 10;

function byStart(one, other) {
  return one.starts_at.localeCompare(other.starts_at) || one.id.localeCompare(other.id);
}

function minuteOf(meeting, now) {
  const length = Math.round((Date.parse(meeting.ends_at) - Date.parse(meeting.starts_at)) / MINUTE);
  const minute = Math.floor((now - Date.parse(meeting.starts_at)) / MINUTE);
  return { minute: Math.min(Math.max(minute, 0), length), length };
}

class MeetingsNow extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), () => this.#row());
    this.live.watch(["meeting", "directory"], () => this.#show());
    this.live.everySecond(() => this.#show());
  }

  #show() {
    const meetings = Object.values(this.live.records("meeting"));
    const now = meetings.filter((meeting) => meeting.state === "in_progress").sort(byStart);
    this.rows.show(now);
    put(this.find("count"), count(now.length));
    show(this.find("count"), now.length > 0);
    show(this.find("empty"), now.length === 0);
    put(this.find("next"), this.#next(meetings));
  }

  #next(meetings) {
    const planned = meetings.filter((meeting) => meeting.state === "scheduled").sort(byStart);
    if (!planned.length) return "";
    const { starts_at: at } = planned[0];
    const number = planned.filter((meeting) => meeting.starts_at === at).length;
    const { wall } = this.live;
    return _("Next: {day} {time}, {number} to begin", { day: wall.show("brief", at), time: wall.show("time", at), number });
  }

  #row() {
    const minute = h("span", { class: "minute" });
    const bar = h("span", { class: "bar-fill" });
    const sides = h("ul", { class: "sides", role: "list" });
    const people = new Rows(sides, () => this.#side());
    const node = h(
      "li",
      { class: "meeting" },
      h("div", { class: "meeting-time" }, minute, h("span", { class: "bar-track", "aria-hidden": true }, bar)),
      sides,
    );
    return {
      node,
      update: (meeting) => {
        const at = minuteOf(meeting, this.live.clock.now());
        put(minute, _("minute {minute} of {length}", at));
        bar.style.setProperty("--share", at.minute / at.length);
        people.show(meeting.attendees.map((attendee) => ({ ...attendee, id: attendee.person })));
      },
    };
  }

  #side() {
    const [dot, party, person, state] = [h("span", { class: "dot", "aria-hidden": true }), h("strong"), h("span", { class: "muted" }), h("span", { class: "presence" })];
    const node = h("li", {}, dot, h("span", { class: "who" }, party, person), state);
    return {
      node,
      update: (attendee) => {
        node.dataset.present = attendee.present;
        put(party, this.live.directory.name(attendee.party));
        put(person, this.live.directory.person(attendee.person));
        put(state, attendee.present ? _("there") : _("not there"));
      },
    };
  }
}

class RescueDesk extends LivePart {
  start() {
    this.walls = new Map();
    this.missing = new Rows(this.find("missing"), () => this.#missing());
    this.ended = new Rows(this.find("ended"), (meeting) => this.#ended(meeting));
    this.live.watch(["meeting", "directory"], () => this.#show());
    this.live.everySecond(() => this.#show());
  }

  #show() {
    const meetings = Object.values(this.live.records("meeting"));
    const cases = meetings
      .filter((meeting) => meeting.state === "in_progress")
      .sort(byStart)
      .flatMap((meeting) => meeting.missing.map((party) => ({ id: `${meeting.id}:${party}`, meeting, party })));
    const doubtful = meetings
      .filter((meeting) => meeting.outcome === "not_held" && meeting.outcome_source === "measured")
      .sort((one, other) => byStart(other, one));
    this.missing.show(cases);
    this.ended.show(doubtful.slice(0, JUDGED_AT_ONCE));
    put(this.find("count"), count(cases.length));
    show(this.find("count"), cases.length > 0);
    put(this.find("doubtful"), count(doubtful.length));
    show(this.find("judging"), doubtful.length > 0);
    show(this.find("empty"), cases.length === 0);
    this.toggleAttribute("data-calling", cases.length > 0);
  }

  #missing() {
    const [badge, party, other, reach] = [h("span", { class: "chip" }), h("strong"), h("span", { class: "muted" }), h("span", { class: "reach" })];
    const clock = h("span", { class: "muted" });
    let item = null;
    const there = () => tell("POST", `${this.live.base}/meetings/${item.meeting.id}/join`, { person: this.#leadOf(item).person });
    const node = h(
      "li",
      { class: "case" },
      h("div", { class: "facts" }, h("div", { class: "case-head" }, badge, party), other, clock, reach),
      h("div", { class: "actions" }, actionButton(_("Joined after all"), there)),
    );
    return {
      node,
      update: (next) => {
        item = next;
        const noShow = next.meeting.no_show.includes(next.party);
        badge.className = `chip ${noShow ? "bad" : "warn"}`;
        const at = minuteOf(next.meeting, this.live.clock.now());
        put(badge, noShow ? _("no-show, minute {minute}", at) : _("missing, minute {minute}", at));
        put(party, this.live.directory.name(next.party));
        const others = partiesOf(next.meeting).filter((id) => id !== next.party);
        const names = { names: others.map((id) => this.live.directory.name(id)).join(", ") };
        const waiting = others.some((id) => !next.meeting.missing.includes(id));
        put(other, waiting ? _("{names} is waiting", names) : _("with {names}, missing too", names));
        put(clock, this.#theirClock(next.party));
        this.#showReach(reach, next);
      },
    };
  }

  // Who sleeps does not join: the wall time where the missing party is, if it is another than here.
  #theirClock(party) {
    const zone = this.live.directory.party(party)?.zone;
    if (!zone || zone === this.live.wall.zone) return "";
    if (!this.walls.has(zone)) this.walls.set(zone, new Wall(zone));
    const wall = this.walls.get(zone);
    const now = this.live.clock.now();
    return _("their clock: {day} {time}", { day: wall.show("brief", now), time: wall.show("time", now) });
  }

  #leadOf({ meeting, party }) {
    const seats = meeting.attendees.filter((attendee) => attendee.party === party);
    return seats.find((seat) => seat.required) ?? seats[0];
  }

  #showReach(node, item) {
    const person = this.live.directory.people.get(this.#leadOf(item)?.person);
    const key = `${person?.id} ${person?.phone} ${person?.email}`;
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    const ways = [
      person?.phone && h("a", { href: `tel:${person.phone}` }, person.phone),
      person?.email && h("a", { href: `mailto:${person.email}` }, person.email),
    ].filter(Boolean);
    const name = this.live.directory.person(person?.id);
    node.replaceChildren(...(name ? [h("span", {}, name)] : []), ...ways);
  }

  #ended(meeting) {
    const [when, parties, why] = [h("span", { class: "muted" }), h("strong"), h("span", { class: "chip warn" })];
    const judge = (body) => () => tell("POST", `${this.live.base}/meetings/${meeting.id}/outcome`, body);
    const node = h(
      "li",
      { class: "case" },
      h("div", { class: "facts" }, h("div", { class: "case-head" }, why, parties), when),
      h(
        "div",
        { class: "actions" },
        actionButton(_("It was held"), judge({ outcome: "held" })),
        actionButton(_("Handled offline"), judge({ outcome: "handled_offline" })),
        actionButton(_("Not held"), judge({ outcome: "not_held", reason: meeting.outcome_reason })),
      ),
    );
    return {
      node,
      update: (next) => {
        const { wall, directory } = this.live;
        put(why, outcome(next));
        put(parties, partiesOf(next).map((id) => directory.name(id)).join(" – "));
        put(when, `${wall.show("brief", next.starts_at)} ${wall.show("time", next.starts_at)}`);
      },
    };
  }
}

customElements.define("meetings-now", MeetingsNow);
customElements.define("rescue-desk", RescueDesk);
