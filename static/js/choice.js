// Another variant: its price and stock are taken from its own page, and the page stays where it is.
const form = document.getElementById("buy");
let latest = 0;

async function follow(url) {
  const turn = ++latest;
  const answer = await fetch(url);
  if (!answer.ok || turn !== latest) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelectorAll("[data-of-choice]");
  const shown = document.querySelectorAll("[data-of-choice]");
  if (fresh.length !== shown.length) return location.assign(url); // sold out meanwhile: its page has another shape
  shown.forEach((element, index) => element.replaceChildren(...fresh[index].childNodes));
  history.replaceState(history.state, "", url);
}

form?.addEventListener("change", (event) => {
  if (event.target.name !== "variant") return;
  const url = new URL(location.href);
  url.search = new URLSearchParams({ variant: event.target.value });
  follow(url.href).catch(() => location.assign(url.href));
});
