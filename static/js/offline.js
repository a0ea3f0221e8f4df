// The studio's worker is registered, and its queue is at hand (later.js, waiting.js) from the next page on, or as soon as
// it is needed; a copy of a page says from when it is; the orders that Today leads to are fetched for later, once the
// page itself has come.
import { ask, worker } from "./ask.js";

const strip = document.querySelector("[data-strip]");
const kept = Number(document.documentElement.dataset.kept);
const two = (number) => String(number).padStart(2, "0");

function told(moment) {
  const then = new Date(moment);
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (then.toDateString() === new Date().toDateString()) return time;
  return `${two(then.getDate())}/${two(then.getMonth() + 1)} ${time}`;
}

function say(...words) {
  strip.querySelector("span").replaceChildren(...words);
  strip.hidden = false;
}

if (kept) {
  const [before, after] = strip.dataset.strip.split("{time}");
  const time = document.createElement("bdi");
  time.className = "num";
  time.textContent = told(kept);
  say(before, time, after);
  document.querySelectorAll(".toast, [data-told]").forEach((old) => old.remove()); // was news then
}

let queue, ready = false;

function atHand() {
  queue ??= Promise.allSettled([import("./later.js"), import("./waiting.js")]).then(() => { ready = true; });
  return queue;
}

navigator.serviceWorker?.register("/studio/worker.js").catch(() => {});
if (worker()) atHand();

addEventListener("submit", (event) => {
  const form = event.target;
  if (ready || !form.matches("[data-later]") || (!worker() && navigator.onLine)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (worker()) return atHand().then(() => form.requestSubmit(event.submitter));
  say(strip.dataset.unsent); // the network went before the worker came: the page stays, and with it what she did
  strip.scrollIntoView({ block: "center" });
}, true);

function orders() {
  const links = [...document.querySelectorAll(".tabs a, a.up, .job h3 a")].map((link) => link.pathname);
  return [...new Set(links)].slice(0, 24);
}

const warm = () => ask({ ask: "warm", paths: [location.pathname, ...(navigator.connection?.saveData ? [] : orders())] });

if (!worker()) navigator.serviceWorker?.addEventListener("controllerchange", warm, { once: true }); // the first page itself
else if (!kept) addEventListener("load", () => setTimeout(warm, 4000));
