// Asking and telling the server. A press has one idempotency key, so that a retry does it once at most.

import { h } from "./dom.js";
import { explain } from "./problems.js";
import { _ } from "./text.js";

export async function get(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw await problemOf(answer);
  return answer.json();
}

// All items of a list that is paged by cursor.
export async function getAll(path) {
  const items = [];
  let after = "";
  do {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=200${after && `&after=${after}`}`);
    items.push(...page.items);
    after = page.next ?? "";
  } while (after);
  return items;
}

// A file goes as it is, and so does a form with one, whose type the browser knows; everything else goes as JSON.
export async function tell(method, path, body) {
  const file = body instanceof Blob;
  const whole = file || body instanceof FormData || body === undefined;
  const headers = { accept: "application/json", "idempotency-key": newKey() };
  if (file) headers["content-type"] = body.type || "application/octet-stream";
  else if (!(body instanceof FormData)) headers["content-type"] = "application/json";
  const request = { method, headers, body: whole ? body : JSON.stringify(body) };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(path, request);
      if (answer.ok) return JSON.parse((await answer.text()) || "null");
      if (answer.status !== 503 || attempt === 2) throw await problemOf(answer);
    } catch (problem) {
      if (problem.code || attempt === 2) throw problem.code ? problem : { code: "unreachable" };
    }
    await new Promise((done) => setTimeout(done, 1000 * (attempt + 1)));
  }
}

async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  const wait = Number(answer.headers.get("retry-after")) || null;
  return { code: "refused", status: answer.status, wait, ...problem };
}

// crypto.randomUUID is there on secure origins only.
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Say something for a while; `act`, {label, run}, is what can be done about it meanwhile.
export function notice(text, kind = "bad", act = null) {
  const box = document.getElementById("notices");
  const close = h("button", { type: "button", class: "quiet", "aria-label": _("Close") }, "×");
  const node = h("div", { class: `toast ${kind}` }, h("p", {}, text), act && actionButton(act.label, act.run), close);
  close.addEventListener("click", () => node.remove());
  while (box.childElementCount > 2) box.firstElementChild.remove();
  box.append(node);
  setTimeout(() => node.remove(), kind === "bad" || act ? 12_000 : 4_000);
}

const ARMED_MS = 4000;

// Whether this press of a button is the second, sure one; the first only asks, by the words of data-sure.
export function press(button) {
  const say = (text) => {
    button.textContent = text;
    if (button.dataset.about) button.setAttribute("aria-label", `${text} ${button.dataset.about}`);
  };
  const disarm = () => {
    say(button.dataset.label);
    button.classList.remove("armed");
  };
  if (button.classList.contains("armed")) {
    clearTimeout(Number(button.dataset.armed));
    disarm();
    return true;
  }
  button.dataset.label = button.textContent;
  say(button.dataset.sure);
  button.classList.add("armed");
  button.dataset.armed = setTimeout(disarm, ARMED_MS);
  return false;
}

// A button that does something on the server; `sure` asks for a second press first.
export function actionButton(label, run, { kind = "", sure = null, about = null } = {}) {
  const button = h("button", { type: "button", class: `small ${kind}`, "data-sure": sure, "data-about": about }, label);
  if (about) button.setAttribute("aria-label", `${label} ${about}`);
  button.addEventListener("click", async () => {
    if (!sure || press(button)) await during(button, run);
  });
  return button;
}

// Let a button wait while `run` works; what is refused is said. It keeps the focus, which a disabled one would lose.
export async function during(button, run) {
  if (button.hasAttribute("aria-busy")) return null;
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
  document.getElementById("notices").replaceChildren(); // what was said before is answered by this press
  try {
    return await run();
  } catch (problem) {
    if (!problem.code) throw problem;
    notice(explain(problem));
    return null;
  } finally {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}
