// The forms in which a credential is copied, and the commands that go with each. Loaded before collect.js, whose names it uses.
"use strict";

function quote(value) {
  return `'${value.replace(/'/g, "'\\''")}'`;
}

const chosen = () => document.querySelector("input[name=form]:checked").value;

// What a credential_process prints (AWS SDKs, "Process credential provider"): the expiration makes them ask again in time.
function json(mask) {
  const found = {
    Version: 1,
    AccessKeyId: credential.access_key_id,
    SecretAccessKey: mask(credential.secret_access_key),
    SessionToken: mask(credential.session_token),
    Expiration: new Date(credential.expires_at).toISOString().replace(/\.\d+Z$/, "Z"),
  };
  return JSON.stringify(found, null, 2);
}

function form(mask) {
  const pairs = [
    ["aws_access_key_id", credential.access_key_id],
    ["aws_secret_access_key", mask(credential.secret_access_key)],
  ];
  if (credential.session_token) pairs.push(["aws_session_token", mask(credential.session_token)]);
  const profile = at("profile").value;
  const lines = {
    exports: () => pairs.map(([name, value]) => `export ${name.toUpperCase()}=${quote(value)}`),
    powershell: () => pairs.map(([name, value]) => `$Env:${name.toUpperCase()} = '${value.replace(/'/g, "''")}'`),
    profile: () => [`[${profile}]`, ...pairs.map(([name, value]) => `${name} = ${value}`)],
    process: () => [json(mask)],
    configure: () => pairs.map(([name, value]) => `aws configure set ${name} ${quote(value)} --profile ${profile}`),
  };
  return lines[chosen()]().join("\n") + "\n";
}

// The other forms set variables or the default of one shell, so only these need the name.
const named = (line) => (["exports", "powershell"].includes(chosen()) ? line : `${line} --profile ${at("profile").value}`);
const testLine = () => named("aws sts get-caller-identity");
