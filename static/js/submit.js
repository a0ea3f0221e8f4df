// A form that is sent says so: pressed at once, "Sending…" after 400 ms, one sentence when the network is gone.
// Words come from the form: data-sending, data-offline. Nothing is disabled before a first try.
const PATIENCE = 400;

function release(form) {
  clearTimeout(form.wait);
  form.sending = false;
  for (const button of form.querySelectorAll("button.pressed")) {
    button.classList.remove("pressed");
    button.removeAttribute("aria-disabled");
    if (button.kept) button.replaceChildren(...button.kept);
    delete button.kept;
  }
}

function press(form, button) {
  form.sending = true;
  if (!button) return;
  button.classList.add("pressed");
  form.wait = setTimeout(() => {
    if (button.classList.contains("btn-sq") || !form.dataset.sending) return;
    button.kept = [...button.childNodes];
    button.replaceChildren(form.dataset.sending);
    button.setAttribute("aria-disabled", "true");
  }, PATIENCE);
}

function say(form, sentence) {
  let note = form.querySelector("[data-said]");
  if (!note) {
    note = document.createElement("p");
    const bar = form.querySelector(".bar");
    note.className = bar ? "note note-h wrap mb" : "note note-h mt";
    note.dataset.said = "";
    note.setAttribute("role", "alert");
    if (bar) bar.before(note);
    else form.append(note);
  }
  note.textContent = sentence;
  note.scrollIntoView({ block: "center" });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-sending]") || event.defaultPrevented) return;
  if (form.sending) return event.preventDefault(); // the second tap of a double tap
  if (!navigator.onLine && form.dataset.offline) {
    event.preventDefault();
    return say(form, form.dataset.offline);
  }
  form.querySelector("[data-said]")?.remove();
  press(form, event.submitter);
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form[data-sending]");
  if (form) release(form);
});

// A choice that was missing is made: its error goes, the others stay until the form is sent again.
document.addEventListener("change", (event) => {
  const list = event.target;
  if (!list.matches("select[aria-invalid]") || !list.value) return;
  const field = list.closest(".field");
  field.classList.remove("bad");
  field.querySelectorAll(".err").forEach((error) => error.remove());
  list.removeAttribute("aria-invalid");
});
