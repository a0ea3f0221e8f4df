// <button data-copy="text" data-done="Copied">: hidden where the clipboard cannot be written.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) { button.hidden = true; continue; }
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const said = button.querySelector("[role=status]") ?? button;
    const before = said.textContent;
    said.textContent = button.dataset.done;
    setTimeout(() => { said.textContent = before; }, 2500);
  });
}
