/* Service worker of the field cards: keeps visited cards and what they need, so that they open without a network. Only below /supervision/. */
"use strict";
var STORE = "supervision-1";
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (e) { e.waitUntil(self.clients.claim()); });
function keep(url) {
  return caches.open(STORE).then(function (store) {
    return fetch(url, { credentials: "same-origin" }).then(function (answer) {
      if (answer.ok && !answer.redirected) return store.put(url, answer);
    }).catch(function () { /* no network: what is kept stays */ });
  });
}
self.addEventListener("message", function (e) {
  var said = e.data || {};
  if (said.type === "keep") e.waitUntil(Promise.all(said.urls.map(keep)).then(function () { if (e.source) e.source.postMessage({ type: "kept", count: said.urls.length }); }));
  if (said.type === "forget") e.waitUntil(caches.delete(STORE));
});
self.addEventListener("fetch", function (e) {
  var url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (e.request.mode === "navigate" && /^\/supervision\/visits/.test(url.pathname)) {
    e.respondWith(fetch(e.request).then(function (answer) {
      var copy = answer.clone();
      if (answer.ok && !answer.redirected) e.waitUntil(caches.open(STORE).then(function (store) { return store.put(url.pathname, copy); }));
      return answer;
    }).catch(function () { return caches.match(url.pathname).then(function (found) { return found || Response.error(); }); }));
  } else if (/^\/static\//.test(url.pathname)) {
    e.respondWith(fetch(e.request).then(function (answer) {
      var copy = answer.clone();
      if (answer.ok) e.waitUntil(caches.open(STORE).then(function (store) { return store.put(url.pathname, copy); }));
      return answer;
    }).catch(function () { return caches.match(url.pathname).then(function (found) { return found || Response.error(); }); }));
  }
});
