// Slack's mrkdwn, turned into DOM nodes.

import { h } from "./dom.js";
import { store } from "./store.js";

const EMOJI = {
  key: "🔑", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", hourglass: "⌛", lock: "🔒", unlock: "🔓",
  mag: "🔎", fast_forward: "⏩", pushpin: "📌", large_green_circle: "🟢",
  hourglass_flowing_sand: "⏳", bell: "🔔", tada: "🎉", no_entry: "⛔", no_entry_sign: "🚫", arrows_counterclockwise: "🔄",
  wave: "👋", iphone: "📱", eyes: "👀", rotating_light: "🚨", information_source: "ℹ️", link: "🔗", calendar: "📅", clock3: "🕒", pencil: "📝",
  grey_question: "❔", speech_balloon: "💬", fast_forward: "⏩", pencil2: "✏️", wastebasket: "🗑️", outbox_tray: "📤", closed_lock_with_key: "🔐",
  bulb: "💡", arrow_double_up: "⏫", scissors: "✂️",
};
const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const emoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);
const leaf = (text) => document.createTextNode(emoji(plain(text)));

const INLINE = new RegExp([
  "`([^`\\n]+)`", "<([^<>\\n]+)>",
  "(?<![\\w*])\\*(?=\\S)([^*\\n]*?\\S)\\*(?![\\w*])",
  "(?<![\\w_])_(?=\\S)([^_\\n]*?\\S)_(?![\\w_])",
  "(?<![\\w~])~(?=\\S)([^~\\n]*?\\S)~(?![\\w~])",
].join("|"), "g");

export function mrkdwn(text) {
  return text.split("```").flatMap((part, number) =>
    number % 2 ? [h("pre", {}, plain(part.replace(/^\n|\n$/g, "")))] : lines(part));
}

function lines(text) {
  const out = [];
  let quote = null;
  text.split("\n").forEach((line, number) => {
    const quoted = line.match(/^(?:>|&gt;) ?(.*)$/);
    if (quoted) {
      if (!quote) out.push((quote = h("blockquote", {})));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1]));
      return;
    }
    if (number && !quote) out.push(h("br"));
    quote = null;
    out.push(...inline(line));
  });
  return out;
}

function inline(text) {
  const out = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) out.push(leaf(text.slice(at, match.index)));
    const [whole, code, token, bold, italic, strike] = match;
    if (code !== undefined) out.push(h("code", {}, plain(code)));
    else if (token !== undefined) out.push(angled(token));
    else if (bold !== undefined) out.push(h("strong", {}, inline(bold)));
    else if (italic !== undefined) out.push(h("em", {}, inline(italic)));
    else out.push(h("s", {}, inline(strike)));
    at = match.index + whole.length;
  }
  if (at < text.length) out.push(leaf(text.slice(at)));
  return out;
}

function angled(token) {
  const [target, label] = [token.split("|")[0], token.includes("|") ? token.slice(token.indexOf("|") + 1) : ""];
  if (target.startsWith("@")) return mention(`@${store.state.people[target.slice(1)]?.name || label || target.slice(1)}`, target.slice(1));
  if (target.startsWith("#")) return mention(`#${store.state.channels.find((each) => each.id === target.slice(1))?.name || label}`);
  if (target.startsWith("!subteam^")) return mention(`@${target.slice(9).replace(/^S0/, "").toLowerCase()}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`);
  return link(plain(target), plain(label || target));
}

const mention = (text, user) => h("span", { class: user === store.me ? "mention me" : "mention" }, text);

export function link(url, label) {
  if (!/^(https?:|mailto:)/i.test(url)) return document.createTextNode(label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, emoji(label));
}

function date(token, fallback) {
  const [, seconds, format, url] = token.split("^");
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return leaf(fallback);
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => dateToken(moment, name) ?? whole);
  const title = moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  return url ? link(plain(url), text) : h("time", { datetime: moment.toISOString(), title }, text);
}

function dateToken(moment, name) {
  const show = (options) => moment.toLocaleString(undefined, options);
  const days = Math.round((new Date(moment).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86400000);
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
  const short = { month: "short", day: "numeric", year: "numeric" };
  const long = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
  const medium = { month: "long", day: "numeric", year: "numeric" };
  return {
    date_num: moment.toISOString().slice(0, 10), date: show(medium), date_short: show(short), date_long: show(long),
    date_pretty: near || show(medium), date_short_pretty: near || show(short), date_long_pretty: near || show(long),
    time: show({ hour: "2-digit", minute: "2-digit" }), time_secs: show({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: ago(moment),
  }[name];
}

function ago(moment) {
  const minutes = Math.round((moment - Date.now()) / 60000);
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
  if (Math.abs(minutes) < 2880) return format.format(Math.round(minutes / 60), "hour");
  return format.format(Math.round(minutes / 1440), "day");
}

export const textObject = (text) => (text.type === "mrkdwn" ? mrkdwn(text.text) : [leafPlain(text.text)]);
const leafPlain = (text) => document.createTextNode(emoji(text));
export const label = (text) => emoji(text?.text || "");
