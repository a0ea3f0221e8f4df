// Where no camera reads bars by itself, a photo of the labels is made small enough for 3G and sent as soon as it is taken.
import { shrink } from "./shrink.js";

const MOST = 145_000; // bytes: with the other fields, 150 kB
const box = document.querySelector("[data-photo]");
const field = box.querySelector("input");
const button = box.querySelector("button");
const camera = document.querySelector("[data-camera]");

function offer() {
  box.hidden = !camera.hidden && !box.matches(".bad"); // scan.js hides its button when the camera is refused
}

new MutationObserver(offer).observe(camera, { attributes: true });
offer();

field.addEventListener("change", async () => {
  if (!field.files.length) return;
  const basket = new DataTransfer();
  basket.items.add(await shrink(field.files[0], MOST).catch(() => field.files[0]));
  field.files = basket.files;
  field.form.requestSubmit(button);
});
