// The window on top of the person's stack. What is typed stays here until Submit.

import { byId, h, redraw, toast } from "./dom.js";
import { complain, place } from "./acts.js";
import { blocks } from "./blocks.js";
import { label } from "./mrkdwn.js";
import { act, refresh, store } from "./store.js";

const drafts = new Map(); // view id -> Map(block/action -> what was typed)

function draftsOf(view) {
  if (!drafts.has(view.id)) drafts.set(view.id, new Map());
  return drafts.get(view.id);
}

const keyOf = (block, element) => `${block.block_id}\n${element.action_id}`;
const OPTIONS = (element) => [...(element.options || []), ...(element.option_groups || []).flatMap((group) => group.options)];

// state.values as the app would get them with `given`.
function entry(element, given) {
  const pick = (value) => OPTIONS(element).find((each) => each.value === value);
  return {
    value: given, selected_date: given, selected_time: given, selected_user: given, selected_users: given,
    selected_channel: given, selected_conversation: given, selected_option: typeof given === "string" ? pick(given) : null,
    selected_options: Array.isArray(given) ? given.map(pick) : [],
  };
}

function inside(view) {
  const mine = draftsOf(view);
  const base = place({ view_id: view.id }, view.values);
  const waits = (block) => block.type === "input" && !block.dispatch_action;
  const keep = (block, element, given) => mine.set(keyOf(block, element), given);
  return {
    ...base,
    value: (block, element) => (mine.has(keyOf(block, element)) ? entry(element, mine.get(keyOf(block, element))) : base.value(block, element)),
    draft: (block, element, given) => block.type === "input" && keep(block, element, given),
    choose: (block, element, given) => {
      if (block.type === "input") keep(block, element, given);
      return waits(block) ? Promise.resolve({ ok: true }) : base.choose(block, element, given);
    },
    sent: base.value,
    error: (block) => view.errors[block.block_id],
    name: (block) => (block.label ? label(block.label) : ""),
  };
}

async function submit(view) {
  const values = {};
  for (const block of view.blocks.filter((each) => each.type === "input")) {
    const typed = draftsOf(view);
    if (typed.has(keyOf(block, block.element))) values[block.block_id] = typed.get(keyOf(block, block.element));
  }
  const answer = await act("submit", { view_id: view.id, values });
  if (answer.error && answer.error !== "not_possible") toast(answer.sentence);
  await refresh();
  byId("modal").querySelector(".wrong input, .wrong select, .wrong textarea")?.focus();
}

const closing = new Set(); // Escape in a date field cancels twice: its picker, then the dialog

async function close(view, whole) {
  if (closing.has(view.id)) return;
  closing.add(view.id);
  complain(await act("close", { view_id: view.id, whole_stack: whole }));
  closing.delete(view.id);
  drafts.delete(view.id);
  await refresh();
}

function window_(view, depth) {
  const send = h("button", { type: "submit", class: "button primary" }, label(view.submit));
  const form = h("form", {
    novalidate: true,
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); },
    onsubmit: async (event) => {
      event.preventDefault();
      if (!view.submit || send.disabled) return;
      send.disabled = true;
      send.classList.add("busy");
      await submit(view);
      send.disabled = false;
      send.classList.remove("busy");
    },
  },
  h("header", {}, h("img", { class: "avatar", src: "/static/key.svg", alt: "" }), h("h2", {}, label(view.title)),
    depth > 1 && h("span", { class: "depth" }, `${depth} of 3`),
    h("button", { type: "button", class: "plain cross", "aria-label": "Close", onclick: () => close(view, true) }, "×")),
  h("div", { class: "body", tabindex: "-1" },
    view.trouble && h("p", { class: "trouble", role: "alert" }, view.trouble),
    blocks(view.blocks, inside(view))),
  h("footer", {},
    h("button", { type: "button", class: "button", onclick: () => close(view, false) }, label(view.close) || (depth > 1 ? "Back" : view.submit ? "Cancel" : "Close")),
    view.submit && send));
  return form;
}

export function showModal() {
  const dialog = byId("modal");
  const stack = store.state.modals;
  const view = stack.at(-1);
  dialog.oncancel = (event) => { event.preventDefault(); if (view) close(view, false); };
  if (!view) {
    if (dialog.open) {
      dialog.close();
      if (document.activeElement === document.body) byId("line").focus();
    }
    redraw(dialog, null, () => []);
    return;
  }
  dialog.classList.toggle("stacked", stack.length > 1);
  dialog.setAttribute("aria-label", view.title.text);
  const fresh = dialog.dataset.view !== view.id;
  dialog.dataset.view = view.id;
  redraw(dialog, [view.id, view.hash, view.errors, view.trouble, stack.length], () => window_(view, stack.length));
  if (!dialog.open) dialog.showModal();
  if (fresh) dialog.querySelector("[autofocus], .body input, .body select, .body textarea, .body a, footer .primary")?.focus();
}
