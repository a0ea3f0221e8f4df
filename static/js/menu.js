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
