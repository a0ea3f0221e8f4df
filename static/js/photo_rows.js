// The rows of what is in the queue (photo_queue.js): a photograph keeps its row, and its picture in it; what the row says
// is written anew when it says something else.
import { ask } from "./ask.js";
import { bar } from "./carry.js";

const mine = (box, item) => item.photo && (box.dataset.basket ? item.of === box.dataset.basket : item.url === box.dataset.upload);
const make = (kind, className, more) => Object.assign(document.createElement(kind), { className }, more);

function row({ n, photo }) {
  const image = make("img", "shot", { alt: "", src: URL.createObjectURL(photo), onerror: () => image.remove() });
  const made = make("li", "row row-w", { n, image, text: make("div", "grow"), tools: make("div", "row row-w wide") });
  made.append(image, made.text, made.tools);
  return made;
}

function say(box, { text, tools }, item, kind) {
  const { words, n, label } = item;
  const told = (words ?? []).join(" ");
  const sentence = told.includes(label) ? told.replace(label, "{name}") : box.dataset[kind].replace("{problem}", told);
  const [before, after] = sentence.split("{name}");
  text.replaceChildren(before, make("bdi", "", { textContent: label }), after);
  if (kind === "sending") text.append(bar(item));
  tools.replaceChildren(button(box.dataset.away, label, { ask: "drop", n }));
  if (kind === "problem" || kind === "waiting") tools.prepend(button(box.dataset.again, label, { ask: "again", n }));
}

function button(text, label, question) {
  const made = make("button", "btn btn-2", { type: "button", textContent: text });
  made.setAttribute("aria-label", `${text} ${label}`);
  made.addEventListener("click", () => ask(question));
  return made;
}

let sending = 0;

export async function draw(box, now = sending) {
  sending = now;
  const items = ((await ask({ ask: "list" })) ?? []).filter((item) => mine(box, item));
  const list = box.querySelector("ul"), drawn = new Map([...list.children].map((each) => [each.n, each]));
  for (const item of items) {
    const kind = { refused: "problem", held: "held" }[item.state] ?? (item.n === sending ? "sending" : "waiting");
    const made = drawn.get(item.n) ?? list.appendChild(row(item)), told = JSON.stringify([kind, item.words]);
    drawn.delete(item.n);
    if (made.told !== told) say(box, made, item, kind);
    made.told = told;
  }
  for (const gone of drawn.values()) {
    URL.revokeObjectURL(gone.image.src);
    gone.remove();
  }
  box.held = items.length;
}
