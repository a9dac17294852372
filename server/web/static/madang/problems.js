// What a refusal means to whoever pressed the button.

import { _ } from "./text.js";

const WORDS = {
  not_signed_in: () => _("You are signed out. Open your sign-in link again."),
  link_spent: () => _("This link has been used or has expired. Each works once: ask the organiser for a new one."),
  foreign_origin: () => _("Open the convention's own address and try again."),
  not_found: () => _("This is not there any more."),
  not_allowed: () => _("This is not yours to do."),
  phase_closed: () => _("This is not the time for that: see the convention's dates."),
  wrong_state: () => _("Too late: it has changed meanwhile."),
  slot_taken: () => _("This time has just been taken. Choose another one."),
  slot_unknown: () => _("This time is over or does not exist."),
  thread_open: () => _("There is an open request between you already."),
  too_many_open: () => _("You have as many open requests as the convention allows. Wait for answers, or withdraw one."),
  too_many_today: () => _("You have sent as many requests today as the convention allows."),
  cooling_down: () => _("They declined lately. Ask again later."),
  needs_look: () => _("The organiser has to confirm this party first."),
  not_joinable: () => _("The door is not open: too early, or it is over."),
  busy: () => _("Very much is going on. Please try again."),
  uncertain: () => _("The server does not know whether it worked. Please try again."),
  unreachable: () => _("The server does not answer. Check your connection and try again."),
  unreadable: () => _("That could not be understood. Please check what you entered."),
};

export function explain(problem) {
  const words = WORDS[problem.code];
  return words ? words() : [problem.title, problem.advice].filter(Boolean).join(" ") || _("That did not work.");
}
