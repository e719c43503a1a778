// Passkeys: the browser's own dialog between our button and our form.
// <button data-passkey="get|create"> in a form with a hidden "credential"; the server's options stand
// in the JSON script that data-options names, or are fetched from data-options-url.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function readable(options, kind) {
  const given = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  if (kind === "get") return { ...given, allowCredentials: known(given.allowCredentials) };
  return {
    ...given,
    user: { ...given.user, id: bytes(given.user.id) },
    excludeCredentials: known(given.excludeCredentials),
    authenticatorSelection: {
      ...given.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
  };
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function optionsOf(button) {
  if (!button.dataset.optionsUrl) {
    return JSON.parse(document.getElementById(button.dataset.options).textContent);
  }
  const answer = await fetch(button.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(button) {
  const kind = button.dataset.passkey;
  const options = await optionsOf(button);
  const publicKey = readable(options.request_options || options.creation_options, kind);
  return kind === "get"
    ? navigator.credentials.get({ publicKey })
    : navigator.credentials.create({ publicKey });
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue; // the note beside the button says what to do instead
  button.disabled = false;
  button.closest("form").querySelector("[data-no-passkey]")?.remove();
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const form = button.closest("form");
    const failed = form.querySelector("[data-passkey-failed]");
    if (failed) failed.hidden = true;
    button.disabled = true;
    try {
      form.elements.credential.value = written(await ask(button));
      form.submit();
    } catch {
      button.disabled = false;
      if (failed) failed.hidden = false;
    }
  });
}
