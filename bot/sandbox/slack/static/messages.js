// The list of messages: each node is kept until its message changes.

import { avatar, byId, h } from "./dom.js";
import { complain, place } from "./acts.js";
import { offerLine } from "./composer.js";
import { blocks } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, markRead, refresh, room, store } from "./store.js";

const kept = new Map(); // "channel/ts" -> {signature, node}
let shown = "";

const clock = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });

function author(message) {
  const { people, bot, slackbot } = store.state;
  if (message.user === bot) return { name: "Latchkey", app: true };
  if (message.user === slackbot) return { name: "Slackbot", person: { id: "S", name: "S" } };
  const person = people[message.user];
  return { name: person?.real_name || person?.name || message.user, person };
}

async function choose(shortcut, message, channel, button) {
  button.closest("details").open = false;
  complain(await act("message_shortcut", { callback_id: shortcut.callback_id, channel: channel.id, ts: message.ts }));
  await refresh();
}

// What Slack shows under ⋮ at a message; an ephemeral one has no menu.
function menu(message, channel) {
  const items = message.ephemeral ? [] : store.state.message_shortcuts;
  return items.length > 0 && h("details", { class: "acts-of" },
    h("summary", { "aria-label": "More actions", title: "More actions" }, "⋮"),
    h("div", {}, items.map((each) =>
      h("button", { type: "button", onclick: (event) => choose(each, message, channel, event.currentTarget) }, each.name))));
}

function file({ id, name, title, alt, preview }) {
  const href = `/page/files/${id}`;
  const shown = name.endsWith(".png") ? h("img", { src: href, alt: alt || title }) : `▤ ${name}`;
  return h("div", { class: "file" }, h("a", { href, download: name, title }, shown), preview && h("pre", {}, preview));
}

function draw(message, channel) {
  const by = author(message);
  const where = place({ channel: channel.id, ts: message.ts }, message.values);
  const content = message.blocks.length ? blocks(message.blocks, where) : h("div", { class: "text" }, mrkdwn(message.text));
  return h("li", { class: message.ephemeral ? "message ephemeral" : "message" },
    avatar(by.person, by.app),
    h("div", { class: "content" },
      message.ephemeral && h("p", { class: "only" }, "◉ Only visible to you"),
      h("p", { class: "by" }, h("strong", {}, by.name), by.app && h("span", { class: "tag" }, "APP"),
        h("time", {}, clock(message.ts)), message.edited && h("small", {}, "(edited)")),
      content, message.files.map(file)),
    menu(message, channel));
}

function nodeOf(message, channel) {
  const key = `${store.me}/${channel.id}/${message.ts}`;
  const signature = JSON.stringify(message);
  const old = kept.get(key);
  if (old?.signature === signature) return old.node;
  const node = draw(message, channel);
  kept.set(key, { signature, node });
  return node;
}

export function showMessages() {
  const channel = room();
  const list = byId("messages");
  const scroll = byId("scroll");
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const nodes = channel.messages.map((each) => nodeOf(each, channel));
  if (channel.dm || !nodes.length) nodes.unshift(beginning(channel));
  const same = nodes.length === list.children.length && nodes.every((node, number) => node === list.children[number]);
  if (!same) list.replaceChildren(...nodes);
  const here = `${store.me}/${channel.id}`;
  if (!same && (atEnd || here !== shown)) scroll.scrollTop = scroll.scrollHeight;
  shown = here;
  if (channel.messages.length && !document.hidden) markRead(channel.id, channel.messages.at(-1).ts);
}

function beginning(channel) {
  const key = `${store.me}/${channel.id}`;
  if (!kept.has(key)) kept.set(key, introduction(channel));
  return kept.get(key);
}

function introduction(channel) {
  const command = store.state.commands[0];
  const ask = h("button", { type: "button", class: "try", onclick: () => offerLine(`${command} request`) }, `${command} request`);
  return h("li", { class: "empty" }, h("img", { src: "/static/key.svg", alt: "" }),
    h("p", {}, channel.dm ? "This is the beginning of your messages with Latchkey." : `This is the beginning of #${channel.name}.`),
    channel.dm
      ? h("ol", { class: "how" },
        h("li", {}, "As Alice, type ", ask, " below: the app opens a window."),
        h("li", {}, "As Bob or Dave, open #ops and press Approve. Try it as Carol too."),
        h("li", {}, "As Alice, press Collect and open the link."),
        h("li", {}, "Alice and Dave have old keys. Within a minute, a message here tells each of them what Latchkey found."))
      : h("p", {}, channel.name === "general" ? "Everybody writes here." : "Requests for keys appear here."));
}
