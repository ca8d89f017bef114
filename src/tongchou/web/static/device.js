/* What pages share that work without a network: ids, the device's own store, pictures made small, and sending to this server. Nothing inline, no library. */
window.tongchouDevice = (function () {
  "use strict";
  var english = document.documentElement.lang === "en";
  function tr(zh, en) { return english ? en : zh; }
  function meta(n) { var m = document.querySelector('meta[name="' + n + '"]'); return m ? m.content : ""; }
  function make(tag, name, words) { var e = document.createElement(tag); if (name) e.className = name; if (words) e.textContent = words; return e; }
  function newId() {
    var b = new Uint8Array(16); crypto.getRandomValues(b);
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    return Array.prototype.map.call(b, function (n) { return (n + 256).toString(16).slice(1); }).join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  function csrf() { var m = /(?:^|; )(?:__Host-)?csrf=([^;]+)/.exec(document.cookie); return m ? m[1] : meta("csrf-token"); }
  function post(url, id, body, more) {   // status 0: no network. said is {} where the answer is no JSON
    var headers = Object.assign({ "X-CSRFToken": csrf(), "Idempotency-Key": id, "Accept-Language": english ? "en" : "zh" }, more || {});
    return fetch(url, { method: "POST", body: body, headers: headers, credentials: "same-origin" }).then(function (r) {
      return r.json().then(function (said) { return { status: r.status, said: said, json: true }; }, function () { return { status: r.status, said: {}, json: false }; });
    }, function () { return { status: 0, said: {}, json: false }; });
  }
  function act(verb, id, payload) { return post("/api/v1/acts/" + verb, id, JSON.stringify(payload), { "Content-Type": "application/json" }); }
  function shrink(file) {   // 1600 px are enough to see a fault, and go through a bad network
    function plain() { var ext = /png$/.test(file.type) ? "png" : /webp$/.test(file.type) ? "webp" : "jpg"; return { id: newId(), blob: file, name: "photo." + ext, type: file.type || "image/jpeg" }; }
    if (!window.createImageBitmap) return Promise.resolve(plain());
    return createImageBitmap(file).then(function (b) {
      var k = Math.min(1, 1600 / Math.max(b.width, b.height)), c = make("canvas"); c.width = Math.max(1, Math.round(b.width * k)); c.height = Math.max(1, Math.round(b.height * k));
      c.getContext("2d").drawImage(b, 0, 0, c.width, c.height);
      return new Promise(function (yes) { c.toBlob(function (blob) { yes(blob ? { id: newId(), blob: blob, name: "photo.jpg", type: "image/jpeg" } : plain()); }, "image/jpeg", 0.8); });
    }).catch(plain);
  }
  function base(name, build) {   // store(table, mode, work) of an IndexedDB of this name
    var opening = new Promise(function (yes, no) {
      var ask = indexedDB.open(name, 1);
      ask.onupgradeneeded = function () { build(ask.result); };
      ask.onsuccess = function () { yes(ask.result); };
      ask.onerror = function () { no(ask.error); };
    });
    return function (table, mode, work) {
      return opening.then(function (db) {
        return new Promise(function (yes, no) {
          var t = db.transaction(table, mode), ask = work(t.objectStore(table)), out;
          if (ask) ask.onsuccess = function () { out = ask.result; };
          t.oncomplete = function () { yes(out); };
          t.onabort = t.onerror = function () { no(t.error); };
        });
      });
    };
  }
  return { english: english, tr: tr, meta: meta, make: make, newId: newId, csrf: csrf, post: post, act: act, shrink: shrink, base: base };
})();
