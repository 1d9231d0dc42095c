// Keeps the page for when the node is out of reach. Needs TLS or localhost; without it the open page still queues.
"use strict";
const KEPT = "desk-1";
const FILES = ["/desk.css", "/desk.js", "/icon.svg", "/manifest.json"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

// The network first: what is kept is only for when there is none.
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isPage = url.pathname === "/" && event.request.mode === "navigate";
  if (event.request.method !== "GET" || (!isPage && FILES.indexOf(url.pathname) < 0)) return;
  event.respondWith(
    fetch(event.request)
      .then((answer) => {
        if (answer.ok && !answer.redirected) {
          const copy = answer.clone();
          caches.open(KEPT).then((cache) => cache.put(isPage ? "/" : event.request, copy));
        }
        return answer;
      })
      .catch(() => caches.match(isPage ? "/" : event.request).then((kept) => kept || Response.error()))
  );
});
