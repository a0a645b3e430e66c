// What the page knows: the last snapshot, who we are, where we look, and what has been read.

export const store = { state: null, me: "", place: "dm", tab: "messages" };

const listeners = [];
export const onChange = (listener) => listeners.push(listener);
export const announce = () => listeners.forEach((listener) => listener());

export async function refresh() {
  const wanted = store.me;
  const answer = await fetch(`/page/state?user=${encodeURIComponent(wanted)}`);
  const state = await answer.json();
  if (wanted !== store.me && store.me) return;
  store.state = state;
  store.me = state.me;
  announce();
}

export async function act(name, details) {
  const answer = await fetch(`/page/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: store.me, ...details }),
  });
  if (!answer.ok) return { ok: false, error: "page", sentence: "The sandbox did not understand that.", errors: {} };
  return answer.json();
}

export function follow() {
  const source = new EventSource("/page/events");
  source.onmessage = () => refresh().catch(() => {});
}

export const rooms = () => (store.state ? [...store.state.channels, store.state.dm] : []);
export const room = () => (store.place === "dm" ? store.state.dm : store.state.channels.find((each) => each.id === store.place));

const key = (user, channel) => `read/${user}/${channel}`;
export const readUntil = (user, channel) => localStorage.getItem(key(user, channel)) || "0";
export function markRead(channel, ts) {
  if (ts > readUntil(store.me, channel)) localStorage.setItem(key(store.me, channel), ts);
}
export const unread = (channel) =>
  channel.messages.filter((each) => each.user !== store.me && each.ts > readUntil(store.me, channel.id)).length;
export const waits = (user) =>
  Object.entries(store.state.latest[user] || {}).some(([channel, ts]) => ts > readUntil(user, channel));
