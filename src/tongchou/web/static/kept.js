/* Forms that are filled in where the network is bad (<form data-kept>). What is typed and the photos are kept on the device at once; what is sent
   goes up under the form's own id, now or when the network is back: what is sent twice is done once. Without this script the form is an ordinary one.
   The form's page itself opens without a network once it was seen, and so do those that a page links to with data-keep-page.
   [data-kept-net] on a page shows what waits, and a page with it sends what waits. A <form data-kept-act> on such a page (a button that says what
   happened) waits in the same row. Each goes up with the time at which it was sent off here. Other scripts: window.tongchouKept, event tongchou:kept. */
(function () {
  "use strict";
  var d = window.tongchouDevice, tr = d.tr, make = d.make, me = d.meta("tongchou-account");
  var form = document.querySelector("form[data-kept]"), net = document.querySelector("[data-kept-net]"), key = me + " " + location.pathname;
  var store = d.base("kept", function (db) { db.createObjectStore("queue", { keyPath: "id" }); db.createObjectStore("drafts"); });
  var photos = [], left = false, held = "";   // held: the id of what this page has put into the queue and not yet heard of
  var taking = Promise.resolve();   // photos that are being made small
  function own() { return store("queue", "readonly", function (s) { return s.getAll(); }).then(function (all) { return all.filter(function (e) { return e.account === me; }).sort(function (a, b) { return a.at - b.at; }); }); }
  function put(e) { return store("queue", "readwrite", function (s) { return s.put(e); }); }
  function drop(id) { return store("queue", "readwrite", function (s) { return s.delete(id); }); }
  function draft(value) { return store("drafts", "readwrite", function (s) { return value ? s.put(value, value.key || key) : s.delete(key); }); }
  function button(words, work) { var b = make("button", "btn btn-sm", words); b.type = "button"; b.onclick = work; return b; }

  /* ---- the state line ---- */
  var notice = null;   // {words, bad, more}: stays until the form is sent again
  function tell(words, bad, more) { notice = words ? { words: words, bad: bad, more: more } : null; return show(); }
  function show() {
    if (!net) return Promise.resolve();
    return own().then(function (all) {
      var wrong = all.filter(function (e) { return e.why; }), waiting = all.length - wrong.length;
      net.textContent = "";
      net.dataset.waiting = String(waiting);
      document.dispatchEvent(new CustomEvent("tongchou:kept"));
      if (notice) { net.appendChild(make("p", notice.bad ? "tc-error" : "", notice.words)); if (notice.more) net.appendChild(notice.more); }
      if (waiting) net.appendChild(make("p", "", tr(waiting + " 份存在本机，联网后自动上传，不会重复登记。", waiting + " kept on this device: sent when the network is back, recorded once.")));
      wrong.forEach(function (e) {
        var line = make("p");
        line.appendChild(make("span", "tc-error", e.label + tr("：", ": ") + e.why + " "));
        line.appendChild(button(tr("打开修改", "Open and mend"), function () {
          draft({ key: me + " " + e.url, fields: e.fields, photos: e.photos }).then(function () { return drop(e.id); }).then(function () { location.href = e.url; });
        }));
        line.appendChild(button(tr("删除", "Remove"), function () { drop(e.id).then(function () { show(); }); }));
        net.appendChild(line);
      });
    });
  }

  /* ---- sending ---- */
  function body(e) {
    var out = new FormData();
    e.fields.forEach(function (f) { out.append(f[0], f[1]); });
    e.photos.forEach(function (p) { out.append(p.field, new File([p.blob], p.name, { type: p.type })); });
    return out;
  }
  function timed(e) {   // when it was sent off, by the server's clock: worked out once, so that it is the same however often it goes up
    if (e.taken) return Promise.resolve();
    return fetch("/kept-worker.js", { cache: "no-store", credentials: "same-origin" }).then(function (r) {
      var there = Date.parse(r.headers.get("Date"));
      e.taken = new Date((isNaN(there) ? Date.now() : there) - Math.max(0, Date.now() - e.at)).toISOString();
      return put(e);
    }, function () { /* no network: sending says so */ });
  }
  var busy = null;
  function send() { if (!busy) busy = run().then(function () { busy = null; }, function () { busy = null; }); return busy; }
  function run() {
    return own().then(function (all) {
      var e = all.filter(function (x) { return !x.why; })[0];
      if (!e) return show();
      return timed(e).then(function () { return d.post(e.url, e.id, body(e), { "X-Kept": "1", "X-Kept-At": e.taken || "" }); }).then(function (answer) {
        var here = form && form.dataset.sending === e.id;
        if (answer.json && answer.status === 200) return drop(e.id).then(function () { if (here) { left = true; location.href = answer.said.next; } else { return show().then(run); } });
        if (answer.json && answer.status >= 400 && answer.status < 500 && answer.status !== 429 && answer.status !== 401) {
          if (here) return drop(e.id).then(function () { return refused(answer.said); });
          e.why = answer.said.detail;
          return put(e).then(function () { return show(); }).then(run);
        }
        if (held && form.dataset.sending === held) gone(answer.status !== 0 && answer.status < 500 && answer.status !== 429);   // it waits behind another one that did not go: the form is free all the same
        else show();
      });
    });
  }
  function refused(said) {
    release();
    var field = said.field && form.elements[said.field];
    if (field && field.closest && field.closest("details")) field.closest("details").open = true;
    save();
    return tell(said.detail, true).then(function () { net.scrollIntoView({ block: "center" }); if (field && field.focus) field.focus({ preventScroll: true }); });
  }
  function release() { held = ""; delete form.dataset.sending; form.elements.client_id.value = d.newId(); lock(false); }
  function lock(on) { Array.prototype.forEach.call(form.querySelectorAll("button"), function (b) { b.disabled = on; }); }
  function gone(session) {   // kept; the form is free for the next one
    release(); form.reset(); photos = []; pictures();
    var link = session ? make("a", "btn btn-sm", tr("去登录", "Sign in")) : null;
    if (link) link.href = d.meta("tongchou-sign-in") + "?next=" + encodeURIComponent(location.pathname);
    tell(session ? tr("登录已过期。已存本机，登录后自动上传。", "Signed out. It is kept on this device and goes up once you sign in.") : tr("没有网络，已存本机。可以继续登记下一份。", "No network: it is kept on this device. You may go on with the next."), false, link)
      .then(function () { net.scrollIntoView({ block: "center" }); });
  }

  /* ---- the form ---- */
  function label() {
    var title = document.querySelector("h1"), first = form.querySelector("input:not([type=hidden]):not([type=file]), select"), chosen = first && first.selectedOptions;
    return (title ? title.textContent.trim() : "") + (first ? " " + (chosen && chosen.length ? chosen[0].textContent.trim() : first.value) : "");
  }
  function typed(form) {
    var out = [];
    Array.prototype.forEach.call(form.elements, function (f) {
      if (!f.name || f.name === "csrfmiddlewaretoken" || f.type === "file" || f.tagName === "BUTTON" || (/checkbox|radio/.test(f.type) && !f.checked)) return;
      out.push([f.name, f.value]);
    });
    return out;
  }
  function save() { if (!left && !form.dataset.sending) draft({ fields: typed(form), photos: photos }); }
  function restore(kept) {
    kept.fields.forEach(function (pair) {
      Array.prototype.forEach.call(form.querySelectorAll("[name='" + pair[0] + "']"), function (f) {
        if (f.type === "hidden") return;
        if (/checkbox|radio/.test(f.type)) f.checked = f.checked || f.value === pair[1];
        else f.value = pair[1];
      });
    });
    form.querySelectorAll("details.tc-fold").forEach(function (box) {
      box.open = box.open || Array.prototype.some.call(box.querySelectorAll("input, select, textarea"), function (f) { return f.value; });
    });
    photos = kept.photos || [];
    pictures();
    tell(tr("已恢复上次没有提交的内容。", "What you had not sent is here again."), false, button(tr("清除重填", "Start anew"), function () { left = true; draft(null).then(function () { location.reload(); }); }));
  }
  function pictures() {
    Array.prototype.forEach.call(form.querySelectorAll("[data-upload]"), function (box) {
      var list = box.querySelector(".tc-upload-list"), name = box.querySelector("input[type=file]").name;
      list.textContent = "";
      photos.filter(function (p) { return p.field === name; }).forEach(function (p) {
        var line = make("li"), i = new Image();
        i.alt = tr("照片", "photo"); i.src = URL.createObjectURL(p.blob); line.appendChild(i);
        line.appendChild(make("span", "", Math.max(1, Math.round(p.blob.size / 1024)) + " KB"));
        line.appendChild(button(tr("去掉", "Remove"), function () { photos = photos.filter(function (x) { return x !== p; }); pictures(); save(); }));
        list.appendChild(line);
      });
    });
  }
  function take(input) {
    var files = Array.prototype.slice.call(input.files);
    input.value = "";
    taking = Promise.all([taking].concat(files.map(d.shrink))).then(function (all) {
      var made = all.slice(1);
      made.forEach(function (p) { p.field = input.name; photos.push(p); });
      pictures(); save();
    });
  }
  function fresh() {   // a page that was kept comes with the form's id and time of then: what is filled in now is another form
    var served = Date.parse(d.meta("tongchou-now"));
    form.elements.client_id.value = d.newId();
    if (isNaN(served) || Date.now() - served < 120000) return;
    Array.prototype.forEach.call(form.querySelectorAll("input[type=datetime-local]"), function (f) {
      if (f.value && f.value === f.defaultValue) { var t = new Date(); f.value = new Date(t.getTime() - t.getTimezoneOffset() * 60000).toISOString().slice(0, 16); }
    });
  }

  /* ---- pages that open without a network: this form, and those that a page links to with data-keep-page="SCOPE" ---- */
  function assets() {
    var out = [];
    document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]").forEach(function (e) { out.push(new URL(e.src || e.href).pathname); });
    document.querySelectorAll("svg use").forEach(function (u) { out.push(new URL(u.getAttribute("href") || u.getAttribute("xlink:href"), location.href).pathname); });
    return out;
  }
  function keepPages() {
    if (!("serviceWorker" in navigator) || !window.isSecureContext || !navigator.onLine) return;
    var wanted = {};
    if (form) wanted[form.dataset.keepScope || location.pathname] = [location.pathname];
    document.querySelectorAll("a[data-keep-page]").forEach(function (a) {
      var scope = a.dataset.keepPage || a.pathname;
      (wanted[scope] = wanted[scope] || []).push(a.pathname);
    });
    navigator.serviceWorker.addEventListener("message", function (e) { if (net && e.data && e.data.type === "kept-pages") net.dataset.kept = String(e.data.count); });
    Object.keys(wanted).forEach(function (scope) {
      navigator.serviceWorker.register("/kept-worker.js", { scope: scope }).then(function (r) {
        var worker = r.active || r.waiting || r.installing, urls = wanted[scope].concat(assets()).filter(function (u, n, all) { return all.indexOf(u) === n; });
        function tell() { worker.postMessage({ type: "keep", urls: urls }); }
        if (worker.state === "activated") tell(); else worker.addEventListener("statechange", function () { if (worker.state === "activated") tell(); });
      }).catch(function () { /* it is an ordinary page then */ });
    });
  }

  if (form) {
    var saving = null;
    form.addEventListener("input", function (e) { if (e.target.type !== "file") { clearTimeout(saving); saving = setTimeout(saveNow, 300); } });
    function saveNow() { clearTimeout(saving); saving = null; save(); }
    document.addEventListener("visibilitychange", function () { if (document.hidden && saving) saveNow(); });   // a page in the background may be thrown away
    window.addEventListener("change", function (e) {
      if (e.target.type !== "file" || e.target.form !== form) return;
      e.stopImmediatePropagation(); take(e.target);
    }, true);
    window.addEventListener("submit", function (e) {
      if (e.target !== form) return;
      e.preventDefault(); e.stopImmediatePropagation();
      if (form.dataset.sending) return;
      clearTimeout(saving); saving = null;
      var id = form.elements.client_id.value;
      form.dataset.sending = id; lock(true); notice = null;
      var entry = { id: id, account: me, url: location.pathname, at: Date.now(), label: label(), fields: typed(form) };
      taking.then(function () { entry.photos = photos; return put(entry); }).then(function () { held = id; return draft(null); }).then(send).then(send)
        .catch(function () { delete form.dataset.sending; lock(false); tell(tr("无法存入本机，请勿关闭本页，联网后再提交。", "It could not be kept on this device: leave the page open and send it with a network."), true); });
    }, true);
    fresh();
    store("drafts", "readonly", function (s) { return s.get(key); }).then(function (kept) { if (kept) restore(kept); }, function () { /* storage is off: an ordinary form */ });
  }
  if (net) {
    window.addEventListener("submit", function (e) {
      var f = e.target, id = f.matches("[data-kept-act]") && f.elements.client_id.value, b = f.querySelector("button");
      if (!id) return;
      e.preventDefault(); e.stopImmediatePropagation();
      b.disabled = true;
      put({ id: id, account: me, url: new URL(f.action).pathname, at: Date.now(), label: b.textContent.trim(), fields: typed(f), photos: [] }).then(send).then(send).then(own).then(function (all) {
        if (!all.some(function (x) { return x.id === id; })) { left = true; location.reload(); }
      }, function () { b.disabled = false; tell(tr("无法存入本机，请联网后再试。", "It could not be kept on this device: try again with a network."), true); });
    }, true);
  }
  window.tongchouKept = { own: own };
  if (net || form) {
    show();
    keepPages();
    if (navigator.onLine) send();
    window.addEventListener("online", send);
    setInterval(function () { if (navigator.onLine) send(); }, 15000);
  }
})();
