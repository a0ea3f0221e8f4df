// A signature drawn with a finger, a pen or a mouse: it travels as a PNG in a hidden field, only when something was drawn.
const form = document.querySelector("form[data-sign]");
const pad = form.querySelector("canvas");
const ink = pad.getContext("2d");
let last = null;
let drawn = false;

function erase() {
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, pad.width, pad.height);
  drawn = false;
}

function place(event) {
  const box = pad.getBoundingClientRect();
  return [((event.clientX - box.left) * pad.width) / box.width, ((event.clientY - box.top) * pad.height) / box.height];
}

function draw(event) {
  if (!last) return;
  const next = place(event);
  ink.beginPath();
  ink.moveTo(...last);
  ink.lineTo(...next);
  ink.stroke();
  last = next;
  drawn = true;
}

pad.addEventListener("pointerdown", (event) => {
  pad.setPointerCapture(event.pointerId);
  last = place(event);
});
pad.addEventListener("pointermove", draw);
for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { last = null; });
form.querySelector("[data-erase]").addEventListener("click", erase);
form.addEventListener("submit", (event) => {
  form.elements.drawn.value = drawn && event.submitter?.value === "screen" ? pad.toDataURL("image/png") : "";
});

form.querySelector("[data-pad]").hidden = false;
ink.lineWidth = 5;
ink.lineCap = ink.lineJoin = "round";
ink.strokeStyle = "#000";
erase();
