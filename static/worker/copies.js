// The studio's copies: Today, orders, the hand-over and product forms open without a network, with the time of the copy.
// Only pages that say whose they are (X-Person) are kept, for one person, for seven days, until she signs out.
const COPIES = "hirfa-copies", SHELL = "hirfa-shell", PERSON = "/studio/-person";
const WEEK = 7 * 24 * 3600e3, PATIENCE = 3000;
const HERS = /^\/studio\/[^/.]+\/(?:orders(?:\/[0-9A-Z]{7,10})?|hand-over|products(?:\/new)?)?$/;
const TODAY = /\/studio\/[^/]+\/$/;
const OF_NO_WEIGHT = new Set(["step", "done", "carrier"]);
let era = 0; // ends when the copies are erased: what was asked before is not kept afterwards

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(SHELL).then((shell) => Promise.all(HIRFA.shell.map((path) => keepShell(shell, path)))));
});

addEventListener("activate", (event) => event.waitUntil(Promise.all([clients.claim(), forgetOld()])));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/studio/sign-out") event.respondWith(signOut(request, url));
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fromShell(event, request));
  else if (request.mode === "navigate") event.respondWith(open(event, request, url));
});

function stamped(answer, body) {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "set-cookie"]) headers.delete(name);
  headers.set("X-Kept", Date.now());
  return new Response(body, { headers });
}

const age = (kept) => Date.now() - Number(kept.headers.get("X-Kept"));

async function keepShell(shell, request) {
  const answer = await fetch(request);
  if (answer.ok) await shell.put(request, stamped(answer, await answer.clone().blob()));
  return answer;
}

async function fromShell(event, request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  if (!kept) return keepShell(shell, request);
  if (age(kept) > WEEK / 2) event.waitUntil(keepShell(shell, request).catch(() => {})); // what is in use stays
  return kept;
}

function keyOf(url) {
  if (!HERS.test(url.pathname) || [...url.searchParams.keys()].some((name) => !OF_NO_WEIGHT.has(name))) return null;
  const step = url.searchParams.get("step");
  return url.pathname + (step ? `?step=${step}` : "");
}

async function open(event, request, url) {
  const key = keyOf(url);
  const kept = key && await copyOf(key);
  const then = era;
  const asked = fetch(request).then(async (answer) => {
    if (await learn(key, url, answer, then)) event.waitUntil(keep(key, answer.clone()));
    return answer;
  });
  event.waitUntil(asked.catch(() => {}));
  const waited = kept ? new Promise((_done, late) => { setTimeout(late, PATIENCE); }) : asked;
  try {
    return await Promise.race([asked, waited]);
  } catch {
    return kept ? shown(kept) : elsewhere(url);
  }
}

// Whose page is it? True when it is to be kept.
async function learn(key, url, answer, then) {
  if (url.pathname === "/studio/sign-in") await forget(url.searchParams.has("next")); // her session is over
  const person = then === era && answer.ok && answer.headers.get("X-Person");
  const shell = await caches.open(SHELL);
  if (person && person !== await (await shell.match(PERSON))?.text()) { // the first one here, or another one
    await forget(true);
    await shell.put(PERSON, new Response(person));
  }
  if (key && (answer.status === 403 || answer.status === 404)) await (await caches.open(COPIES)).delete(key);
  return person && key;
}

async function keep(key, answer) {
  const lang = answer.headers.get("Content-Language") ?? "fr", then = era;
  const copies = await caches.open(COPIES), copy = stamped(answer, await answer.text());
  if (then !== era) return;
  await copies.put(key, copy);
  const shell = await caches.open(SHELL);
  if (await shell.match(`/studio/offline-${lang}.html`)) return;
  const others = (await shell.keys()).filter((each) => each.url.endsWith(".html"));
  await keepShell(shell, `/studio/offline-${lang}.html`);
  for (const old of others) await shell.delete(old);
}

async function copyOf(key) {
  const kept = await caches.match(key, { cacheName: COPIES });
  return kept && age(kept) < WEEK ? kept : undefined;
}

async function shown(kept) {
  const page = (await kept.text()).replace("<html ", `<html data-kept="${kept.headers.get("X-Kept")}" `);
  return new Response(page, { headers: kept.headers });
}

async function elsewhere(url) {
  const home = url.pathname === "/studio/" && (await (await caches.open(COPIES)).keys()).find((each) => TODAY.test(each.url));
  if (home) return Response.redirect(home.url);
  const page = (await (await caches.open(SHELL)).keys()).find((each) => each.url.endsWith(".html"));
  return (page && await caches.match(page, { cacheName: SHELL })) || Response.error();
}

async function signOut(request, url) {
  await Promise.race([runAll(), new Promise((late) => { setTimeout(late, LOAD); })]); // what waits is still hers
  const answer = await fetch(request).catch(() => null);
  if (answer) await forget(true);
  return answer ?? elsewhere(url);
}

// What was not sent yet goes too, but for a mere visit to the sign-in page.
async function forget(everything) {
  era += 1;
  await caches.delete(COPIES);
  if (everything) await forgetQueue(() => true);
}

async function forgetOld() {
  for (const name of [COPIES, SHELL]) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) {
      if (!key.url.endsWith(PERSON) && age(await cache.match(key)) > WEEK) await cache.delete(key);
    }
  }
  await forgetQueue((item) => Date.now() - item.at > WEEK);
}

// Order pages that Today leads to are fetched while there is a network, one after the other, the newest day's only.
async function warm(paths) {
  for (const path of paths) {
    const url = new URL(path, location), key = keyOf(url);
    const kept = key && await copyOf(key);
    if (!key || (kept && age(kept) < 3600e3)) continue;
    const then = era, answer = await fetch(path, { redirect: "error" }).catch(() => null);
    if (!answer?.ok || !await learn(key, url, answer, then)) return;
    await keep(key, answer);
  }
}
