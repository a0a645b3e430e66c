// Wires the page: one snapshot in, every region redrawn where it changed.

import { byId } from "./dom.js";
import { startComposer, showComposer } from "./composer.js";
import { showHead, showHome, showSidebar, showSwitcher } from "./frame.js";
import { showMessages } from "./messages.js";
import { showModal } from "./modal.js";
import { follow, onChange, refresh, room, store } from "./store.js";

function show() {
  if (!store.state) return;
  if (!room()) store.place = "dm";
  const { state } = store;
  document.title = `${state.people[store.me].name} · ${state.team}`;
  showHead();
  showHome();
  if (store.place !== "dm" || store.tab !== "home") showMessages();
  showSidebar();
  showSwitcher();
  showComposer();
  showModal();
}

// Who this window is: #bob or ?as=bob, by name or id; without either the first person.
function whoFromAddress() {
  store.me = decodeURIComponent(location.hash.slice(1)) || new URLSearchParams(location.search).get("as") || "";
  store.tab = "messages";
  byId("toasts").replaceChildren();
  refresh();
}

onChange(show);
startComposer();
window.addEventListener("hashchange", whoFromAddress);
document.addEventListener("visibilitychange", show);
whoFromAddress();
follow();
