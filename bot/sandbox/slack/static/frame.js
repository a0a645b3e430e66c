// The frame: who you are, where you look, the App Home.

import { avatar, byId, h, redraw } from "./dom.js";
import { complain, place } from "./acts.js";
import { blocks } from "./blocks.js";
import { act, announce, refresh, rooms, room, store, unread, waits } from "./store.js";

export function be(person) {
  location.hash = person.name; // a second window with another name is another person
}

export function showSwitcher() {
  const people = Object.values(store.state.people).filter((each) => !each.is_bot);
  const news = people.map((each) => each.id !== store.me && waits(each.id));
  redraw(byId("switcher"), [people, news, store.me], () => people.map((each, number) =>
    h("button", { type: "button", class: "person", "aria-pressed": String(each.id === store.me), "aria-label": each.real_name || each.name, onclick: () => be(each), title: each.title },
      avatar(each), h("span", {}, each.real_name.split(" ")[0] || each.name),
      each.deleted && h("small", {}, "deactivated"),
      news[number] && h("span", { class: "dot", role: "img", "aria-label": "has something new" }))));
}

function go(where) {
  store.place = where;
  store.tab = "messages";
  announce();
  byId("line").focus();
}

export function showSidebar() {
  const counts = rooms().map(unread);
  const { state } = store;
  const item = (channel, number) => {
    const name = channel.dm ? [h("img", { class: "tiny", src: "/static/key.svg", alt: "" }), "Latchkey"] : [h("span", { class: "hash" }, "#"), channel.name];
    const where = channel.dm ? "dm" : channel.id;
    return h("button", { type: "button", class: counts[number] ? "place fresh" : "place", "aria-current": store.place === where ? "page" : undefined, onclick: () => go(where) },
      h("span", { class: "name" }, name),
      counts[number] > 0 && h("span", { class: "badge", "aria-label": `${counts[number]} unread` }, String(counts[number])));
  };
  const all = rooms();
  redraw(byId("sidebar"), [state.team, state.first_steps, all.map((each) => [each.id, each.name]), counts, store.place, store.me], () => [
    h("h1", {}, state.team),
    h("h2", {}, "Channels"), all.slice(0, -1).map(item),
    h("h2", {}, "Apps"), item(all.at(-1), all.length - 1),
    state.first_steps.length > 0 && h("section", { class: "steps", "aria-label": "What to press first" },
      h("h2", {}, "Press first"), h("ol", {}, state.first_steps.map((each) => h("li", {}, each)))),
    h("footer", {}, avatar(state.people[store.me]), h("span", {}, state.people[store.me].real_name,
      h("small", {}, state.people[store.me].title))),
  ]);
}

function tab(name, text) {
  return h("button", { type: "button", role: "tab", "aria-selected": String(store.tab === name), onclick: () => open(name) }, text);
}

async function open(name) {
  store.tab = name;
  announce();
  if (name === "home") {
    complain(await act("home", {}));
    await refresh();
  }
}

export function showHead() {
  const channel = room();
  redraw(byId("room-head"), [channel.id, channel.name, store.tab], () => (channel.dm
    ? [h("h2", {}, h("img", { class: "tiny", src: "/static/key.svg", alt: "" }), "Latchkey"), h("div", { role: "tablist" }, tab("home", "Home"), tab("messages", "Messages"))]
    : h("h2", {}, h("span", { class: "hash" }, "#"), channel.name)));
}

export function showHome() {
  const visible = store.place === "dm" && store.tab === "home";
  byId("home").hidden = !visible;
  byId("scroll").hidden = byId("composer").hidden = visible;
  if (!visible) return;
  const view = store.state.home;
  redraw(byId("home"), view && [view.id, view.hash, view.values], () => (view
    ? h("div", { class: "page" }, blocks(view.blocks, place({ view_id: view.id }, view.values)))
    : h("p", { class: "empty" }, "Latchkey has not published its Home yet.")));
}
