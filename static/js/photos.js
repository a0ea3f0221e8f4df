// Chosen photographs are shown, and shrunk before they are sent: by the worker's queue, one by one (photo_queue.js), or
// where there is no worker by the plain form.
import { newKey, worker } from "./ask.js";
import { csrf, take } from "./photo_queue.js";
import { draw } from "./photo_rows.js";
import { shrink } from "./shrink.js";

function preview(shots, file) {
  const image = document.createElement("img");
  image.alt = "";
  image.src = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(image.src);
  image.onerror = () => image.remove();
  shots.append(image);
}

async function prepare(box, field) {
  const said = box.querySelector("[role=status]");
  const shots = box.querySelector(".shots");
  const chosen = [...field.files].slice(0, Number(box.dataset.max));
  const basket = new DataTransfer();
  const unread = [];
  shots.replaceChildren();
  said.textContent = "";
  for (const file of chosen) {
    let small = file;
    try {
      small = await shrink(file);
      preview(shots, small);
    } catch {
      unread.push(box.dataset.unreadable.replace("{name}", file.name));
    }
    basket.items.add(small);
  }
  said.textContent = unread.join(" ");
  field.files = basket.files;
}

// What the form of a new product takes along: its photographs follow it, and it is published once they are there.
function bind(box) {
  const form = box.closest("form");
  const button = form.querySelector("[data-plain]");
  if (button && worker()) button.hidden = true; // they leave as soon as they are chosen
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data.carry || "percent" in data || draw(box, data.sending));
  addEventListener("pageshow", () => worker() && draw(box));
  if (box.dataset.basket) form.takeAlong = async (item) => {
    await box.ready;
    await draw(box);
    item.basket = box.dataset.basket;
    const action = item.fields.find(([name, value]) => name === "action" && value === "publish");
    if (!box.held || !action) return;
    action[1] = "draft";
    item.then = { key: newKey(), path: "/publication", fields: [["csrf", csrf()]], label: item.label, page: item.page, slow: true };
  };
}

for (const box of document.querySelectorAll("[data-photos]")) {
  const field = box.querySelector("input[type=file]");
  box.ready = Promise.resolve();
  const queued = () => worker() && (box.dataset.basket || box.dataset.upload); // other forms take their picture along
  if (box.dataset.basket || box.dataset.upload) bind(box);
  field.addEventListener("change", () => {
    box.ready = queued() ? take(box, field) : prepare(box, field);
    box.busy = true;
    box.ready.finally(() => { box.busy = false; });
  });
  field.form?.addEventListener("submit", (event) => {
    if (!box.busy) return;
    event.preventDefault(); // shrinking is quicker than sending what was not shrunk
    const by = event.submitter;
    box.ready.finally(() => setTimeout(() => field.form.requestSubmit(by)));
  });
}
