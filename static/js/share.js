// <a href="https://wa.me/…" data-share="address" data-title="…">: the phone's own sheet when it has one, else the link.
for (const link of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await navigator.share({ title: link.dataset.title, url: link.dataset.share });
    } catch (refused) {
      if (refused.name !== "AbortError") location.assign(link.href);
    }
  });
}
