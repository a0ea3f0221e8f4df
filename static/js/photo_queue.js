// Photographs in the queue: each is written down as soon as it is shrunk and sent by itself, so that a cut loses none.
// data-basket: they wait here for the form of their product; data-upload: their product is there, they leave at once.
import { ask, newKey } from "./ask.js";
import { bar } from "./carry.js";
import { shrink } from "./shrink.js";

export const csrf = () => document.querySelector("input[name=csrf]")?.value ?? "";
const mine = (box, item) => item.photo && (box.dataset.basket ? item.of === box.dataset.basket : item.url === box.dataset.upload);

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

function row(box, item, sending) {
  const made = document.createElement("li"), image = document.createElement("img"), text = document.createElement("div");
  const tools = document.createElement("div");
  const { state, words, n, label, photo } = item;
  const kind = { refused: "problem", held: "held" }[state] ?? (n === sending ? "sending" : "waiting");
  made.className = "row row-w";
  tools.className = "row row-w wide";
  Object.assign(image, { className: "shot", alt: "", src: URL.createObjectURL(photo), onerror: () => image.remove() });
  const told = (words ?? []).join(" ");
  const sentence = told.includes(label) ? told.replace(label, "{name}") : box.dataset[kind].replace("{problem}", told);
  const [before, after] = sentence.split("{name}");
  const name = Object.assign(document.createElement("bdi"), { textContent: label });
  text.className = "grow";
  text.append(before, name, after);
  if (kind === "sending") text.append(bar(item));
  if (kind === "problem" || kind === "waiting") tools.append(button(box.dataset.again, label, { ask: "again", n }));
  tools.append(button(box.dataset.away, label, { ask: "drop", n }));
  made.append(image, text, tools);
  return made;
}

function button(text, label, question) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-2", textContent: text });
  made.setAttribute("aria-label", `${text} ${label}`);
  made.addEventListener("click", () => ask(question));
  return made;
}

let sending = 0;

export async function draw(box, now = sending) {
  sending = now;
  const items = ((await ask({ ask: "list" })) ?? []).filter((item) => mine(box, item));
  for (const old of box.querySelectorAll("li img")) URL.revokeObjectURL(old.src);
  box.querySelector("ul").replaceChildren(...items.map((item) => row(box, item, sending)));
  box.held = items.length;
}
