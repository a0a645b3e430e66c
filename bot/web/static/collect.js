// The one-time page: nothing happens until someone presses Reveal, and the seed never leaves the browser.
"use strict";

const SEED = /^[A-Za-z0-9_-]{43}$/;
const PROFILE = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,63}$/;
const PLAIN_PROFILE = "latchkey";
const MASK = "••••••••••••••••••••";
const READY = "Press Reveal to see it once. Your browser decrypts it here.";
const INCOMPLETE = "This link is incomplete: the part after # is missing or cut off. A refresh also loses it, because this page removes it from the address bar. Open the link from Slack again: it works until someone presses Reveal. A credential that was already shown here can't be shown again.";
const OLD = "This browser can't decrypt the credential, so nothing was opened. Open the link in a current browser.";
const UNSURE = "The server didn't answer clearly, so the link may or may not be used up. Press Reveal again. If the page then says the link was opened, get a new one in Slack.";
const BROKEN = "This link can't decrypt the credential. Go back to Slack and press Collect for a new one.";
const FILLED = ["access-key-id", "secret-access-key", "session-token", "field-hint", "shape", "hint", "test-line", "test-hint", "left"];
const RECEIPT_WAITS = [0, 1000, 3000, 8000];
const PATIENCE_MS = 20000;

const at = (id) => document.getElementById(id);
const utf8 = new TextEncoder();
let seed = ""; // only in this variable: anything a browser stores for a page may end up on disk
let credential = null;
let shown = false;
let taken = false; // shown, copied or downloaded: until then, closing the page loses it

const envelope = () => decodeURIComponent(location.pathname.split("/").pop());

// Removes the seed from the address bar, the tab's history and a restored session. No page can remove it from the browser's list of visits.
function takeSeed() {
  if (!location.hash) return;
  seed = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

function bytes(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (each) => each.charCodeAt(0));
}

function b64(raw) {
  return btoa(String.fromCharCode(...new Uint8Array(raw))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function derive(seed, id) {
  const base = await crypto.subtle.importKey("raw", seed, "HKDF", false, ["deriveBits", "deriveKey"]);
  const hkdf = (info) => ({ name: "HKDF", hash: "SHA-256", salt: utf8.encode(id), info: utf8.encode(info) });
  const key = await crypto.subtle.deriveKey(hkdf("latchkey/v1/seal"), base, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const proof = b64(await crypto.subtle.deriveBits(hkdf("latchkey/v1/reveal"), base, 256));
  return { key, proof };
}

function send(id, verb, how) {
  return fetch(`/c/${encodeURIComponent(id)}/${verb}`, {
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...how,
  });
}

function post(id, verb, proof) {
  return send(id, verb, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ proof }),
    keepalive: verb === "receipt", // outlives a tab that is closed at once
  });
}

function problem(sentence) {
  at("problem").textContent = sentence;
  at("problem").hidden = !sentence;
  at("reveal").classList.toggle("primary", !sentence); // it can still be pressed, but it is no longer the next step
  if (sentence) at("before").hidden = true;
}

async function reveal() {
  const text = seed;
  if (!SEED.test(text)) return problem(INCOMPLETE);
  if (!crypto.subtle) return problem(OLD);
  at("reveal").disabled = true;
  problem("");
  at("status").textContent = "Opening…";
  try {
    await open(envelope(), text);
  } catch {
    problem(UNSURE);
  }
  if (!credential) at("status").textContent = "";
  at("reveal").disabled = false;
}

async function open(id, text) {
  const { key, proof } = await derive(bytes(text), id);
  const answer = await post(id, "reveal", proof);
  const body = await answer.json();
  if (!answer.ok) return problem(body.problem || UNSURE);
  try {
    const how = { name: "AES-GCM", iv: bytes(body.nonce), additionalData: bytes(body.aad) };
    const plain = await crypto.subtle.decrypt(how, key, bytes(body.ciphertext));
    credential = JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return problem(BROKEN);
  }
  if (seed === text) seed = ""; // else a newer link was pasted meanwhile
  display();
  receipt(id, proof);
}

