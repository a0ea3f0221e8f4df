// A photograph is carried by the page in her hand: only a page hears how far it has come. It says so twice a second,
// which also says that it is still there; where it leaves, the worker sends the photograph itself (worker/queue.js).
const LOAD = 90e3;

export function carry({ url, fields, headers }, port) {
  const asked = new XMLHttpRequest(), body = new FormData();
  let percent = 0;
  const beat = setInterval(() => port.postMessage({ percent }), 500);
  const end = (answer) => {
    clearInterval(beat);
    removeEventListener("pagehide", leave);
    port.postMessage({ answer });
  };
  const leave = () => end(null);
  addEventListener("pagehide", leave);
  for (const field of fields) body.append(...field);
  asked.upload.onprogress = ({ loaded, total }) => { percent = Math.floor((100 * loaded) / total); };
  asked.onloadend = () => end({ status: asked.status, said: asked.response });
  asked.open("POST", url);
  for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
  asked.responseType = "json";
  asked.timeout = LOAD;
  asked.send(body);
}

export function bar(item) {
  const made = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  made.dataset.n = item.n;
  made.setAttribute("aria-label", item.label);
  return made;
}

export function come(n, percent) {
  for (const each of document.querySelectorAll(`progress[data-n="${n}"]`)) each.value = percent;
}
