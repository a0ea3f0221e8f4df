// Photographs in the queue: each is written down as soon as it is shrunk and sent by itself, so that a cut loses none.
// data-basket: they wait here for the form of their product; data-upload: their product is there, they leave at once.
import { ask, newKey } from "./ask.js";
import { draw } from "./photo_rows.js";
import { shrink } from "./shrink.js";

export const csrf = () => document.querySelector("input[name=csrf]")?.value ?? "";

export async function take(box, field) {
  const said = box.querySelector("[role=status]");
  const files = [...field.files].slice(0, Number(box.dataset.max));
  field.value = "";
  for (const file of files) {
    said.textContent = box.dataset.shrinking.replace("{name}", file.name);
    const photo = await shrink(file).catch(() => file);
    const item = { key: newKey(), photo, name: photo.name, label: file.name, fields: [["csrf", csrf()]], page: location.pathname, slow: true };
    const way = box.dataset.basket ? { of: box.dataset.basket, path: "/pictures" } : { url: box.dataset.upload };
    const sent = ask({ ask: box.dataset.basket ? "hold" : "send", item: { ...item, ...way } });
    if (box.dataset.basket) await sent;
  }
  said.textContent = "";
  await draw(box);
}
