// <run-desk>: the clock of a session and the buttons that run it.

import { actionButton, notice, tell } from "./api.js";
import { h, put, putButtons } from "./dom.js";
import { FloorPart } from "./floor_part.js";
import { _, stopwatch } from "./text.js";
import { sessionState } from "./words.js";

const RUNNING = ["live", "paused"];
const PLANNED = ["draft", "published", "scheduled"];

class RunDesk extends FloorPart {
  start() {
    this.runs = "runs" in this.dataset;
    this.live.watch(["session"], () => this.#show());
    this.live.everySecond(() => this.#tick());
  }

  get #session() {
    return this.live.records("session")[this.session];
  }

  #show() {
    const session = this.#session;
    if (!session) return;
    const { state } = session;
    const chip = this.find("chip");
    const looks = { live: "live", paused: "warn", cancelled: "bad" };
    chip.className = `chip ${looks[state] ?? ""}`;
    put(chip, sessionState(state));
    if (this.dataset.state !== state) this.#putActions(state);
    this.dataset.state = state;
    this.#tick();
  }

  #putActions(state) {
    putButtons(this.find("actions"), this.runs ? this.#actions(state) : []);
  }

  #actions(state) {
    const button = (label, what, options) => actionButton(label, () => this.#run(what), options);
    const end = () => actionButton(_("End"), () => this.#end(), { sure: _("End it now?") });
    if (state === "scheduled") return [button(_("Go live"), "go-live", { kind: "primary", sure: _("Go live now?") })];
    if (state === "live") return [button(_("Pause"), "pause"), end()];
    if (state === "paused") return [button(_("Go on"), "resume", { kind: "primary" }), end()];
    if (state === "ended") return [button(_("Show the replay"), "replay", { kind: "primary" }), button(_("Go on"), "resume", { sure: _("It is not over?") })];
    return state === "replay" ? [actionButton(_("Show the replay no longer"), () => this.#run("replay", "DELETE"))] : [];
  }

  #run(what, method = "POST") {
    return tell(method, `${this.base}/${what}`);
  }

  async #end() {
    await this.#run("end");
    notice(_("It is over."), "good", { label: _("Go on after all"), run: () => this.#run("resume") });
  }

  #tick() {
    const session = this.#session;
    if (!session) return;
    const spans = this.#spans(session, this.live.clock.now());
    const place = this.find("spans");
    while (place.childElementCount > spans.length) place.lastElementChild.remove();
    while (place.childElementCount < spans.length) place.append(h("div", {}, h("dt"), h("dd", { class: "value" })));
    spans.forEach(([label, span, late], index) => {
      const [term, value] = place.children[index].children;
      put(term, label);
      put(value, stopwatch(Math.max(0, span)));
      place.children[index].toggleAttribute("data-late", Boolean(late));
    });
  }

  // What there is to say of its time: [label, milliseconds, whether it is late].
  #spans({ state, live_at: live, ended_at: ended, paused_at: paused, starts_at: starts, ends_at: ends }, now) {
    const [begun, until] = [Date.parse(live), Date.parse(ends)];
    if (PLANNED.includes(state)) {
      const left = Date.parse(starts) - now;
      return [left >= 0 ? [_("Begins in"), left] : [_("Should have begun"), -left, true], [_("Planned for"), until - Date.parse(starts)]];
    }
    if (RUNNING.includes(state)) {
      const spans = [[_("Running for"), now - begun], now <= until ? [_("Left"), until - now] : [_("Over time"), now - until, true]];
      return paused ? [...spans, [_("Paused for"), now - Date.parse(paused)]] : spans;
    }
    return live && ended ? [[_("Lasted"), Date.parse(ended) - begun]] : [];
  }
}

customElements.define("run-desk", RunDesk);
