// Making and changing elements. Text goes in as text, never as markup.

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Set a text only if it is another: nothing is laid out, or read aloud, for nothing.
export function put(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function show(node, visible) {
  if (node && node.hidden === visible) node.hidden = !visible;
}

// A list whose rows last as long as their items: focus and pressed buttons survive an update.
export class Rows {
  // make(item) gives {node, update(item)}.
  constructor(parent, make) {
    this.parent = parent;
    this.make = make;
    this.rows = new Map();
  }

  show(items) {
    const wanted = new Set(items.map((item) => item.id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      leave(row.node);
      row.node.remove();
      this.rows.delete(id);
    }
    let place = this.parent.firstElementChild;
    for (const item of items) {
      if (!this.rows.has(item.id)) this.rows.set(item.id, this.make(item));
      const row = this.rows.get(item.id);
      row.update?.(item);
      if (row.node === place) place = place.nextElementSibling;
      else this.parent.insertBefore(row.node, place);
    }
  }
}

// Whoever is in a row that goes is in its neighbour then.
function leave(node) {
  if (!node.contains(document.activeElement)) return;
  const near = node.nextElementSibling ?? node.previousElementSibling;
  near?.setAttribute("tabindex", "-1");
  near?.focus();
}

// Put other buttons into a place; whoever was at one of them is at the one that stands there now.
export function putButtons(place, buttons) {
  const at = [...place.querySelectorAll("button")].indexOf(document.activeElement);
  place.replaceChildren(...buttons);
  if (at < 0) return;
  const now = place.querySelectorAll("button");
  (now[at] ?? now[0])?.focus();
}

const waiting = new Set();

// Run a function with the next frame, once however often it is asked for.
export function soon(render) {
  if (waiting.size === 0) requestAnimationFrame(flush);
  waiting.add(render);
}

function flush() {
  const now = [...waiting];
  waiting.clear();
  for (const render of now) render();
}
