/* Service worker of forms that are kept on the device: the form pages that were asked for, and what they need, open without a network.
   Its scope is one form, or one list of forms; no other page of this server passes through it. */
"use strict";
var STORE = "kept-pages-1";
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (e) { e.waitUntil(self.clients.claim()); });
function put(url, answer) { return caches.open(STORE).then(function (store) { return store.put(url, answer); }); }
function keep(url) {
  return fetch(url, { credentials: "same-origin" }).then(function (answer) {
    return answer.ok && !answer.redirected ? put(new URL(url, self.location.href).pathname, answer).then(function () { return 1; }) : 0;
  }).catch(function () { return 0; /* no network: what is kept stays */ });
}
self.addEventListener("message", function (e) {
  var said = e.data || {};
  if (said.type === "keep") e.waitUntil(Promise.all(said.urls.map(keep)).then(function (all) { if (e.source) e.source.postMessage({ type: "kept-pages", count: all.reduce(function (a, b) { return a + b; }, 0) }); }));
});
self.addEventListener("fetch", function (e) {
  var url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (e.request.mode !== "navigate" && !/^\/static\//.test(url.pathname)) return;
  e.respondWith(fetch(e.request).then(function (answer) {
    if (answer.ok && !answer.redirected && answer.type === "basic") e.waitUntil(put(url.pathname, answer.clone()));
    return answer;
  }).catch(function () { return caches.match(url.pathname).then(function (found) { return found || Response.error(); }); }));
});
