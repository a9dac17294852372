// What happened, in words.

import { _ } from "./text.js";

const OUTCOMES = {
  held: () => _("held"),
  handled_offline: () => _("handled offline"),
  not_held: () => _("not held"),
};
const REASONS = {
  absent: () => _("somebody absent"),
  technical: () => _("technical trouble"),
  no_interpreter: () => _("no interpreter"),
};

export function outcome(meeting) {
  const words = OUTCOMES[meeting.outcome]?.() ?? "";
  const reason = REASONS[meeting.outcome_reason]?.();
  return reason ? `${words} (${reason})` : words;
}

const SESSION_STATES = {
  draft: () => _("draft"),
  published: () => _("announced"),
  scheduled: () => _("planned"),
  live: () => _("live now"),
  paused: () => _("paused"),
  ended: () => _("ended"),
  replay: () => _("replay"),
  cancelled: () => _("cancelled"),
};

export function sessionState(state) {
  return SESSION_STATES[state]?.() ?? state;
}

// The parties of a meeting, each once, in the order of their attendees.
export function partiesOf(meeting) {
  return [...new Set(meeting.attendees.map((attendee) => attendee.party).filter(Boolean))];
}

const REQUESTS = {
  "request.sent": (it) => _("{requester} asks {addressee} for {time}", it),
  "request.countered": (it) => _("{proposer} proposes {time} to {awaiting} instead", it),
  "request.accepted": (it) => _("{requester} and {addressee} agree on {time}", it),
  "request.declined": (it) => _("The request of {requester} to {addressee} was declined", it),
  "request.expired": (it) => _("The request of {requester} to {addressee} expired", it),
  "request.withdrawn": (it) => _("The request of {requester} to {addressee} was withdrawn", it),
  "request.turned": (it) => _("The request of {requester} to {addressee} became a wish for the schedule", it),
};
const MEETINGS = {
  "meeting.assigned": (it) => _("Meeting set: {parties}, {time}", it),
  "meeting.moved": (it) => _("Moved to {time}: {parties}", it),
  "meeting.handed_over": (it) => _("Somebody else comes: {parties}", it),
  "meeting.cancelled": (it) => _("Cancelled: {parties}", it),
  "meeting.started": (it) => _("It is time: {parties}", it),
  "meeting.joined": (it) => _("Joined: {parties} ({present} there)", it),
  "meeting.left": (it) => _("Left: {parties} ({present} there)", it),
  "meeting.not_joined": (it) => _("Still missing: {missing}", it),
  "meeting.no_show": (it) => _("No-show: {missing}", it),
  "meeting.ended": (it) => _("Ended, {outcome}: {parties}", it),
  "meeting.corrected": (it) => _("Set right, {outcome}: {parties}", it),
  "interpreter.assigned": (it) => _("Has an interpreter: {parties}", it),
  "interpreter.missing": (it) => _("Needs an interpreter: {parties}", it),
  "interpreter.waived": (it) => _("Goes on without an interpreter: {parties}", it),
};
const SESSIONS = {
  "session.planned": (it) => _("On the programme: {title}", it),
  "session.changed": (it) => _("Changed: {title}", it),
  "session.published": (it) => _("Announced: {title}", it),
  "session.moved": (it) => _("Another time: {title}", it),
  "session.soon": (it) => _("Starts soon: {title}", it),
  "session.went_live": (it) => _("Live: {title}", it),
  "session.paused": (it) => _("Paused: {title}", it),
  "session.resumed": (it) => _("Goes on: {title}", it),
  "session.ended": (it) => _("Over: {title}", it),
  "session.cancelled": (it) => _("Called off: {title}", it),
  "session.replayed": (it) => _("To be watched again: {title}", it),
  "session.hidden": (it) => _("No longer shown: {title}", it),
};
const PROPOSALS = {
  "standby.offered": (it) => _("Proposed on the spot: {one} – {other}, {time}", it),
  "standby.held": (it) => _("{holder} has accepted: {one} – {other}, {time}", it),
  "standby.agreed": (it) => _("Both have accepted: {one} – {other}, {time}", it),
  "standby.declined": (it) => _("The proposal was declined: {one} – {other}", it),
  "standby.expired": (it) => _("The proposal expired: {one} – {other}", it),
  "standby.lapsed": (it) => _("The proposal is no longer possible: {one} – {other}", it),
  "standby.withdrawn": (it) => _("The proposal was withdrawn: {one} – {other}", it),
};
const OTHERS = {
  "preference.set": (it) => _("{by} told a wish", it),
  "parties.imported": (it) => _("Imported: {exhibitors} exhibitors and {buyers} buyers now", it),
  "party.confirmed": (it) => _("A party was confirmed; {needs_look} still need a look", it),
  "figure.reported": () => _("A figure from elsewhere was entered"),
  "figure.taken_back": () => _("A figure from elsewhere was taken back"),
  "announcement.made": () => _("Something was announced"),
  "announcement.taken_down": () => _("An announcement was taken down"),
  "figure.reported": () => _("A figure from elsewhere was entered"),
  "figure.taken_back": () => _("A figure from elsewhere was taken back"),
  "listing.changed": () => _("Tracks, rooms or speakers have changed"),
  "registration.changed": () => _("Somebody's place in a session has changed"),
  "registration.removed": () => _("Somebody's place in a session was taken away"),
  "party.changed": (it) => _("A party or its people have changed; {needs_look} need a look", it),
};

// A frame as a sentence. Unknown types show their name: better than nothing.
export function sentence(frame, { directory, programme, when, title }) {
  const { request, meeting, session, preference, standby } = frame.data;
  const name = (id) => directory.name(id);
  if (request && REQUESTS[frame.event]) {
    const { requester, addressee, awaiting } = request;
    return REQUESTS[frame.event]({
      requester: name(requester),
      addressee: name(addressee),
      awaiting: name(awaiting),
      proposer: name(awaiting === requester ? addressee : requester),
      time: when(request.starts_at),
    });
  }
  if (standby && PROPOSALS[frame.event]) {
    const { one, other, held_by, starts_at } = standby;
    return PROPOSALS[frame.event]({ one: name(one), other: name(other), holder: name(held_by), time: when(starts_at) });
  }
  if (meeting && MEETINGS[frame.event]) {
    const attendees = meeting.attendees;
    return MEETINGS[frame.event]({
      parties: partiesOf(meeting).map(name).join(" – "),
      missing: (meeting.no_show.length ? meeting.no_show : meeting.missing).map(name).join(", "),
      present: `${attendees.filter((one) => one.present).length}/${attendees.length}`,
      outcome: outcome(meeting),
      time: when(meeting.starts_at),
    });
  }
  if (session && SESSIONS[frame.event]) {
    return SESSIONS[frame.event]({ title: title(programme.entry(session.id)) });
  }
  if (preference && OTHERS[frame.event]) return OTHERS[frame.event]({ by: name(preference.by) });
  return OTHERS[frame.event]?.(frame.data.directory) ?? frame.event;
}

// How an event looks in a list.
export function mood(event) {
  if (["meeting.no_show", "meeting.not_joined"].includes(event)) return "bad";
  if (["meeting.cancelled", "request.declined", "request.expired", "session.cancelled"].includes(event)) return "warn";
  if (["request.accepted", "meeting.assigned", "meeting.joined", "session.went_live"].includes(event)) return "good";
  return "plain";
}
