// The hand-over list counts as it is ticked; a camera that reads bars (BarcodeDetector) ticks by itself.
const form = document.querySelector("form[data-scan]");
const boxes = [...form.querySelectorAll("[data-code]")];
const counted = form.querySelector("[data-counted]");
const count = () => { counted.textContent = boxes.filter((box) => box.checked).length; };
form.addEventListener("change", count);
addEventListener("pageshow", count);

function tick(text) {
  const code = text.trim().toUpperCase();
  const box = boxes.find((each) => each.dataset.code.toUpperCase().split(" ").includes(code));
  if (!box || box.checked) return;
  box.checked = true;
  navigator.vibrate?.(80);
  count();
}

async function watch(video, detector) {
  if (video.hidden) return;
  for (const found of await detector.detect(video)) tick(found.rawValue);
  setTimeout(() => watch(video, detector), 150);
}

async function start(button, video) {
  if (!video.hidden) {
    for (const track of video.srcObject.getTracks()) track.stop();
    video.hidden = true;
    return;
  }
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.hidden = false;
  await video.play();
  watch(video, new BarcodeDetector({ formats: ["code_128"] }));
}

const button = form.querySelector("[data-camera]");
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener("click", () => start(button, form.querySelector("video")).catch(() => { button.hidden = true; }));
}
