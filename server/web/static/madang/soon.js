// What begins in a few minutes: the session that is looked at, and others in which one has a place.

import { get, notice } from "./api.js";
import { _, nameIn } from "./text.js";

export function followSoon(live, watchAt, current = null) {
  let told = 0; // a fact may come by several topics

  live.listen("event", ({ event, seq, data }) => {
    if (event !== "session.soon" || seq <= told) return;
    told = seq;
    const { id } = data.session;
    if (id === current) notice(_("It begins in a few minutes."), "good");
    else if (placed(id)) tellOf(id);
  });

  function placed(id) {
    return Object.values(live.records("registration")).some(({ session, state }) => session === id && state === "registered");
  }

  async function tellOf(id) {
    try {
      const { title } = await get(`${live.base}/programme/${id}`);
      notice(_("{title} begins in a few minutes.", { title: nameIn(title) }), "good", { label: _("Go there"), run: () => location.assign(`${watchAt}/${id}`) });
    } catch {
      // The connection tells what is wrong.
    }
  }
}
