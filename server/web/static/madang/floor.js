// <session-floor>: the tabs of what the audience asks, says and votes. Arrow keys go from tab to tab.

import "./chat.js";
import "./polls.js";
import "./questions.js";

class SessionFloor extends HTMLElement {
  connectedCallback() {
    this.tabs = [...this.querySelectorAll("[role=tab]")];
    const list = this.querySelector("[role=tablist]");
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.#open(tab);
    });
    list.addEventListener("keydown", (event) => this.#move(event));
  }

  #open(tab) {
    for (const one of this.tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    document.getElementById(tab.getAttribute("aria-controls")).opened?.();
  }

  #move(event) {
    const place = this.tabs.indexOf(document.activeElement);
    const last = this.tabs.length - 1;
    const next = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
    if (next === undefined || place < 0) return;
    event.preventDefault();
    this.tabs[next].focus();
    this.#open(this.tabs[next]);
  }
}

customElements.define("session-floor", SessionFloor);
