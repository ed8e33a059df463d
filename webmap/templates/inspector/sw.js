// Keeps the app's own parts; what people enter is kept by the pages, not here.
const CACHE = "inspector-{{ version }}";
const PHOTOS = "task-photos"; // small photos of the own tasks, put there by the page
const SHELL_MS = 3_000, PATIENCE_MS = 20_000;
const PARTS = {{ parts|safe }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PARTS.map((path) => new Request(path, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("inspector-") && name !== CACHE).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/inspector/api/")) return;
  if (event.request.mode === "navigate" && url.pathname.startsWith("/inspector/")) {
    event.respondWith(shell(event));
  } else if (url.pathname.startsWith("/grid/photos/")) {
    event.respondWith(caches.match(event.request, { cacheName: PHOTOS, ignoreVary: true }).then((kept) => kept || fetch(event.request, { signal: patience() })));
  } else if (PARTS.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept || fetch(event.request)));
  }
});

function patience() {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), PATIENCE_MS);
  return stop.signal;
}

// The server's shell, if it comes soon; a signal that carries nothing is no signal.
async function shell(event) {
  const asked = fetch(event.request, { signal: patience() }).then(keepShell);
  event.waitUntil(asked.catch(() => {}));
  const kept = await caches.match("/inspector/");
  if (!kept) return asked;
  const late = new Promise((resolve) => { setTimeout(resolve, SHELL_MS, kept); });
  return Promise.race([asked.catch(() => kept), late]);
}

// The last shell that was seen is the one kept: it speaks the language that was chosen since.
async function keepShell(answer) {
  if (answer.ok && new URL(answer.url).pathname === "/inspector/") await caches.open(CACHE).then((cache) => cache.put("/inspector/", answer.clone()));
  return answer;
}

// Where the browser has Background Sync it wakes the pages; where not, they wake themselves.
self.addEventListener("sync", (event) => {
  event.waitUntil(self.clients.matchAll().then((pages) => pages.forEach((page) => page.postMessage("flush"))));
});
