// Forms and buttons that send themselves. What they do stands in the page:
//
//   data-send="POST /api/..."  the request; the named fields of a form, or data-body of a button, are its body
//   data-wrap="people"         the body goes as the only item of that list
//   data-sure="Really?"        a second press is asked for
//   data-done="Saved."         what is said when it worked
//   data-kept="Not all."       and instead, when the answer names what was kept as it was
//   data-go="/c/smc-2020"      where to go then; "/" stands for what the answer calls home
//   data-refresh="#people"     or which parts of the page to fetch anew
//   data-show="#secret"        or where to show the answer: its [data-answer=NAME] get the fields of that name

import { during, notice, press, tell } from "./api.js";
import { bodyOf, queryOf } from "./fields.js";
import { explain } from "./problems.js";
import { refresh } from "./refresh.js";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("[type=submit]");
  complain(form, null);
  if (!button.dataset.sure || press(button)) during(button, () => sendForm(form));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send]");
  if (!button || (button.dataset.sure && !press(button))) return;
  during(button, async () => follow(button, await send(button, button.dataset.body && JSON.parse(button.dataset.body))));
});

async function sendForm(form) {
  try {
    const body = bodyOf(form);
    const answer = await send(form, form.dataset.wrap ? { [form.dataset.wrap]: [body] } : body, queryOf(form));
    if (!form.dataset.keep) form.reset();
    await follow(form, answer);
  } catch (problem) {
    if (!problem.code) throw problem;
    complain(form, problem);
  }
}

function send(element, body, query = "") {
  const [method, path] = element.dataset.send.split(" ");
  return tell(method, path + query, body);
}

async function follow(element, answer) {
  const { go, done, kept, show, refresh: parts } = element.dataset;
  if (go) return location.assign(go === "/" ? (answer?.home ?? go) : go);
  if (show) reveal(document.querySelector(show), answer);
  if (parts) await refresh(parts, element);
  if (kept && answer?.kept?.length) notice(kept);
  else if (done) notice(done, "good");
  element.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer }));
}

function reveal(part, answer) {
  for (const place of part.querySelectorAll("[data-answer]")) {
    const value = answer?.[place.dataset.answer] ?? "";
    if (place instanceof HTMLImageElement) place.src = pictureOf(value);
    else if ("value" in place) place.value = value;
    else place.textContent = value;
  }
  part.hidden = false;
  part.querySelector("[tabindex], input, button")?.focus();
}

// An SVG that was made to stand in a page, as a picture of its own.
function pictureOf(svg) {
  const whole = svg.includes("xmlns") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(whole)}`;
}

// What was refused stands in the form, beside the fields it is about.
function complain(form, problem) {
  const place = form.querySelector("[data-problem]");
  for (const field of form.elements) field.removeAttribute("aria-invalid");
  place.hidden = problem === null;
  place.textContent = problem === null ? "" : explain(problem);
  if (problem === null) return;
  const wrong = new Set((problem.fields ?? []).flatMap(({ where }) => where.map(String)));
  if (problem.field) wrong.add(problem.field);
  const marked = [...form.elements].filter((field) => field.name && field.name.split(".").some((part) => wrong.has(part)));
  if (askForCode(form, problem)) return;
  for (const field of marked) field.setAttribute("aria-invalid", "true");
  (marked[0] ?? [...form.elements].find((field) => field.required && !field.value))?.focus();
}

// Who has set up one-time codes is asked for one only when the rest is right.
function askForCode(form, { code }) {
  const part = form.querySelector("[data-code]");
  if (!part || !["code_needed", "code_wrong"].includes(code)) return false;
  const field = part.querySelector("input");
  part.hidden = false;
  field.disabled = false;
  if (code === "code_wrong") field.setAttribute("aria-invalid", "true");
  else form.querySelector("[data-problem]").hidden = true;
  field.focus();
  return true;
}
