// What the link is for, shown before it is opened, and the time that is left. Loaded before collect.js, whose names it uses.
"use strict";

const TICK_MS = 1000;
const HOUR_S = 3600;
const LINK_OVER = "The time for this link is over, so it can't be opened any more. Press Collect in Slack for a new one.";
const ENDED = "It has expired and no longer works. Go back to Slack for a new one.";
let facts = null;
let ahead = 0; // milliseconds: the server's clock minus this device's, which may be wrong
let asked = 0; // which question the answer belongs to: another link may have been pasted meanwhile

const serverNow = () => Date.now() + ahead;

// A GET with a proof that only this link gives: it changes nothing, so it may be asked without a click.
async function learn(text) {
  const mine = asked += 1;
  facts = null;
  drawFacts();
  if (!SEED.test(text) || !crypto.subtle) return;
  try {
    const id = envelope();
    const { proof } = await derive(bytes(text), id);
    const answer = await send(id, "about", { headers: { Authorization: `Proof ${proof}` } });
    const body = await answer.json();
    if (mine !== asked) return;
    if (answer.ok) take(body);
    else if (answer.status === 410 && !credential && at("problem").hidden) over(body.problem);
  } catch { /* the page works without it */ }
}

function take(found) {
  facts = found;
  ahead = Date.parse(found.now) - Date.now();
  if (at("profile").value === PLAIN_PROFILE) at("profile").value = profileOf(found.entitlement);
  drawFacts();
  if (credential) draw();
}

// The entitlement's id, as far as AWS's own tools accept it as the name of a profile.
function profileOf(entitlement) {
  const name = entitlement.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^-+/, "").slice(0, 64);
  return PROFILE.test(name) ? name : PLAIN_PROFILE;
}

function drawFacts() {
  at("about").hidden = !facts;
  const kind = facts?.kind === "session" ? "session" : "access key";
  at("about-title").textContent = facts ? `${facts.title} (${kind})` : "";
  at("about-account").textContent = facts ? [facts.account, facts.account_id].filter(Boolean).join(" · ") : "";
  at("about-expires").textContent = facts?.expires_at ? moment(facts.expires_at) : "";
  at("about-end").hidden = Boolean(credential) || !facts?.expires_at; // once opened, the page says it below
  tick();
}

function tick() {
  if (credential) return tickOpened();
  const left = facts ? Date.parse(facts.link_until) - serverNow() : 0;
  at("left").textContent = left > 0 ? `Time left to open it: ${clock(left)}` : "";
  if (facts && left <= 0 && at("problem").hidden) over(LINK_OVER);
}

function tickOpened() {
  const left = Date.parse(credential.expires_at) - serverNow();
  const known = Boolean(facts) && Number.isFinite(left); // without the server's clock the countdown could be wrong
  at("left").textContent = known ? (left > 0 ? `Time left: ${span(left)}` : ENDED) : "";
  at("use").hidden = known && left <= 0;
}

function over(sentence) {
  at("status").textContent = sentence;
  at("before").hidden = true;
}

function clock(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// Like "6 days 23 hours"; the last hour in minutes and seconds.
function span(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < HOUR_S) return clock(ms);
  const [days, hours, minutes] = [seconds / 86400, (seconds / HOUR_S) % 24, (seconds / 60) % 60].map(Math.floor);
  const count = (number, noun) => (number ? `${number} ${noun}${number === 1 ? "" : "s"}` : "");
  const parts = days ? [count(days, "day"), count(hours, "hour")] : [count(hours, "hour"), count(minutes, "minute")];
  return parts.filter(Boolean).join(" ");
}

setInterval(tick, TICK_MS);
