// <form data-draft data-kept="Kept">: what is typed is kept on the server a moment later, files apart, so that a cut
// loses nothing. [data-follow=name]: a button for browsers without scripts; here the choice itself sends the form.
const PAUSE = 1200;

function fields(form) {
  const typed = new FormData(form);
  for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
  typed.set("action", "keep");
  return new URLSearchParams(typed);
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const said = form.querySelector("[data-draft-said]");
  let timer = 0;
  let dirty = false;
  let asked = new AbortController();

  const keep = async () => {
    clearTimeout(timer);
    if (!dirty) return;
    dirty = false;
    try {
      const answer = await fetch(location.href, { method: "POST", body: fields(form), keepalive: true, signal: asked.signal });
      if (answer.status !== 204) throw new Error(answer.status);
      said.textContent = form.dataset.kept;
    } catch {
      dirty = true; // tried again with the next letter, or when the network is back
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    said.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => { // what is sent now must not be followed by an older state of it
    dirty = false;
    clearTimeout(timer);
    asked.abort();
    asked = new AbortController();
  });
  addEventListener("online", keep);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });

  for (const box of form.querySelectorAll("[data-follow]")) {
    box.hidden = true;
    form.elements[box.dataset.follow].addEventListener("change", () => form.requestSubmit(box.querySelector("button")));
  }
}
