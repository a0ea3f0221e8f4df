// <div data-awaits="address" data-late="…">: a payment whose outcome is not known yet. Asks after 1, 2, 4 … seconds, for
// some minutes and while the page is seen; puts what it learns in the place of the page, and says it aloud.
const PAUSES = [1, 2, 4, 8, 15, 30, 60, 60, 60];
const seen = () => !document.hidden || new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));
const said = Object.assign(document.createElement("p"), { className: "vh", role: "status" });
document.body.append(said);

async function learn(address) {
  const answer = await fetch(address, { method: "POST" });
  if (!answer.ok) return false;
  const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!main || main.querySelector("[data-awaits]")) return false;
  const here = document.querySelector("main"), held = here.contains(document.activeElement);
  here.replaceChildren(...main.childNodes);
  const news = here.querySelector("[data-news]");
  said.textContent = news?.textContent ?? "";
  (news ?? here).scrollIntoView({ block: "nearest" });
  if (held) Object.assign(here.querySelector("h1"), { tabIndex: -1 }).focus();
  return true;
}

const box = document.querySelector("[data-awaits]");
let known = !box;
for (const pause of PAUSES) {
  if (known) break;
  await new Promise((go) => setTimeout(go, 1000 * pause));
  await seen();
  known = await learn(box.dataset.awaits).catch(() => false); // no network is no news
}
if (!known) said.textContent = box.querySelector("[data-asks]").textContent = box.dataset.late;
