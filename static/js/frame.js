// The page is the same for everybody; the count of the basket comes from a small readable cookie.
const bag = document.querySelector("[data-basket]");

function show() {
  const n = Number(/(?:^|;\s*)basket=(\d{1,3})/.exec(document.cookie)?.[1] ?? 0);
  const badge = bag.querySelector(".n");
  badge.textContent = n;
  badge.hidden = !n;
  if (n) bag.setAttribute("aria-label", bag.dataset.basket.replace("{n}", n));
}

if (bag) {
  show();
  addEventListener("pageshow", show); // back from the cache with an older count
  document.addEventListener("htmx:after:swap", show);
}

// The menu opens by itself (details); here it learns to close: Escape, a tap outside, focus gone.
for (const menu of document.querySelectorAll("details.menu")) {
  const shut = () => { menu.open = false; };
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) shut(); });
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) shut(); });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    shut();
    menu.querySelector("summary").focus();
  });
}
