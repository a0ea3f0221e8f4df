// Chosen photographs are shown, and shrunk to 1600 px JPEG before the plain form sends them.
// What the browser cannot read (HEIC on most) goes as it is; the server knows how.
const SIDE = 1600;
const QUALITY = 0.82;

async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const ratio = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * ratio);
  canvas.height = Math.round(bitmap.height * ratio);
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#fff"; // a transparent PNG would turn black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || (ratio === 1 && blob.size >= file.size)) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

function preview(shots, file) {
  const image = document.createElement("img");
  image.alt = "";
  image.src = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(image.src);
  image.onerror = () => image.remove();
  shots.append(image);
}

async function prepare(box, field) {
  const said = box.querySelector("[role=status]");
  const shots = box.querySelector(".shots");
  const chosen = [...field.files].slice(0, Number(box.dataset.max));
  const basket = new DataTransfer();
  const unread = [];
  shots.replaceChildren();
  said.textContent = "";
  for (const file of chosen) {
    let small = file;
    try {
      small = await shrink(file);
      preview(shots, small);
    } catch {
      unread.push(box.dataset.unreadable.replace("{name}", file.name));
    }
    basket.items.add(small);
  }
  said.textContent = unread.join(" ");
  field.files = basket.files;
}

for (const box of document.querySelectorAll("[data-photos]")) {
  const field = box.querySelector("input[type=file]");
  let ready = Promise.resolve();
  field.addEventListener("change", () => { ready = prepare(box, field); box.busy = true; ready.finally(() => { box.busy = false; }); });
  field.form?.addEventListener("submit", (event) => {
    if (!box.busy) return;
    event.preventDefault(); // shrinking is quicker than sending what was not shrunk
    const by = event.submitter;
    ready.finally(() => setTimeout(() => field.form.requestSubmit(by)));
  });
}
