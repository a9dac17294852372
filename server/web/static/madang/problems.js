// What a refusal means to whoever pressed the button.

import { _, Wall } from "./text.js";

const WORDS = {
  not_signed_in: () => _("You are signed out. Open your sign-in link again."),
  link_spent: () => _("This link has been used or has expired. Each works once: ask the organiser for a new one."),
  token_short: () => _("Paste the whole link, or the code behind the # in it."),
  code_wrong: () => _("This code is not right, or has been used. Wait for the next one that your app shows."),
  rate_limited: (problem) => _("That was too often. You can try again {when}.", { when: soonest(problem.wait ?? 60) }),
  sign_in_failed: () => _("This address and password do not let anybody in. Check both, or have a link mailed."),
  password_refused: () =>
    _("Not this one: it is too easy to guess, or the password until now is wrong. Four random words are fine."),
  codes_on: () => _("One-time codes are on already."),
  codes_off: () => _("One-time codes are off. Set them up first."),
  second_factor_needed: () => _("Here one works with one-time codes: set them up under My account, then sign in again."),
  mail_off: () => _("No mail is sent from here. Ask for a link, or hand it over yourself."),
  last_one: () => _("Nobody would be left who can do this. Give the same rights to somebody else first."),
  seated_elsewhere: () => _("This person sits for another organisation here. Use another address of theirs."),
  party_exists: () => _("This organisation takes part already."),
  in_use: () => _("Something still needs it: remove that first."),
  slug_taken: () => _("There is a convention with this address already. Choose another one."),
  sent_lately: () => _("They were sent one a moment ago. Wait five minutes, or hand the link over yourself."),
  has_account: () => _("They have an account already: send them the invitation by mail. They can sign in as well."),
  booked: () => _("This person still has meetings to come. Choose a colleague who takes them over and is free then."),
  bad_instruction: (problem) => [_("This does not fit its kind."), problem.title].filter(Boolean).join(" "),
  identifies_patient: () => _("This could say who a patient is. Leave out numbers, birth dates and addresses of people."),
  not_a_picture: () => _("This is no picture that can be shown. Send PNG, JPEG or WebP; save it anew, smaller, if it is one."),
  picture_too_large: () => _("That is too large. Send less, or a smaller picture."),
  too_many_pictures: () => _("There are as many pictures as there may be. Delete one first."),
  body_too_large: () => _("That is too large. Send less, or a smaller picture."),
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
  too_soon: (problem) => _("A little slower, please: write again {when}.", { when: soonest(problem.wait ?? 10) }),
  muted: () => _("A moderator has asked you not to write for now."),
  too_many: () => _("There are as many as there may be. Wait a little, or take one back."),
  not_offered: () => _("That is switched off in this session."),
  voted_already: () => _("You have voted already: each has one vote."),
  bad_vote: () => _("That cannot be voted for. Check how many you may choose, or take another word."),
  no_seat: () => _("They have no seat on stage: give them one first, or wait until they raise a hand."),
  bad_poll: () => _("Give 2 to 20 choices; none for a scale, which has 2 to 10 steps, or for a word."),
  bad_contest: () => _("Give each criterion a name, its most points (1 to 1000) and a weight above zero."),
  bad_score: () => _("Give points for each criterion, from 0 to its most."),
  bad_title: () => _("Give the text in at least one language."),
  bad_offer: () => _("An offer has a price and a currency; nothing else has."),
  out_of_time: () => _("This time is over: choose a later one."),
  busy: () => _("Very much is going on. Please try again."),
  uncertain: () => _("The server does not know whether it worked. Please try again."),
  unreachable: () => _("The server does not answer. Check your connection and try again."),
  unreadable: () => _("That could not be understood. Please check what you entered."),
};

// When something can be tried again, on the reader's own clock.
function soonest(seconds) {
  if (seconds < 90) return _("in {seconds} seconds", { seconds });
  const clock = new Wall(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return _("at {time}", { time: clock.show("time", Date.now() + seconds * 1000) });
}

export function explain(problem) {
  const words = WORDS[problem.code];
  return words ? words(problem) : [problem.title, problem.advice].filter(Boolean).join(" ") || _("That did not work.");
}
