// Places in a session: taken, waited for and given up by the buttons that the server has put on the page.

import { during, notice, tell } from "./api.js";
import { _ } from "./text.js";

// Follow the buttons [data-place=SESSION]; renew() fetches anew what shows one's place.
export function followPlaces(live, renew) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-place]");
    if (button) change(button);
  });

  async function change(button) {
    const { place: id, giveUp } = button.dataset;
    const path = `${live.base}/programme/${id}/registration`;
    const giving = giveUp !== undefined;
    const answer = await during(button, () => tell(giving ? "DELETE" : "POST", path));
    if (!answer) return;
    await renew();
    document.querySelector(`button[data-place="${id}"]`)?.focus();
    if (giving) notice(_("You have given up your place."), "good", { label: _("Undo"), run: () => takeAgain(path) });
    else notice(answer.state === "waiting" ? _("You are on the waiting list.") : _("You have a place."), "good");
  }

  async function takeAgain(path) {
    const answer = await tell("POST", path);
    notice(answer.state === "waiting" ? _("You are on the waiting list.") : _("You have a place again."), "good");
    await renew();
  }
}
