// The queue: every form is written down before it is sent, under a key by which the server acts once. What could not be
// sent waits here, in its order, and goes as an ordinary form when the network is back. Photographs go one by one,
// beside the forms, once the product they are for has its number.
const LINE = "queue", HASTE = 12e3, LOAD = 90e3, SILENCE = 3e3;
const turns = {};
let token = "";

const answers = {
  list: () => all(),
  send: async ({ item }) => run(item.slow, await add(item)),
  hold: async ({ item }) => { await add({ ...item, state: "held" }); },
  drop: async ({ n }) => {
    const { key } = (await numbered(n)) ?? {};
    await forgetQueue((item) => item.n === n || (key && item.of === key));
  },
  again: async ({ n }) => { await change({ n }, { state: "waiting", words: [] }); await runAll(); },
  replay: async (said) => { token = said.csrf || token; await runAll(); },
  warm: ({ paths }) => warm(paths),
};

addEventListener("message", (event) => {
  const answer = Promise.resolve(answers[event.data.ask]?.(event.data)).catch(() => undefined);
  event.waitUntil(answer.then((said) => event.ports[0]?.postMessage(said)));
});

addEventListener("sync", (event) => event.waitUntil(runAll()));

const runAll = () => forgetOld().then(() => Promise.all([run(false), run(true)]));

// Forms wait for forms, photographs for photographs: one at a time, in their order.
function run(slow, mine) {
  const lane = slow ? "slow" : "quick";
  const turn = (turns[lane] ?? Promise.resolve()).then(() => sendAll(!!slow, mine));
  turns[lane] = turn.catch(() => {});
  return turn;
}

async function sendAll(slow, mine) {
  for (;;) {
    const item = (await all()).find((each) => each.state === "waiting" && each.url && !!each.slow === slow);
    if (!item) return { waiting: true };
    await tell({ sending: item.n });
    const { status = 0, said } = await send(item, item.n !== mine).catch(() => ({}));
    if (!status || status >= 500 || status === 429 || status === 403) return later();
    const refused = status >= 400 || said.refused?.length;
    if (refused) await refuse(item, said.refused ?? [], item.n === mine && !slow);
    else await done(item, said.at, item.n !== mine);
    if (item.n === mine) return refused ? { refused: said.refused ?? [] } : { at: said.at };
  }
}

async function later() {
  await tell({ sending: 0 });
  if (registration.sync) await registration.sync.register("hirfa").catch(() => {});
  return { waiting: true };
}

async function send(item, queued) {
  const fields = item.fields.map(([name, value]) => [name, name === "csrf" && token ? token : value]);
  fields.push(["once", item.key]);
  if (item.photo) fields.push(["photos", item.photo, item.name]);
  const headers = { Accept: "application/json" };
  if (queued || item.slow) headers["X-Later"] = Math.round((Date.now() - item.at) / 1000);
  return (item.photo && await carried(item.n, { url: item.url, fields, headers })) || post(item, fields, headers);
}

async function post(item, fields, headers) {
  const stop = new AbortController(), body = new FormData();
  for (const field of fields) body.append(...field);
  const limit = setTimeout(() => stop.abort(), item.slow ? LOAD : HASTE);
  try {
    const answer = await fetch(item.url, { method: "POST", body, headers, signal: stop.signal });
    return { status: answer.status, said: await answer.json() };
  } finally {
    clearTimeout(limit);
  }
}

// Only a page hears how far a photograph has come: the one in her hand carries it. Where it leaves or falls silent, the
// photograph goes from here, under the same key.
async function carried(n, form) {
  const page = (await clients.matchAll({ type: "window" })).find((each) => each.visibilityState === "visible");
  if (!page) return;
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    let silence;
    const end = (answer) => { clearTimeout(silence); port1.close(); done(answer); };
    const wait = () => { clearTimeout(silence); silence = setTimeout(end, SILENCE); };
    port1.onmessage = ({ data }) => {
      if ("percent" in data) { wait(); tell({ sending: n, percent: data.percent }); }
      else end(data.answer);
    };
    wait();
    page.postMessage({ carry: form }, [port2]);
  });
}

async function done(item, at, queued) {
  const path = new URL(at, location).pathname;
  for (const each of await hanging(item.key)) await change(each, { of: "", url: path + each.path, state: "waiting" });
  if (item.show && queued) await change(item, { state: "done", at });
  else await remove(item.n);
  if (queued) run(true); // otherwise the page that she is led to asks for it, and tells how far it has come
}

// Refused before her eyes, a form is sent once more as a page, with its errors; its photographs wait for that.
async function refuse(item, words, seen) {
  if (!seen) return change(item, { state: "refused", words });
  for (const each of await hanging(item.key)) {
    await (each.photo ? change(each, { of: item.basket ?? "", state: "held" }) : remove(each.n));
  }
  await remove(item.n);
}

async function add({ then, ...item }) {
  if (item.basket) for (const each of await hanging(item.basket)) await change(each, { of: item.key, state: "waiting" });
  const fresh = { state: "waiting", at: Date.now(), words: [] };
  const n = await put({ ...fresh, ...item });
  if (then) await put({ ...fresh, ...then, of: item.key });
  return n;
}

async function tell(news) {
  for (const page of await clients.matchAll()) page.postMessage(news);
}

function line(mode, work) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open("hirfa", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(LINE, { keyPath: "n", autoIncrement: true });
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const unit = opening.result.transaction(LINE, mode);
      const asked = work(unit.objectStore(LINE));
      unit.oncomplete = () => { opening.result.close(); done(asked.result); };
      unit.onabort = unit.onerror = () => { opening.result.close(); failed(unit.error); };
    };
  });
}

const all = () => line("readonly", (store) => store.getAll());
const numbered = (n) => line("readonly", (store) => store.get(n));
const hanging = async (key) => (await all()).filter((each) => each.of === key);
const written = (work) => line("readwrite", work).then(async (result) => { await tell({ changed: true }); return result; });
const put = (item) => written((store) => store.put(item));
const remove = (n) => written((store) => store.delete(n));

// What was taken back meanwhile stays away.
async function change(item, what) {
  const now = await numbered(item.n);
  if (now) await put({ ...now, ...what });
}

async function forgetQueue(wanted) {
  for (const item of await all()) if (wanted(item)) await remove(item.n);
}
