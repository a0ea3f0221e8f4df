// A choice that changes prices asks for a new look by itself; without this module there is a button for it.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-look]")) return;
  const form = event.target.form;
  form.action = `#${event.target.dataset.look || "where"}`;
  form.requestSubmit(form.querySelector("[name=action][value=update]"));
});
