// A form that waits in the queue is replaced by a word; an order whose confirmation waits can be packed already.
// #again-7 fills the forms of a page with what was refused as number 7.
import { ask } from "./ask.js";

export function mark(waiting, words) {
  for (const old of document.querySelectorAll("[data-marked]")) old.remove();
  const told = new Set();
  for (const form of document.querySelectorAll("form[data-later]")) {
    const about = form.dataset.later;
    const mine = waiting.filter((item) => about && item.about === about);
    form.hidden = mine.length > 0;
    if (!mine.length || told.has(about)) continue;
    told.add(about);
    const tag = document.createElement("p");
    tag.className = "tag tag-s grow";
    tag.textContent = words.replace("{what}", mine.at(-1).label.split(" · ")[0]);
    tag.dataset.marked = "";
    const then = next(form, mine);
    if (then) tag.classList.add("wide");
    form.after(...[tag, then].filter(Boolean));
  }
}

function next(form, mine) {
  const confirmed = mine.some((item) => item.fields.some(([, value]) => value === "confirmed"));
  const sample = document.querySelector("template[data-then]");
  if (!form.dataset.then || !confirmed || !sample || mine.some((item) => item.show)) return null;
  const made = sample.content.firstElementChild.cloneNode(true);
  made.querySelector("button").value = form.dataset.then;
  made.dataset.later = form.dataset.later;
  made.dataset.marked = "";
  return made;
}

export async function again() {
  const n = Number(/^#again-(\d+)$/.exec(location.hash)?.[1]);
  const item = n && ((await ask({ ask: "list" })) ?? []).find((each) => each.n === n);
  for (const [name, value] of item?.fields ?? []) {
    const field = document.querySelector(`form [name="${CSS.escape(name)}"]:not([type=hidden]):not(button)`);
    if (field && field.type !== "checkbox") field.value = value;
  }
  if (item) await ask({ ask: "drop", n });
}
