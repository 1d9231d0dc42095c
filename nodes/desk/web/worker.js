// Keeps the page for when the node is out of reach. Needs TLS or localhost; without it the open page still queues.
"use strict";
const KEPT = "desk-3";
const FILES = ["/desk.css", "/words.js", "/kept.js", "/forms.js", "/desk.js", "/icon.svg", "/manifest.json"];
const HEADERS = ["Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"];
const WAIT_MS = 4000; // a network that says nothing is not waited for where something is kept

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(KEPT)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const others = caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))));
  event.waitUntil(others.then(() => self.clients.claim()));
});

// The page says from when it is, so that its ages go on from there.
async function keepPage() {
  const answer = await fetch("/", { credentials: "same-origin", cache: "no-store" });
  const cache = await caches.open(KEPT);
  if (answer.redirected) {
    // nobody is signed in
    await cache.delete("/");
    return;
  }
  if (!answer.ok) return;
  const headers = new Headers();
  HEADERS.forEach((name) => {
    if (answer.headers.get(name)) headers.set(name, answer.headers.get(name));
  });
  const text = await answer.text();
  await cache.put(
    "/",
    new Response(text.replace("<html ", '<html data-kept="' + Date.now() + '" '), { headers: headers }),
  );
}

self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepPage().catch(() => undefined));
  if (event.data === "forget") event.waitUntil(caches.open(KEPT).then((cache) => cache.delete("/")));
});

function late(ms) {
  return new Promise((resolve, reject) => setTimeout(() => reject(new Error("no answer")), ms));
}

// The network first: what is kept is only for when there is none, or a node that does not answer behind it.
async function answerOf(request, name) {
  const kept = await caches.match(name);
  try {
    const answer = await (kept ? Promise.race([fetch(request), late(WAIT_MS)]) : fetch(request));
    if (kept && answer.status >= 500) return kept;
    if (name !== "/" && answer.ok) {
      const cache = await caches.open(KEPT);
      await cache.put(name, answer.clone());
    }
    return answer;
  } catch (error) {
    return kept || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const path = new URL(request.url).pathname;
  const isPage = path === "/" && request.mode === "navigate";
  if (request.method !== "GET" || (!isPage && FILES.indexOf(path) < 0)) return;
  event.respondWith(answerOf(request, isPage ? "/" : path));
});
