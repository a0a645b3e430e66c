// Making elements. Text from messages only ever becomes text nodes.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

export function avatar(person, app = false) {
  if (app) return h("img", { class: "avatar", src: "/static/key.svg", alt: "" });
  const name = person?.real_name || person?.name || "?";
  const initials = name.split(" ").map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  const hue = [...(person?.id || name)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 8, 7);
  return h("span", { class: `avatar hue${hue}`, "aria-hidden": "true" }, initials);
}

export function toast(sentence, kind = "warn") {
  const node = h("div", { class: `toast ${kind}` }, h("span", {}, sentence),
    h("button", { type: "button", class: "plain", "aria-label": "Dismiss", onclick: () => node.remove() }, "×"));
  const shelf = byId("toasts");
  shelf.append(node);
  if (shelf.matches(":popover-open")) shelf.hidePopover();
  shelf.showPopover(); // last shown is topmost: above an open window
  setTimeout(() => node.remove(), 9000);
}

// Redraw a region only when what it shows has changed.
const drawn = new WeakMap();
export function redraw(node, shows, draw) {
  const signature = JSON.stringify(shows);
  if (drawn.get(node) === signature) return false;
  drawn.set(node, signature);
  const held = holdFocus(node);
  node.replaceChildren(...[draw()].flat(Infinity).filter((child) => child));
  held();
  return true;
}

// Keep the focus and the cursor when the field that someone types in is redrawn.
function holdFocus(node) {
  const active = node.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.field;
  const caret = active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  const scrolled = node.querySelector(".body")?.scrollTop;
  return () => {
    const body = node.querySelector(".body");
    if (body && scrolled) body.scrollTop = scrolled;
    const again = key && node.querySelector(`[data-field="${CSS.escape(key)}"]`);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (caret && caret[0] !== null) again.setSelectionRange(...caret);
  };
}
