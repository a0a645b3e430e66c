// The line at the bottom: messages, and slash commands with suggestions.

import { byId, h } from "./dom.js";
import { complain } from "./acts.js";
import { act, refresh, room, store } from "./store.js";

const VERBS = [
  ["request", "[entitlement] [for 8h] [because …]", "Ask for a key or a session"],
  ["list", "", "What you hold and what waits"],
  ["rotate", "[key]", "A new key in place of the old one"],
  ["renew", "[key]", "Ask for a longer time"],
  ["revoke", "[key]", "End it now"],
  ["reactivate", "[key]", "Switch a retired key on again"],
  ["usage", "KEY", "Where a key is used"],
  ["leaked", "KEY", "A key was leaked: cut it off"],
  ["incidents", "", "Leaked keys, open and closed"],
  ["audit", "[@someone | KEY | entitlement]", "What happened, in words"],
  ["claim", "KEY", "Say that a found key is yours"],
  ["pending", "", "What waits for your decision"],
  ["report", "[account]", "An account's keys and findings, as a chart"],
  ["pause", "[because …]", "Admins: stop issuing"],
  ["resume", "", "Admins: go on"],
  ["help", "", "All commands"],
];
let chosen = -1;
const sent = [];
let recalled = 0;

function offers(line) {
  if (!line.startsWith("/")) return [];
  const all = store.state.commands.flatMap((command) => VERBS.map(([verb, rest, why]) => ({ text: `${command} ${verb}`, rest, why })));
  const typed = line.toLowerCase();
  return all.filter((each) => each.text.startsWith(typed) && each.text !== typed.trimEnd());
}

function suggest() {
  const list = byId("suggestions");
  const line = byId("line");
  const found = offers(line.value);
  chosen = Math.min(chosen, found.length - 1);
  list.hidden = !found.length;
  line.setAttribute("aria-expanded", String(!list.hidden));
  line.setAttribute("aria-activedescendant", chosen >= 0 ? `offer-${chosen}` : "");
  list.replaceChildren(...found.map((each, number) => h("li", {
    id: `offer-${number}`, role: "option", "aria-selected": String(number === chosen), onmousedown: (event) => { event.preventDefault(); take(each); },
  }, h("code", {}, each.text), h("span", { class: "rest" }, each.rest), h("span", { class: "why" }, each.why))));
  list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
}

function take(offer) {
  const line = byId("line");
  line.value = offer.rest ? `${offer.text} ` : offer.text;
  chosen = -1;
  line.focus();
  suggest();
}

async function send() {
  const line = byId("line");
  const text = line.value.trim();
  if (!text) return;
  sent.push(text);
  recalled = sent.length;
  line.value = "";
  chosen = -1;
  suggest();
  const button = byId("send");
  button.classList.add("busy");
  complain(await act(text.startsWith("/") ? "command" : "say", { text, channel: room().id }));
  button.classList.remove("busy");
  await refresh();
}

function keys(event) {
  const line = byId("line");
  const found = offers(line.value);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length && line.value.startsWith("/") && (chosen >= 0 || step > 0)) {
    event.preventDefault();
    chosen = (chosen + step + found.length) % found.length;
    suggest();
  } else if (step && (!line.value || sent[recalled] === line.value)) {
    recalled = Math.max(0, Math.min(sent.length, recalled + step));
    line.value = sent[recalled] || "";
  } else if ((event.key === "Tab" || event.key === "Enter") && found.length && (chosen >= 0 || event.key === "Tab")) {
    event.preventDefault();
    take(found[Math.max(chosen, 0)]);
  } else if (event.key === "Escape") {
    chosen = -1;
    byId("suggestions").hidden = true;
  }
}

export function startComposer() {
  const line = byId("line");
  line.addEventListener("input", () => { chosen = -1; suggest(); });
  line.addEventListener("keydown", keys);
  line.addEventListener("blur", () => { byId("suggestions").hidden = true; });
  line.addEventListener("focus", suggest);
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
}

// Puts a command on the line, ready to be sent or completed.
export function offerLine(text) {
  byId("line").value = text;
  byId("line").focus();
  suggest();
}

async function fire(shortcut, button) {
  button.classList.add("busy");
  complain(await act("shortcut", { callback_id: shortcut.callback_id }));
  button.classList.remove("busy");
  await refresh();
}

function showShortcuts() {
  const made = store.state.shortcuts.map((each) => h("button", {
    type: "button", class: "button", title: "A shortcut, as in Slack's + menu", onclick: (event) => fire(each, event.currentTarget),
  }, each.name));
  const box = byId("shortcuts");
  if (box.childElementCount !== made.length) box.replaceChildren(...made);
}

export function showComposer() {
  showShortcuts();
  const channel = room();
  byId("line").placeholder = `${channel.dm ? "Message Latchkey" : `Message #${channel.name}`}, or type ${store.state.commands[0]}`;
}
