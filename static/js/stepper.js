// Plus and minus change the number here; without this module they send the form.
function change(box, by) {
  const field = box.querySelector("input");
  const wanted = (Number(field.value.replace(/[٠-٩]/g, (d) => d.charCodeAt(0) - 0x660)) || 0) + by;
  field.value = Math.min(Number(field.dataset.max), Math.max(Number(field.dataset.min), wanted));
  const [less, more] = box.querySelectorAll("button[value]");
  less.disabled = field.value <= Number(field.dataset.min);
  more.disabled = field.value >= Number(field.dataset.max);
}

const waiting = new WeakMap();

function send(box) {
  clearTimeout(waiting.get(box));
  waiting.set(box, setTimeout(() => box.querySelector("input").form?.requestSubmit(), 500));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-stepper] button[value]");
  if (!button) return;
  event.preventDefault();
  const box = button.closest("[data-stepper]");
  change(box, Number(button.value));
  if (box.dataset.stepper === "auto") send(box);
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-stepper]");
  if (!box) return;
  change(box, 0);
  if (box.dataset.stepper === "auto") send(box);
});
