// Parts of the page as the server makes them now. What was unfolded stays so, but for where `sender` was: that is done.
// A part in which a button asks whether one is sure stays until it is answered.

const LATER = 500; // milliseconds

export async function refresh(selectors, sender = null) {
  const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
  if (!answer.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const selector of selectors.split(" ")) {
    const old = document.querySelector(selector);
    if (!sender && old?.querySelector("button.armed")) setTimeout(() => refresh(selector), LATER);
    else replace(old, fresh.querySelector(selector), sender);
  }
}

function replace(old, fresh, sender) {
  if (!old || !fresh) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : null;
  for (const open of old.querySelectorAll("details[open][id]")) {
    if (!open.contains(sender)) fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
  old.replaceWith(document.adoptNode(fresh));
  if (focused === null) return;
  const title = fresh.dataset.title ?? fresh.getAttribute("aria-labelledby");
  const same = document.getElementById(focused);
  (same?.checkVisibility() ? same : document.getElementById(title))?.focus();
}
