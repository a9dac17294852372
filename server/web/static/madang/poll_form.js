// The form of a poll's draft: its options are lines of text, in one language or in two beside each other.

import { during } from "./api.js";
import { put, show } from "./dom.js";
import { bodyOf } from "./fields.js";
import { explain } from "./problems.js";

const CHOOSING = ["single", "multiple"];
const LIMITED = ["multiple", "scale"];
const LANGUAGES = ["ko", "en"];

export class PollForm {
  // From a <template>; send(body) tells the server. The form says "sent" when that worked.
  constructor(template, send) {
    this.node = template.content.firstElementChild.cloneNode(true);
    this.send = send;
    this.node.elements.kind.addEventListener("change", () => this.#follow());
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      during(event.submitter ?? this.node.querySelector("[type=submit]"), () => this.#submit());
    });
    this.#follow();
  }

  // Show a draft as it stands.
  fill({ kind, most, shown }, { question, options }) {
    const { elements } = this.node;
    elements.kind.value = kind;
    elements.shown.checked = shown;
    elements.most.value = LIMITED.includes(kind) ? most : "";
    for (const language of LANGUAGES) {
      elements[`question.${language}`].value = question[language] ?? "";
      elements[`options-${language}`].value = options.map((option) => option[language] ?? "").join("\n").trimEnd();
    }
    this.#follow();
  }

  // What belongs to the chosen kind.
  #follow() {
    const kind = this.node.elements.kind.value;
    for (const part of this.node.querySelectorAll("[data-for]")) show(part, part.dataset.for.split(" ").includes(kind));
  }

  async #submit() {
    const place = this.node.querySelector("[data-problem]");
    show(place, false);
    try {
      await this.send(this.#body());
    } catch (problem) {
      if (!problem.code) throw problem;
      put(place, explain(problem));
      return show(place, true);
    }
    this.node.reset();
    this.#follow();
    return this.node.dispatchEvent(new CustomEvent("sent"));
  }

  #body() {
    const { kind, question, most, shown } = bodyOf(this.node);
    return { kind, question, shown, options: CHOOSING.includes(kind) ? this.#options() : [], most: LIMITED.includes(kind) ? most : undefined };
  }

  #options() {
    const lines = (language) => this.node.elements[`options-${language}`].value.split("\n").map((line) => line.trim());
    const [ko, en] = LANGUAGES.map(lines);
    const both = Array.from({ length: Math.max(ko.length, en.length) }, (_none, place) => ({ ko: ko[place], en: en[place] }));
    return both.filter((texts) => texts.ko || texts.en).map((texts) => ({ ...(texts.ko && { ko: texts.ko }), ...(texts.en && { en: texts.en }), original: texts.ko ? "ko" : "en" }));
  }
}