async function receipt(id, proof) {
  for (const wait of RECEIPT_WAITS) {
    await new Promise((done) => setTimeout(done, wait));
    try {
      if ((await post(id, "receipt", proof)).status < 500) return;
    } catch { /* offline for a moment: the next try covers it, or Slack asks */ }
  }
}

function display() {
  at("ask").hidden = at("before").hidden = true;
  at("opened").hidden = false;
  at("status").textContent = "Opened. This is the only time you'll see it.";
  at("until").textContent = `Works until ${moment(credential.expires_at)}.`;
  const session = Boolean(credential.session_token);
  for (const each of document.querySelectorAll(".token")) each.hidden = !session;
  at("download-csv").hidden = session;
  at("settling").hidden = session;
  displayDevice();
  drawFacts();
  draw();
  at("title").focus();
}

function moment(iso) {
  const shape = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  return new Date(iso).toLocaleString([], shape);
}

function draw() {
  const mask = (value) => (shown ? value : MASK);
  at("access-key-id").textContent = credential.access_key_id;
  at("secret-access-key").textContent = mask(credential.secret_access_key);
  at("session-token").textContent = credential.session_token ? mask(credential.session_token) : "";
  at("show").textContent = shown ? "Hide" : "Show";
  const name = PROFILE.test(at("profile").value);
  at("profile").setAttribute("aria-invalid", String(!name));
  at("profile-problem").textContent = name ? "" : "Use only letters, digits, dots, dashes and underscores.";
  at("copy").disabled = at("download-csv").disabled = !name;
  at("shape").textContent = form(mask);
  at("form-hint").hidden = chosen() !== "process";
  at("file-hint").hidden = chosen() !== "profile";
  at("test-line").textContent = `${testLine()}\n`;
  at("process-profile").textContent = `[profile ${at("profile").value}]`;
  drawDevice();
}

function show(on) {
  shown = on;
  taken = true;
  draw();
}

function copy() {
  taken = true;
  copyText(form((value) => value), "shape", "hint", "Copied. Clear your clipboard after you paste it.", () => show(true));
}

function copyField(id, value, name) {
  if (id !== "access-key-id") taken = true; // the ID alone is of no use
  copyText(value, id, "field-hint", `Copied the ${name}.`, () => show(true));
}

function download() {
  taken = true;
  const profile = at("profile").value;
  const rows = ["User name,Access key ID,Secret access key", [profile, credential.access_key_id, credential.secret_access_key].join(",")];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([rows.join("\r\n") + "\r\n"], { type: "text/csv" }));
  link.download = `${profile}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  const then = credential.mfa_serial ? ` Then add --profile ${profile} to the command below.` : "";
  at("hint").textContent = `Import it with aws configure import --csv file://${profile}.csv, then delete the file.${then}`;
}

function begin() {
  takeSeed();
  credential = null;
  shown = taken = false;
  forgetDevice();
  at("ask").hidden = false;
  at("reveal").disabled = false;
  at("opened").hidden = true;
  at("profile").value = PLAIN_PROFILE;
  document.querySelector("input[name=form][value=profile]").checked = true; // a key has no credential_process form
  for (const id of FILLED) at(id).textContent = "";
  const complete = SEED.test(seed);
  at("status").textContent = complete ? READY : "";
  at("before").hidden = !complete;
  problem(complete ? "" : INCOMPLETE);
  learn(seed);
}

at("reveal").addEventListener("click", reveal);
at("show").addEventListener("click", () => show(!shown));
at("copy-access-key-id").addEventListener("click", () => copyField("access-key-id", credential.access_key_id, "access key ID"));
at("copy-secret-access-key").addEventListener("click", () => copyField("secret-access-key", credential.secret_access_key, "secret access key"));
at("copy-session-token").addEventListener("click", () => copyField("session-token", credential.session_token, "session token"));
at("copy-test").addEventListener("click", () => copyText(testLine(), "test-line", "test-hint", "Copied the command.", () => {}));
at("copy").addEventListener("click", copy);
at("download-csv").addEventListener("click", download);
at("profile").addEventListener("input", draw);
for (const each of document.querySelectorAll("input[name=form]")) each.addEventListener("change", draw);
addEventListener("beforeunload", (event) => { if (credential && !taken) event.preventDefault(); });
addEventListener("hashchange", begin);
addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
begin();
