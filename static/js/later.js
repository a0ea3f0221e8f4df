// <form data-later="what it is about">: goes to the worker, which writes it down, sends it, and sends it again after a
// cut. Without a worker, or refused before her eyes, it is an ordinary form. data-next: where one goes meanwhile;
// data-show: its answer is worth a look afterwards. A button with data-now sends nothing to the queue.
import { ask, newKey, worker } from "./ask.js";

function read(form, button) {
  const key = newKey();
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value.length < 20000)
    .map(([name, value]) => [name, name === "key" ? key : value]); // a kept copy sends several forms
  if (button?.name) fields.push([button.name, button.value]);
  const words = [(button ?? form.querySelector("button")).textContent.trim(), form.dataset.later].filter(Boolean);
  const url = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.pathname;
  return { key, url, fields, label: words.join(" · "), about: form.dataset.later, page: location.pathname, show: "show" in form.dataset };
}

function plainly(form, button, key) { // with its key, in case the first one did arrive
  for (const [name, value] of [["once", key], button?.name ? [button.name, button.value] : []]) {
    if (!name) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  HTMLFormElement.prototype.submit.call(form);
}

function go(place) {
  const here = place.pathname === location.pathname && place.search === location.search;
  if (!here) return location.assign(place);
  history.replaceState(null, "", place); // only its #part differs: the page must be read anew all the same
  location.reload();
}

async function send(form, button) {
  const item = read(form, button);
  document.body.dataset.busy = ""; // what the queue says of this one is no news to her yet
  button?.classList.add("pressed");
  await form.takeAlong?.(item);
  const answer = await ask({ ask: "send", item });
  if (answer?.at) return go(new URL(answer.at, location.href));
  if (!answer?.waiting) return plainly(form, button, item.key);
  form.sent = false;
  delete document.body.dataset.busy;
  dispatchEvent(new Event("later"));
  button?.classList.remove("pressed");
  if (form.dataset.next) location.assign(form.dataset.next);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-later]") || !worker() || event.submitter?.matches("[data-now]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.sent) return; // the second tap of a double tap
  form.sent = true;
  send(form, event.submitter).catch(() => plainly(form, event.submitter, newKey()));
}, true);
