// Everything a person can press, choose or type. `where` holds the callbacks: {press, choose, value}.

import { h } from "./dom.js";
import { confirmed } from "./confirm.js";
import { label, mrkdwn } from "./mrkdwn.js";
import { store } from "./store.js";

export function field(element, block, where) {
  const draw = FIELDS[element.type];
  if (!draw) return h("span", { class: "unknown" }, `[${element.type}]`);
  const node = draw(element, block, where);
  const control = node.matches("select, input, textarea") ? node : node.querySelector("button, input");
  if (control) control.dataset.field = `${block.block_id}/${element.action_id}`;
  return node;
}

function button(element, block, where) {
  const warning = h("span", { class: "warning", title: "Latchkey did not react", hidden: true }, "⚠");
  const node = h("button", { type: "button", class: `button ${element.style || ""}`, "aria-label": element.accessibility_label }, label(element.text));
  node.addEventListener("click", async () => {
    if (!(await confirmed(element.confirm))) return;
    if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
    node.disabled = true;
    node.classList.add("busy");
    const answer = await where.press(block, element);
    node.disabled = false;
    node.classList.remove("busy");
    warning.hidden = answer.ok;
  });
  return h("span", { class: "pressable" }, node, warning);
}

const now = (where, block, element) => where.value(block, element);
const choose = (where, block, element) => async (given) => {
  if (await confirmed(element.confirm)) return where.choose(block, element, given);
  return where.redraw();
};

function select(element, block, where, options, chosen) {
  const told = choose(where, block, element);
  const node = h("select", { onchange: () => told(node.value || null), "aria-label": where.name?.(block) || label(element.placeholder) },
    h("option", { value: "" }, label(element.placeholder) || "Choose…"), options);
  node.value = chosen || "";
  node.classList.toggle("unset", !node.value);
  node.addEventListener("change", () => node.classList.toggle("unset", !node.value));
  return node;
}

const option = (each) => h("option", { value: each.value }, label(each.text) + (each.description ? ` – ${label(each.description)}` : ""));
const grouped = (element) => (element.option_groups
  ? element.option_groups.map((group) => h("optgroup", { label: label(group.label) }, group.options.map(option)))
  : element.options.map(option));
const humans = () => Object.values(store.state.people).filter((each) => !each.is_bot && !each.deleted)
  .map((each) => h("option", { value: each.id }, each.real_name || each.name));
const places = () => store.state.channels.map((each) => h("option", { value: each.id }, `#${each.name}`));

const staticSelect = (e, b, w) => select(e, b, w, grouped(e), now(w, b, e)?.selected_option?.value);
const usersSelect = (e, b, w) => select(e, b, w, humans(), now(w, b, e)?.selected_user);
const channelsSelect = (e, b, w) => select(e, b, w, places(), now(w, b, e)?.[e.type === "channels_select" ? "selected_channel" : "selected_conversation"]);

// A search: what is typed goes to the app, and its options fill the list below. A click or ↓ asks for the first ones.
function externalSelect(element, block, where) {
  const told = choose(where, block, element);
  const held = (where.sent || where.value)(block, element)?.selected_option;
  const list = h("select", { size: "6", hidden: true, "aria-label": "Matches", onchange: () => { list.hidden = true; told(list.value); } });
  const none = h("span", { class: "none", role: "status", hidden: true }, "No results");
  let asked = 0;
  const search = h("input", {
    type: "search", placeholder: label(element.placeholder) || "Search…", autocomplete: "off", value: held ? label(held.text) : "",
    oninput: () => find(search.value), onclick: () => { search.select(); find(""); },
    onkeydown: (event) => {
      if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); event.preventDefault(); list.hidden = true; }
      if (event.key === "ArrowDown") { event.preventDefault(); if (list.hidden) find(""); else list.focus(); }
    },
  });
  async function find(typed) {
    if (typed.length < (element.min_query_length ?? 3)) return;
    const mine = (asked += 1);
    const answer = await where.suggest(block, element, typed);
    if (mine !== asked) return;
    list.replaceChildren(...grouped({ options: [], ...answer.suggested }).flat());
    list.hidden = !list.options.length;
    none.hidden = !answer.ok || !list.hidden;
  }
  return h("span", { class: "search" }, search, list, none);
}

function multi(element, block, where) {
  const people = element.type === "multi_users_select";
  const entry = now(where, block, element);
  const chosen = people ? entry?.selected_users || [] : (entry?.selected_options || []).map((each) => each.value);
  const told = choose(where, block, element);
  const node = h("select", { multiple: true, onchange: () => told([...node.selectedOptions].map((each) => each.value)) },
    people ? humans() : grouped(element));
  for (const each of node.options) each.selected = chosen.includes(each.value);
  return node;
}

function ticks(element, block, where) {
  const many = element.type === "checkboxes";
  const entry = now(where, block, element);
  const chosen = many ? (entry?.selected_options || []).map((each) => each.value) : [entry?.selected_option?.value];
  const told = choose(where, block, element);
  const boxes = element.options.map((each) => h("input", {
    type: many ? "checkbox" : "radio", name: `${block.block_id}/${element.action_id}`, value: each.value, checked: chosen.includes(each.value),
    onchange: () => {
      const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
      told(many ? ticked : ticked[0] || null);
    },
  }));
  return h("div", { class: "ticks", role: many ? "group" : "radiogroup" }, element.options.map((each, number) =>
    h("label", {}, boxes[number], h("span", {}, each.text.type === "mrkdwn" ? mrkdwn(each.text.text) : label(each.text),
      each.description && h("small", {}, label(each.description))))));
}

function typed(element, block, where, type = "text") {
  const told = choose(where, block, element);
  const node = h(element.multiline ? "textarea" : "input", {
    type: element.multiline ? undefined : type, placeholder: label(element.placeholder), rows: element.multiline ? 4 : undefined,
    maxlength: element.max_length && String(element.max_length), autofocus: element.focus_on_load,
    oninput: () => where.draft(block, element, node.value || null), onchange: () => told(node.value || null),
  });
  const entry = now(where, block, element);
  node.value = entry?.value ?? entry?.selected_date ?? entry?.selected_time ?? "";
  return node;
}

function overflow(element, block, where) {
  const told = choose(where, block, element);
  const menu = h("div", { class: "menu", role: "menu", hidden: true }, element.options.map((each) =>
    h("button", { type: "button", role: "menuitem", onclick: () => { toggle(false); told(each.value); } }, label(each.text))));
  const opener = h("button", { type: "button", class: "button dots", "aria-haspopup": "menu", "aria-label": "More", onclick: () => toggle(menu.hidden) }, "⋯");
  const toggle = (open) => { menu.hidden = !open; opener.setAttribute("aria-expanded", String(open)); };
  const node = h("span", { class: "overflow" }, opener, menu);
  node.addEventListener("focusout", (event) => node.contains(event.relatedTarget) || toggle(false));
  node.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), toggle(false), opener.focus()));
  return node;
}

const FIELDS = {
  button, overflow, static_select: staticSelect, external_select: externalSelect, users_select: usersSelect, channels_select: channelsSelect,
  conversations_select: channelsSelect, multi_static_select: multi, multi_users_select: multi,
  checkboxes: ticks, radio_buttons: ticks, plain_text_input: typed,
  datepicker: (e, b, w) => typed(e, b, w, "date"), timepicker: (e, b, w) => typed(e, b, w, "time"),
  email_text_input: (e, b, w) => typed(e, b, w, "email"), url_text_input: (e, b, w) => typed(e, b, w, "url"),
  number_input: (e, b, w) => typed(e, b, w, "number"),
};
