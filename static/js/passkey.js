// <form data-passkey="create|get" data-ask="{…}" data-refused="…" hidden>: shown where the browser knows passkeys and
// the page stands at the shop's own name. Sending it asks the device first; its answer goes into the field `answer`.
const encode = (text) => new TextEncoder().encode(text);
const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const written = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function asked(ask) {
  const known = (ask.excludeCredentials ?? []).map((each) => ({ ...each, id: decode(each.id) }));
  const publicKey = { ...ask, challenge: encode(ask.challenge) };
  if (ask.user) Object.assign(publicKey, { user: { ...ask.user, id: encode(ask.user.id) }, excludeCredentials: known });
  return { publicKey };
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (credential.response[name]) response[name] = written(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: written(credential.rawId), type: credential.type, response });
}

function say(form, sentence) {
  const note = form.querySelector("[data-said]") ?? form.appendChild(document.createElement("p"));
  note.className = "note note-h";
  note.dataset.said = "";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const ask = JSON.parse(form.dataset.ask);
  const named = /[a-z]/i.test(location.hostname) && location.hostname === (ask.rpId ?? ask.rp.id);
  if (!window.PublicKeyCredential || !named) continue;
  form.hidden = false;
  document.querySelectorAll("[data-no-passkey]").forEach((note) => { note.hidden = true; });
  const answer = form.elements.answer;
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    if (form.asking) return;
    form.asking = true;
    try {
      answer.value = told(await navigator.credentials[form.dataset.passkey](asked(ask)));
      form.requestSubmit();
    } catch {
      say(form, form.dataset.refused);
    }
    form.asking = false;
  });
}
