// The hand-over list counts as it is ticked and says what is missing; a camera that reads bars (BarcodeDetector) ticks by
// itself, and says which parcel belongs elsewhere.
const form = document.querySelector("form[data-scan]");
const boxes = [...form.querySelectorAll("[data-code]")];
const counted = form.querySelector("[data-counted]");
const missing = form.querySelector("[data-missing]");
const strange = form.querySelector("[data-strange]");

function ending(box) {
  const code = document.createElement("span");
  code.className = "num ltr";
  code.dir = "ltr";
  code.textContent = box.dataset.code.split(" ")[0].slice(-4);
  return code;
}

function count() {
  const left = boxes.filter((box) => !box.checked);
  counted.textContent = boxes.length - left.length;
  missing.hidden = !left.length || left.length === boxes.length;
  missing.querySelector("[data-left]").replaceChildren(...left.flatMap((box, at) => [at ? " · " : "", ending(box)]));
}
form.addEventListener("change", count);
addEventListener("pageshow", count);

function tick(text) {
  const code = text.trim().toUpperCase();
  const box = boxes.find((each) => each.dataset.code.toUpperCase().split(" ").includes(code));
  strange.hidden = Boolean(box);
  if (!box) {
    if (strange.querySelector("b").textContent !== code) navigator.vibrate?.([80, 80, 80]);
    strange.querySelector("b").textContent = code;
    return;
  }
  if (box.checked) return;
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
