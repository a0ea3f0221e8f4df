// What waits to be sent, was refused, or is worth a look: a list above the page. It is sent when the network is back,
// when a page opens, and now and then.
import { ask } from "./ask.js";
import { bar, carry, come } from "./carry.js";
import { again, mark } from "./marks.js";

const box = document.querySelector("[data-queue]");
const words = box.dataset;
const csrf = document.querySelector("input[name=csrf]")?.value ?? "";
let waited = 0, pause = 5000, timer, shown = "", sending = 0, typed = false;

function make(kind, text, more = {}) {
  return Object.assign(document.createElement(kind), { textContent: text }, more);
}

function button(text, question) {
  const made = make("button", text, { type: "button", className: "btn btn-2" });
  made.addEventListener("click", () => ask(question));
  return made;
}

function row(item) {
  const made = make("li", "", { className: "stack stack-s" }), tools = make("p", "", { className: "row row-w" });
  const said = { refused: item.words?.join(" ") || words.refused, done: words.sent }[item.state] ?? (item.n === sending ? words.sending : words.waits);
  if (item.state === "refused" && !item.photo) tools.append(make("a", words.correct, { href: `${item.page}#again-${item.n}`, className: "btn btn-2" }));
  if (item.state === "refused") tools.append(button(words.again, { ask: "again", n: item.n }));
  if (item.state === "done") tools.append(make("a", words.open, { href: item.at, className: "btn btn-2" }));
  tools.append(button(item.state === "waiting" ? words.back : words.dismiss, { ask: "drop", n: item.n }));
  made.append(make("p", item.label, { dir: "auto", className: "strong" }), make("p", said));
  if (item.photo && item.n === sending) made.append(bar(item));
  made.append(tools);
  return made;
}

async function draw() {
  if ("busy" in document.body.dataset) return;
  const items = ((await ask({ ask: "list" })) ?? []).filter((item) => item.state !== "held");
  const now = items.filter((item) => item.state === "waiting").length;
  if (waited && !now && !typed) return location.reload(); // it shows what became of them
  waited = now;
  const seen = JSON.stringify([sending, ...items.map(({ n, state }) => [n, state])]);
  if (seen === shown) return;
  shown = seen;
  box.hidden = !items.length;
  box.querySelector("summary span").textContent = now ? words.queue.replace("{n}", now) : words.look;
  box.querySelector("ul").replaceChildren(...items.map(row));
  if (items.some((item) => item.state !== "waiting")) box.open = true;
  mark(items.filter((item) => item.state === "waiting"), words.mark);
}

async function push() {
  clearTimeout(timer);
  await ask({ ask: "replay", csrf }, 60000);
  await draw();
  if (waited) timer = setTimeout(push, pause = Math.min(pause * 2, 60000));
}

if (navigator.serviceWorker) {
  navigator.serviceWorker.addEventListener("message", ({ data, ports }) => {
    if (data.carry) return carry(data.carry, ports[0]);
    sending = data.sending ?? sending;
    if ("percent" in data) come(sending, data.percent);
    else draw();
  });
  addEventListener("later", draw);
  addEventListener("input", ({ target }) => { typed ||= target.type !== "file"; }); // its photographs are in the queue
  navigator.serviceWorker.addEventListener("controllerchange", push);
  addEventListener("online", () => { pause = 5000; push(); });
  again().then(draw).then(push);
  addEventListener("pageshow", (event) => event.persisted && draw().then(push));
}
