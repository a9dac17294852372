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

export async function tell(method, path, body) {
  const request = {
    method,
    headers: { accept: "application/json", "content-type": "application/json", "idempotency-key": newKey() },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(path, request);
      if (answer.ok) return answer.status === 204 ? null : await answer.json();
      if (answer.status !== 503 || attempt === 2) throw await problemOf(answer);
    } catch (problem) {
      if (problem.code || attempt === 2) throw problem.code ? problem : { code: "unreachable" };
    }
    await new Promise((done) => setTimeout(done, 1000 * (attempt + 1)));
  }
}

async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return { code: "refused", status: answer.status, ...problem };
}

// crypto.randomUUID is there on secure origins only.
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function notice(text, kind = "bad") {
  const box = document.getElementById("notices");
  const close = h("button", { type: "button", class: "quiet", "aria-label": _("Close") }, "×");
  const node = h("div", { class: `toast ${kind}` }, h("p", {}, text), close);
  close.addEventListener("click", () => node.remove());
  while (box.childElementCount > 2) box.firstElementChild.remove();
  box.append(node);
  setTimeout(() => node.remove(), kind === "bad" ? 12_000 : 4_000);
}

// A button that does something on the server; `sure` asks for a second press first.
export function actionButton(label, run, { kind = "", sure = null, about = null } = {}) {
  const button = h("button", { type: "button", class: `small ${kind}` });
  let armed = null;
  const say = (text) => {
    button.textContent = text;
    if (about) button.setAttribute("aria-label", `${text} ${about}`);
  };
  const disarm = () => {
    clearTimeout(armed);
    armed = null;
    say(label);
    button.classList.remove("armed");
  };
  say(label);
  button.addEventListener("click", async () => {
    if (sure && !armed) {
      say(sure);
      button.classList.add("armed");
      armed = setTimeout(disarm, 4000);
      return;
    }
    if (armed) disarm();
    await during(button, run);
  });
  return button;
}

// Let a button wait while `run` works; what is refused is said.
export async function during(button, run) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  document.getElementById("notices").replaceChildren(); // what was said before is answered by this press
  try {
    return await run();
  } catch (problem) {
    if (!problem.code) throw problem;
    notice(explain(problem));
    return null;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
