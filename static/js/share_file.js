// <a href="…pdf?keep=1" data-share-file="…pdf" data-title="…">: the file itself goes into the phone's own sheet
// (WhatsApp, Bluetooth, a printer); where that can't be, the link downloads it.
for (const link of document.querySelectorAll("[data-share-file]")) {
  if (!navigator.canShare) continue;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(link.dataset.shareFile);
      if (!answer.ok) throw new Error(answer.statusText);
      const name = new URL(answer.url).pathname.split("/").pop();
      const file = new File([await answer.blob()], name, { type: "application/pdf" });
      if (!navigator.canShare({ files: [file] })) throw new Error("no files");
      await navigator.share({ files: [file], title: link.dataset.title });
    } catch (refused) {
      if (refused.name !== "AbortError") location.assign(link.href);
    }
  });
}
