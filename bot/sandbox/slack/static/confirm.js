// Slack's confirm dialog: resolves to what the person decided.

import { byId, h } from "./dom.js";
import { label, textObject } from "./mrkdwn.js";

export function confirmed(ask) {
  if (!ask) return Promise.resolve(true);
  const dialog = byId("confirm");
  return new Promise((resolve) => {
    const done = (answer) => { dialog.close(); resolve(answer); };
    dialog.oncancel = () => resolve(false);
    dialog.setAttribute("aria-label", label(ask.title));
    dialog.replaceChildren(
      h("header", {}, h("h2", {}, label(ask.title)), h("button", { type: "button", class: "plain cross", "aria-label": "Close", onclick: () => done(false) }, "×")),
      h("div", { class: "body" }, h("div", { class: "text" }, textObject(ask.text))),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => done(false) }, label(ask.deny)),
        h("button", { type: "button", class: `button ${ask.style || "primary"}`, autofocus: true, onclick: () => done(true) }, label(ask.confirm))));
    dialog.showModal();
  });
}
