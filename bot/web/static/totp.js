// Whether a six-digit code fits an authenticator's seed (RFC 6238, as AWS uses it). Everything stays in the browser.
"use strict";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // Base32, RFC 4648
const STEP_MS = 30000;
const CODE_RIGHT = "That's the right code: your authenticator works.";
const CODE_WRONG = "That code doesn't match. Wait for the next one; if it's wrong too, set the clock of that device to automatic, or scan the QR code again.";

function unbase32(text) {
  const bits = [...text.replace(/=+$/, "")].map((each) => ALPHABET.indexOf(each).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g) || [], (each) => parseInt(each, 2));
}

async function codeAt(seed, ms) {
  const key = await crypto.subtle.importKey("raw", unbase32(seed), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(ms / STEP_MS)));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}

// AWS accepts the codes around the current one too.
async function fits(seed, code, ms) {
  const codes = await Promise.all([-1, 0, 1].map((step) => codeAt(seed, ms + step * STEP_MS)));
  return codes.includes(code);
}

async function checkCode() {
  const code = at("mfa-code").value.replace(/\s/g, "");
  const seed = credential.mfa_seed;
  at("mfa-code-hint").textContent = "";
  if (!/^\d{6}$/.test(code)) return;
  const right = await fits(seed, code, serverNow());
  if (credential?.mfa_seed === seed) at("mfa-code-hint").textContent = right ? CODE_RIGHT : CODE_WRONG;
}
