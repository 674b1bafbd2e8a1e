/**
 * The service worker. It keeps one page that is the same for everybody, and the files that page
 * needs (`KEPT` says which, and comes with the worker); never a page about customers. Pages come
 * from the network; where there is none, the kept page shows how to log all the same.
 */

const CACHE = `hearth-${KEPT.version}`;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

async function keepFiles() {
  const cache = await caches.open(CACHE);
  if (await cache.match(KEPT.page)) return;
  await cache.addAll(KEPT.files);
  await cache.add(new Request(KEPT.page, { cache: "no-cache" }));
}

async function dropOld() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(KEPT.page)) ?? Response.error();
  }
}

/** A file whose name says what is in it never changes; any other is asked for first. */
async function file(request) {
  const kept = await caches.match(request);
  if (kept && HASHED.test(new URL(request.url).pathname)) return kept;
  try {
    return await fetch(request);
  } catch {
    return kept ?? Response.error();
  }
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepFiles());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOld(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.files.includes(url.pathname)) event.respondWith(file(request));
});

// Whoever signs in after somebody signed out finds nothing kept: pages ask for it then.
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepFiles().catch(() => {}));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "send-waiting") return;
  event.waitUntil(
    waiting.send().then(({ state }) => {
      // The browser asks again later when this fails.
      if (state === "offline" || state === "failed") throw new Error(`Not sent: ${state}`);
    }),
  );
});
