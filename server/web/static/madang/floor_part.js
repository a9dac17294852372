// What the parts of a session's floor have in common.

import { put, show } from "./dom.js";
import { LivePart } from "./live.js";

export class FloorPart extends LivePart {
  connectedCallback() {
    const { session, person } = this.closest("[data-session]").dataset;
    this.session = session;
    this.person = person ?? null;
    super.connectedCallback();
    this.base = `${this.live.base}/programme/${session}`;
  }

  // Records of this session.
  mine(collection) {
    return Object.values(this.live.records(collection)).filter(({ session }) => session === this.session);
  }

  // How many there are, on the part's tab.
  countTab(number) {
    const node = document.getElementById(this.getAttribute("aria-labelledby")).querySelector("[data-tab-count]");
    put(node, number);
    show(node, number > 0);
  }
}

// Ids that the server put on the page, to be kept up by the page.
export function idsOf(text) {
  return new Set((text ?? "").split(" ").filter(Boolean));
}
