// The authenticator for a key with MFA: its seed as a QR code, as text and as a URI, and the command that uses it.
// Loaded before collect.js, whose names it uses once a credential is opened.
"use strict";

const PLAIN_WORD = /^[\w+=,.@:/-]+$/;
const CTRL_C = "Your browser doesn't let this page copy. It's selected for you: press Ctrl+C, or ⌘C on a Mac.";
let deviceShown = false;

function displayDevice() {
  const wanted = Boolean(credential.mfa_serial);
  for (const each of document.querySelectorAll(".mfa")) each.hidden = !wanted;
  at("mfa-new").hidden = !credential.mfa_seed;
  at("mfa-known").hidden = Boolean(credential.mfa_seed);
}

// The seed is in the page only while it is shown.
function drawDevice() {
  const seed = deviceShown ? credential.mfa_seed : "";
  const rows = seed ? credential.mfa_qr.split("\n") : [];
  at("mfa-qr").setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  at("mfa-modules").setAttribute("d", rows.map(runs).join(""));
  at("mfa-seed").textContent = seed;
  if (seed) at("mfa-uri").setAttribute("href", credential.mfa_uri);
  else at("mfa-uri").removeAttribute("href");
  at("mfa-open").hidden = !seed;
  at("mfa-show").setAttribute("aria-expanded", String(deviceShown));
  at("mfa-show").textContent = deviceShown ? "Hide QR code" : "Show QR code";
  at("mfa-line").textContent = credential.mfa_serial ? `${sessionLine()}\n` : "";
}

// One row of modules as a path, so that no other markup enters this page.
function runs(row, y) {
  return [...row.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`).join("");
}

function sessionLine() {
  const serial = PLAIN_WORD.test(credential.mfa_serial) ? credential.mfa_serial : quote(credential.mfa_serial);
  return named(`aws sts get-session-token --serial-number ${serial} --token-code 123456`);
}

async function copyText(text, element, hint, said, reveal) {
  try {
    await navigator.clipboard.writeText(text);
    at(hint).textContent = said;
  } catch {
    reveal();
    getSelection().selectAllChildren(at(element));
    at(hint).textContent = CTRL_C;
  }
}

function showDevice() {
  deviceShown = true;
  drawDevice();
}

function forgetDevice() {
  deviceShown = false;
  for (const each of document.querySelectorAll(".mfa")) each.hidden = true;
  for (const id of ["mfa-seed", "mfa-line", "mfa-hint", "mfa-line-hint", "mfa-code-hint"]) at(id).textContent = "";
  at("mfa-code").value = "";
  at("mfa-modules").removeAttribute("d");
  at("mfa-uri").removeAttribute("href");
}

addEventListener("DOMContentLoaded", () => {
  at("mfa-show").addEventListener("click", () => { deviceShown = !deviceShown; drawDevice(); });
  at("mfa-code").addEventListener("input", checkCode);
  at("mfa-copy").addEventListener("click", () => copyText(
    credential.mfa_seed, "mfa-seed", "mfa-hint", "Copied. Paste it into your authenticator, then clear your clipboard.", showDevice));
  at("mfa-copy-line").addEventListener("click", () => copyText(
    sessionLine(), "mfa-line", "mfa-line-hint", "Copied. Replace 123456 with your code.", () => {}));
});
