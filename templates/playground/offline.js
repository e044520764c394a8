// A service worker: what was loaded once is there without a network. With one, the server's answer
// goes before what is kept, so that a new version is never mixed with an old one; only Pyodide at
// another address, whose files never change, is taken from what is kept at once.

const NAME = "nineteen";
const RUNTIME = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

async function fill() {
  const cache = await caches.open(NAME);
  const site = await (await fetch("site.json")).json();
  const urls = ["./", "site.json", ...Object.keys(site.files)];
  if (site.pyodide.includes("://")) {
    const lock = await (await fetch(`${site.pyodide}pyodide-lock.json`)).json();
    urls.push(...[...RUNTIME, lock.packages.numpy.file_name].map((name) => site.pyodide + name));
  }
  await cache.addAll(urls);
}

async function answer(request) {
  const cache = await caches.open(NAME);
  const own = new URL(request.url).origin === self.location.origin;
  const kept = await cache.match(request, { ignoreSearch: true });
  if (!own && kept) return kept;
  try {
    const response = await fetch(request);
    if (own && response.ok) cache.put(request, response.clone());
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
