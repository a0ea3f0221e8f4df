// The studio's worker is registered, and from the next page on its queue is at hand (later.js, waiting.js); a copy of a page says from when it is; the orders that Today leads to are fetched
// for later, once the page itself has come.
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

if (kept) {
  const [before, after] = strip.dataset.strip.split("{time}");
  const time = document.createElement("bdi");
  time.className = "num";
  time.textContent = told(kept);
  strip.querySelector("span").replaceChildren(before, time, after);
  strip.hidden = false;
  document.querySelectorAll(".toast, [data-told]").forEach((old) => old.remove()); // was news then
}

navigator.serviceWorker?.register("/studio/worker.js").catch(() => {});
if (worker()) Promise.all([import("./later.js"), import("./waiting.js")]);

function orders() {
  const links = [...document.querySelectorAll(".tabs a, a.up, .job h3 a")].map((link) => link.pathname);
  return [...new Set(links)].slice(0, 24);
}

if (!kept && !navigator.connection?.saveData) {
  addEventListener("load", () => setTimeout(() => worker() && ask({ ask: "warm", paths: orders() }), 4000));
}
