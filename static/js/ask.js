// One question to the studio's worker, and its answer; undefined where there is no worker or it stays silent.
export const worker = () => navigator.serviceWorker?.controller;

export function ask(question, patience = 15000) {
  return new Promise((answer) => {
    if (!worker()) return answer();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => answer(event.data);
    setTimeout(answer, patience);
    worker().postMessage(question, [port2]);
  });
}

export const newKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
