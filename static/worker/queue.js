// The queue: every form is written down before it is sent, under a key by which the server acts once. What could not be
// sent waits here, in its order, and goes as an ordinary form when the network is back. Photographs go one by one,
// beside the forms, once the product they are for has its number.
const LINE = "queue", HASTE = 12e3, LOAD = 90e3;
const turns = {};
let token = "";

const answers = {
  list: () => all(),
  send: async ({ item }) => run(item.slow, await add(item)),
  hold: async ({ item }) => { await add({ ...item, state: "held" }); },
  drop: ({ n }) => drop(n),
  again: async ({ n }) => { await change(n, { state: "waiting", words: [] }); await runAll(); },
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
  await tell({ changed: true });
  if (registration.sync) await registration.sync.register("hirfa").catch(() => {});
  return { waiting: true };
}

async function send(item, queued) {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), item.slow ? LOAD : HASTE);
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, name === "csrf" && token ? token : value);
  body.append("once", item.key);
  if (item.photo) body.append("photos", item.photo, item.name);
  const headers = queued || item.slow ? { Accept: "application/json", "X-Later": "1" } : { Accept: "application/json" };
  try {
    const answer = await fetch(item.url, { method: "POST", body, headers, signal: stop.signal });
    return { status: answer.status, said: await answer.json() };
  } finally {
    clearTimeout(limit);
  }
}

async function done(item, at, queued) {
  const path = new URL(at, location).pathname;
  for (const each of await all()) {
    if (each.of === item.key) await change(each.n, { of: "", url: path + each.path, state: "waiting" });
  }
  if (item.show && queued) await change(item.n, { state: "done", at });
  else await remove(item.n);
  run(true);
}

// Refused before her eyes, a form is sent once more as a page, with its errors; what hangs on it waits for that.
async function refuse(item, words, seen) {
  if (!seen) return change(item.n, { state: "refused", words });
  for (const each of await all()) {
    if (each.of === item.key) await change(each.n, { of: item.basket ?? "", state: each.photo ? "held" : "dropped" });
  }
  await remove(item.n);
  for (const each of await all()) if (each.state === "dropped") await remove(each.n);
}

async function drop(n) {
  const items = await all();
  const key = items.find((item) => item.n === n)?.key;
  for (const item of items) if (item.n === n || (key && item.of === key)) await remove(item.n);
}

async function add(item) {
  if (item.basket) {
    for (const each of await all()) if (each.state === "held" && each.of === item.basket) await change(each.n, { of: item.key, state: "waiting" });
  }
  const { then, ...first } = { state: "waiting", at: Date.now(), words: [], ...item };
  const n = await put(first);
  if (then) await put({ ...then, of: item.key, state: "waiting", at: Date.now(), words: [] });
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
const written = (mode, work) => line(mode, work).then(async (result) => { await tell({ changed: true }); return result; });
const put = (item) => written("readwrite", (store) => store.put(item));
const remove = (n) => written("readwrite", (store) => store.delete(n));

async function change(n, what) {
  const item = (await all()).find((each) => each.n === n);
  if (item) await put({ ...item, ...what });
}

async function forgetQueue(wanted) {
  for (const item of await all()) if (wanted(item)) await remove(item.n);
}
