/* Checks without a network. A form that cannot be sent is kept on the device under its own id and sent when the network is back: what is
   sent twice is done once. With a network the form goes its ordinary way. No names are kept: a check holds numbers only. */
(function () {
  "use strict";
  var KEY = "school-checks", net = document.querySelector("[data-sc-net]"), d = window.tongchouDevice, tr = d.tr;
  var me = d.meta("tongchou-account");
  function all() { try { return JSON.parse(localStorage.getItem(KEY) || "[]"); } catch (e) { return []; } }
  function keep(list) { localStorage.setItem(KEY, JSON.stringify(list)); show(); }
  function mine() { return all().filter(function (e) { return e.account === me; }); }
  function line(name, words) { var e = document.createElement("span"); if (name) e.className = name; e.textContent = words; net.appendChild(e); return e; }
  function show() {
    if (!net) return;
    var list = mine(), waiting = list.filter(function (e) { return !e.why; });
    net.textContent = "";
    net.dataset.waiting = String(waiting.length);
    if (waiting.length) line("", tr(waiting.length + " 条检查存在本机，联网后自动上传。", waiting.length + " checks are kept on this device and go up when the network is back."));
    list.filter(function (e) { return e.why; }).forEach(function (e) {
      line("sc-wrong", e.label + "：" + e.why);
      var b = document.createElement("button");
      b.type = "button"; b.className = "btn btn-sm"; b.textContent = tr("知道了，删除", "Seen: remove");
      b.onclick = function () { keep(all().filter(function (x) { return x.id !== e.id; })); };
      net.appendChild(b);
    });
  }
  function number(form, name) { var f = form.elements[name], v = f ? String(f.value).trim() : ""; return v === "" ? null : Number(v); }
  function payload(form) {
    var f = form.dataset, out = { school_class: Number(f.class), on: f.on, session: f.session, taken_at: new Date().toISOString() };
    if (form.elements.nothing) { out.ill = 0; out.nothing = true; return out; }
    out.ill = number(form, "ill") || 0; out.other = number(form, "other") || 0; out.unknown = number(form, "unknown") || 0; out.signs = [];
    Array.prototype.forEach.call(form.querySelectorAll("[name^=n_]"), function (i) {
      var key = i.name.slice(2), n = number(form, "n_" + key), f = number(form, "f_" + key);
      if (n || f) out.signs.push({ sign: key, pupils: n || f, fresh: f === null ? Math.max(0, n - Number(i.dataset.before || 0)) : f });
    });
    if (form.dataset.correct) out.reason = form.elements.reason.value;
    return out;
  }
  function hold(form) {
    var title = document.querySelector("h1");
    keep(all().concat([{ id: form.elements.client_id.value, account: me, verb: form.dataset.correct ? "school.check_correct" : "school.check",
      label: (title ? title.textContent : "") + " " + form.dataset.on, payload: payload(form) }]));
    Array.prototype.forEach.call(document.querySelectorAll("[data-sc-check] button"), function (b) { b.disabled = true; });
  }
  var busy = false;
  function send() {
    var next = mine().filter(function (e) { return !e.why; })[0];
    if (!next || busy || !navigator.onLine) return;
    busy = true;
    d.act(next.verb, next.id, next.payload).then(function (a) {
        busy = false;
        if (a.status === 0 || a.status >= 500 || a.status === 429 || a.status === 401 || a.status === 403) return;   /* later, or after signing in again */
        var rest = all();
        if (a.status === 200) rest = rest.filter(function (e) { return e.id !== next.id; });
        else rest.forEach(function (e) { if (e.id === next.id) e.why = a.said.detail || String(a.status); });
        keep(rest);
        send();
    }, function () { busy = false; });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute || !form.hasAttribute("data-sc-check") || navigator.onLine) return;
    event.preventDefault();
    hold(form);
  });
  window.addEventListener("online", send);
  setInterval(send, 15000);   // the network may be back in name first
  show();
  send();
})();
