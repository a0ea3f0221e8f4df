// Another variant: its price and stock are taken from its own page, and the page stays where it is.
const form = document.getElementById("buy");
let latest = 0;

async function follow(url, name) {
  const turn = ++latest;
  const answer = await fetch(url);
  if (!answer.ok || turn !== latest) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelectorAll("[data-of-choice]");
  const shown = document.querySelectorAll("[data-of-choice]");
  if (fresh.length !== shown.length) return location.assign(url); // sold out meanwhile: its page has another shape
  shown.forEach((element, index) => element.replaceChildren(...fresh[index].childNodes));
  const focused = form.querySelector(`[name="${name}"]:checked`);
  if (document.activeElement !== focused) focused?.focus();
  history.replaceState(history.state, "", url);
}

form?.addEventListener("change", (event) => {
  const name = event.target.name;
  if (!["variant", "o1", "o2"].includes(name)) return;
  const url = new URL(location.href);
  const chosen = [...new FormData(form)].filter(([field]) => ["variant", "o1", "o2"].includes(field));
  url.search = new URLSearchParams(chosen);
  follow(url.href, name).catch(() => location.assign(url.href));
});
