/* The field card. Every answer and photo goes into IndexedDB first and from there to the server, in order, each under its own id: what is
   sent twice is done once, and nothing is lost when the network, the page or the session ends. Nothing inline, no library. */
(function () {
  "use strict";
  var d = window.tongchouDevice, english = d.english, tr = d.tr, meta = d.meta, make = d.make, newId = d.newId, post = d.post, shrink = d.shrink;
  function say(pair) { return pair ? (english ? pair.en : pair.zh) : ""; }
  function one(s, from) { return (from || document).querySelector(s); }
  var me = Number(meta("tongchou-account")), net = one("[data-sv-net]"), held = one("#visit-data");
  var card = held ? JSON.parse(held.textContent) : null;
  var served = Date.parse(meta("tongchou-now")), skew = performance.timeOrigin && !isNaN(served) && navigator.onLine ? served - Date.now() : 0;
  try { if (navigator.onLine && !isNaN(served)) localStorage.setItem("skew", String(skew)); else skew = Number(localStorage.getItem("skew") || 0); } catch (e) { /* off */ }
  if (Math.abs(skew) < 60000) skew = 0;
  function now() { return new Date(Date.now() + skew).toISOString(); }

  /* ---- what is kept on the device ---- */
  var store = d.base("supervision", function (db) { db.createObjectStore("queue", { keyPath: "seq", autoIncrement: true }); db.createObjectStore("known"); });
  function queue() { return store("queue", "readonly", function (s) { return s.getAll(); }); }
  function put(entry) { return store("queue", "readwrite", function (s) { return s.put(entry); }); }
  function drop(seq) { return store("queue", "readwrite", function (s) { return s.delete(seq); }); }
  function known(key) { return store("known", "readonly", function (s) { return s.get(key); }); }
  function learn(key, value) { return store("known", "readwrite", function (s) { return s.put(value, key); }); }

  /* ---- the state line ---- */
  var trouble = "";
  function showNet() {
    if (!net) return Promise.resolve();
    return queue().then(function (all) {
      var mine = all.filter(function (e) { return e.account === me; }), bad = mine.filter(function (e) { return e.state; }), others = all.length - mine.length;
      var off = !navigator.onLine || trouble === "network";
      net.textContent = "";
      net.className = "sv-net " + (bad.length || trouble === "session" ? "is-bad" : off ? "is-off" : "is-on");
      net.appendChild(make("b", "", (off ? tr("离线", "Offline") : tr("在线", "Online")) + " · " + (mine.length ? tr(mine.length + " 条待上传", mine.length + " to upload") : tr("已全部上传", "all uploaded"))));
      net.dataset.waiting = String(mine.length);
      if (bad.length) net.appendChild(make("span", "sv-wrong", tr(bad.length + " 条需要处理", bad.length + " need attention")));
      if (others) net.appendChild(make("span", "", tr(others + " 条属于其他账号，由其本人登录后上传", others + " belong to another account, which has to sign in")));
      if (trouble === "session") { var a = make("a", "btn btn-sm", tr("登录已过期，记录仍在本机：去登录", "Session over, all is kept here: sign in")); a.href = (card ? card.signIn : "/sign-in") + "?next=" + encodeURIComponent(location.pathname); net.appendChild(a); }
      else if (mine.length && !off) { var b = make("button", "btn btn-sm", tr("立即上传", "Upload now")); b.type = "button"; b.onclick = send; net.appendChild(b); }
      if (keptSaid) net.appendChild(make("span", "tc-muted", keptSaid));
    });
  }

  /* ---- sending: one after the other; the next only when the one before is settled ---- */
  var sending = null;
  function send() { if (!sending) sending = run().then(function () { sending = null; return showNet(); }, function () { sending = null; return showNet(); }); return sending; }
  function run() {
    return queue().then(function (all) {
      var next = all.filter(function (e) { return e.account === me && !e.state && !all.some(function (b) { return b.state && b.visit === e.visit && e.verb === "visit.finish"; }); })[0];
      if (!next) return;
      return (navigator.locks ? navigator.locks.request("supervision", function () { return settle(next.seq); }) : settle(next.seq)).then(function (more) { return more ? run() : undefined; });
    });
  }
  function settle(seq) {
    return store("queue", "readonly", function (s) { return s.get(seq); }).then(function (e) {
      if (!e || e.state) return true;
      return files(e, 0).then(function (ok) { return ok === true ? d.act(e.verb, e.id, e.payload) : ok; }).then(function (answer) { return judge(e, answer); });
    });
  }
  function files(e, n) {
    if (!e.files || n >= e.files.length) return Promise.resolve(true);
    var f = e.files[n], form = new FormData();
    form.append("file", new File([f.blob], f.name, { type: f.type }));
    return post("/api/v1/files", f.id, form).then(function (answer) { return answer.status === 200 ? files(e, n + 1) : answer; });
  }
  function judge(e, answer) {
    var s = answer.status;
    if (s === 0 || s >= 500 || s === 429) { trouble = "network"; return false; }
    if (s === 401 || (s === 403 && !/visit/.test(answer.said.permission || "") && /CSRF/.test(answer.said.detail || ""))) { trouble = "session"; return false; }
    trouble = "";
    if (s === 200) {
      var done = Promise.resolve();
      if (e.verb === "visit.answer") { var was = e.payload; done = learn(e.visit + ":" + was.item, { revision: answer.said.result.revision, verdict: was.verdict, note: was.note, number: was.number, sampled: was.sampled, failing: was.failing, photos: was.photos }); }
      if (e.verb === "visit.begin" || e.verb === "visit.finish") done = learn(e.visit + "#state", answer.said.result.state);
      return done.then(function () { return drop(e.seq); }).then(function () { return draw(); }).then(showNet).then(function () { return true; });
    }
    e.state = answer.said.reason === "conflict" ? "conflict" : "refused";
    e.why = answer.said.detail || String(s);
    e.theirs = answer.said.details || null;
    return put(e).then(draw).then(showNet).then(function () { return true; });
  }

  /* ---- the list: keep every card on the device ---- */
  var keptSaid = "";
  function worker(url, urls) {
    if (!("serviceWorker" in navigator) || !window.isSecureContext) { keptSaid = tr("此连接不支持离线重新打开，请勿关闭本页", "This connection cannot reopen offline: keep the page open"); return showNet(); }
    navigator.serviceWorker.addEventListener("message", function (e) { if (e.data && e.data.type === "kept") { keptSaid = tr("已存入本机，可离线打开", "kept on this device, opens offline"); if (net) net.dataset.kept = "1"; showNet(); } });
    return navigator.serviceWorker.register(url, { scope: "/supervision/" }).then(function () { return navigator.serviceWorker.ready; }).then(function (r) {
      var last = null;
      try { last = localStorage.getItem("supervision-account"); localStorage.setItem("supervision-account", String(me)); } catch (x) { /* off */ }
      if (last && last !== String(me)) r.active.postMessage({ type: "forget" });
      r.active.postMessage({ type: "keep", urls: urls });
    }).catch(function () { keptSaid = tr("无法存入本机，请勿关闭本页", "could not be kept: leave the page open"); return showNet(); });
  }
  function assets() {
    var all = [location.pathname];
    document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]").forEach(function (e) { all.push(new URL(e.src || e.href).pathname); });
    document.querySelectorAll("svg use").forEach(function (u) { all.push(new URL(u.getAttribute("href") || u.getAttribute("xlink:href"), location.href).pathname); });
    return all.filter(function (p, n) { return p && all.indexOf(p) === n; });
  }

  /* ---- the card ---- */
  var shown = {}, state = card ? card.state : "", openItem = null, pressed = {}, drafts = {};   // drafts: a fault being written down, by item: the card is drawn anew under it when something was uploaded
  function enqueue(entry) {
    entry.account = me; entry.visit = card.visit; entry.id = newId();
    return put(entry).then(function () { return draw(); }).then(showNet).then(function () { if (navigator.onLine) send(); });
  }
  function answerOf(key, all) {   // the newest on the device, else what the server knew
    var mine = all.filter(function (e) { return e.visit === card.visit && e.verb === "visit.answer" && e.payload.item === key; });
    return mine.length ? { entry: mine[mine.length - 1], said: mine[mine.length - 1].payload } : { entry: null, said: shown[key] || null };
  }
  function record(item, said, photos) {
    return queue().then(function (all) {
      var mine = all.filter(function (e) { return e.visit === card.visit && e.verb === "visit.answer" && e.payload.item === item.key; });
      var seen = (shown[item.key] ? shown[item.key].revision : 0) + mine.filter(function (e) { return !e.state; }).length;
      var payload = { visit: card.visit, item: item.key, verdict: said.verdict, note: said.note || "", at: now(), seen: seen, photos: said.photos || [] };
      ["number", "sampled", "failing"].forEach(function (k) { payload[k] = said[k] === undefined || said[k] === "" ? null : said[k]; });
      var old = mine.filter(function (e) { return e.state; });
      return old.reduce(function (p, e) { return p.then(function () { return drop(e.seq); }); }, Promise.resolve()).then(function () {
        return enqueue({ verb: "visit.answer", payload: payload, files: photos || [] });
      });
    });
  }
  function begin() { return state === "planned" ? (state = "begun", learn(card.visit + "#state", "begun").then(function () { return enqueue({ verb: "visit.begin", payload: { visit: card.visit, at: now() } }); })) : Promise.resolve(); }
  var pressing = false, redraw = false;
  function lifted() { setTimeout(function () { pressing = false; if (redraw) { redraw = false; draw(); } }, 0); }   // after the click that belongs to it
  function draw() {
    var box = one("[data-sv-visit]");
    if (!box || !card) return Promise.resolve();
    return Promise.all([queue(), known(card.visit + "#state")].concat(card.items.map(function (i) { return known(card.visit + ":" + i.key); }))).then(function (got) {
      var all = got[0];
      card.items.forEach(function (i, n) { var k = got[n + 2], s = card.answers[i.key]; shown[i.key] = k && (!s || k.revision >= s.revision) ? k : s || null; });
      if (got[1] && card.state !== "finished" && card.state !== "cancelled") state = got[1];
      if (pressing) { redraw = true; return; }   // what lies under a finger is not replaced before it is lifted: the tap would be lost
      if (document.activeElement && box.contains(document.activeElement) && /INPUT|TEXTAREA/.test(document.activeElement.tagName) && document.activeElement.type !== "file") return;
      box.textContent = "";
      if (state === "planned") {
        box.appendChild(make("p", "", tr("开始检查后，受检单位可以看到本次督查。", "Once you begin, the visited unit sees this visit.")));
        var go = make("button", "btn btn-primary sv-act", tr("开始检查", "Begin")); go.type = "button"; go.onclick = begin; box.appendChild(go);
        return;
      }
      var left = 0;
      card.items.forEach(function (i) { var a = answerOf(i.key, all); if (!a.said) left += 1; box.appendChild(line(i, a, all)); });
      var waiting = all.some(function (e) { return e.visit === card.visit && e.verb === "visit.finish"; });
      if (state === "finished" || waiting) { box.appendChild(make("p", "", waiting ? tr("已提交，联网后上传。", "Finished; it is uploaded with the network.") : tr("已提交。", "Finished."))); var r = make("a", "btn sv-act", tr("查看结果", "See the result")); r.href = card.result; box.appendChild(r); return; }
      var note = make("textarea", "form-control"); note.rows = 2; note.placeholder = tr("总体情况（选填）", "In all (optional)"); note.setAttribute("aria-label", note.placeholder); note.value = drafts["#"] || ""; note.oninput = function () { drafts["#"] = note.value; }; box.appendChild(note);
      var end = make("button", "btn btn-primary sv-act", left ? tr("还有 " + left + " 项未记录", left + " items left") : tr("提交检查结果", "Finish")); end.type = "button"; end.disabled = left > 0; end.dataset.finish = "1";
      end.onclick = function () { end.disabled = true; state = "finished"; enqueue({ verb: "visit.finish", payload: { visit: card.visit, at: now(), note: note.value } }); };
      box.appendChild(end);
    });
  }
  function line(item, a, all) {
    var said = a.said, box = make("section", "sv-item" + (said ? " is-" + said.verdict : "")), fixed = state === "finished";
    box.dataset.item = item.key;
    box.appendChild(make("h3", "", say(item.title)));
    box.appendChild(make("p", "tc-muted", say(item.how) + (item.sample ? " · " + tr("抽查", "sample ") + say(item.sample.of) + tr("不少于 ", ": at least ") + item.sample.least : "")));
    var names = { ok: tr("✓ 正常", "✓ In order"), fault: tr("✗ 有问题", "✗ Fault"), na: tr("不适用", "N/A") }, pick = make("div", "sv-pick");
    Object.keys(names).forEach(function (v) {
      var b = make("button", "btn" + (v === "ok" ? " btn-primary" : ""), names[v]); b.type = "button"; b.dataset.verdict = v; b.disabled = fixed;
      b.setAttribute("aria-pressed", String(!!said && said.verdict === v));
      b.onclick = function () { if (v === "ok" && outside(item, said)) { suspect(item, said); } else if (v === "fault") { openItem = item.key; draw(); } else { openItem = null; delete drafts[item.key]; record(item, { verdict: v, number: pressed[item.key + ":number"], sampled: pressed[item.key + ":sampled"], failing: pressed[item.key + ":failing"] }); } };
      pick.appendChild(b);
    });
    if (item.number || item.sample) box.appendChild(numbers(item, said, fixed));
    box.appendChild(pick);
    if (openItem === item.key && !fixed) box.appendChild(fault(item, said));
    else if (said && said.note) box.appendChild(make("p", "tc-said", said.note));
    if (said && said.photos && said.photos.length) box.appendChild(make("p", "sv-state", tr("照片 " + said.photos.length + " 张", said.photos.length + " photos")));
    if (a.entry) box.appendChild(a.entry.state ? settleBox(item, a.entry) : make("p", "sv-state", tr("已存本机，待上传", "kept here, to be uploaded")));
    return box;
  }
  function numberOf(item, said) { var typed = pressed[item.key + ":number"]; return typed === undefined ? (said ? said.number : null) : typed; }
  function outside(item, said) {   // a number beyond what the checklist asks for is a fault, whatever is tapped
    var n = item.number ? numberOf(item, said) : null;
    return n !== null && n !== undefined && (item.number.least !== null && n < item.number.least || item.number.most !== null && n > item.number.most);
  }
  function suspect(item, said) {
    drafts[item.key] = { taken: [], note: say(item.number.unit) + (english ? ": " : "：") + numberOf(item, said) + tr("，", ", ") + say(item.number.limits) };
    openItem = item.key; draw();
  }
  function numbers(item, said, fixed) {
    var box = make("div", "sv-more");
    function ask(name, words) {
      var l = make("label"), i = make("input", "form-control"); i.inputMode = "numeric"; i.setAttribute("pattern", "[0-9]*"); i.disabled = fixed; i.name = name;
      var was = pressed[item.key + ":" + name]; if (was === undefined && said) was = said[name];
      i.value = was === null || was === undefined ? "" : was;
      i.oninput = function () { pressed[item.key + ":" + name] = /^\d{1,6}$/.test(i.value) ? Number(i.value) : null; };
      l.appendChild(i); l.appendChild(document.createTextNode(words)); box.appendChild(l);
    }
    if (item.number) ask("number", say(item.number.unit) + tr("（", " (") + say(item.number.limits) + tr("）", ")"));
    if (item.sample) { ask("sampled", tr("抽查 ", "sampled: ") + say(item.sample.of)); ask("failing", tr("其中不合格", "of these failed")); }
    return box;
  }
  function fault(item, said) {
    var before = said && said.verdict === "fault" ? said : null, draft = drafts[item.key] = drafts[item.key] || { taken: [], note: before ? before.note : "" };
    var saved = false;
    var box = make("div", "sv-more"), taken = draft.taken, pics = make("div", "sv-photos");
    var label = make("label", "btn btn-primary sv-act", item.photo ? tr("拍照（必须）", "Photo (needed)") : tr("拍照", "Photo")), cam = make("input");
    cam.type = "file"; cam.accept = "image/*"; cam.setAttribute("capture", "environment"); cam.className = "visually-hidden"; cam.dataset.photo = "1";
    cam.onchange = function () { draft.taking = Promise.all([draft.taking].concat(Array.prototype.map.call(cam.files, function (f) { return shrink(f).then(function (p) { taken.push(p); draft.show(); }); }))); };
    draft.show = function () {
      pics.textContent = "";
      taken.forEach(function (p) { var i = new Image(); i.alt = tr("照片", "photo"); i.src = URL.createObjectURL(p.blob); pics.appendChild(i); });
      check();
    };
    label.appendChild(cam); box.appendChild(label); box.appendChild(pics);
    var note = make("textarea", "form-control"); note.rows = 3; note.placeholder = tr("什么问题", "What is wrong"); note.setAttribute("aria-label", note.placeholder); note.value = draft.note; note.oninput = function () { draft.note = note.value; check(); };
    box.appendChild(note);
    var b = make("button", "btn sv-act", tr("记为有问题", "Record the fault")); b.type = "button"; b.dataset.save = "1"; box.appendChild(b);
    var kept = before ? before.photos || [] : [];
    function check() { b.disabled = saved || !note.value.trim() || (item.photo && !taken.length && !kept.length); }
    b.onclick = function () {
      openItem = null; delete drafts[item.key]; b.focus();
      saved = true; check();
      Promise.resolve(draft.taking).then(function () {   // a photo that is still being made small belongs to it
        record(item, { verdict: "fault", note: note.value.trim(), photos: kept.concat(taken.map(function (p) { return p.id; })), number: pressed[item.key + ":number"], sampled: pressed[item.key + ":sampled"], failing: pressed[item.key + ":failing"] }, taken);
      });
    };
    draft.show();
    return box;
  }
  function settleBox(item, e) {
    var box = make("div", "sv-more"); box.appendChild(make("p", "sv-wrong", e.why));
    var mine = make("button", "btn sv-act", tr("以我的为准", "Mine stands")), theirs = make("button", "btn sv-act", tr("以对方的为准", "Theirs stands"));
    mine.type = theirs.type = "button"; mine.dataset.mine = "1"; theirs.dataset.theirs = "1";
    if (e.state === "conflict" && e.theirs) {
      box.appendChild(make("p", "", tr("对方记录：", "They recorded: ") + ({ ok: tr("正常", "in order"), fault: tr("有问题", "fault"), na: tr("不适用", "N/A") }[e.theirs.verdict] || "") + " " + (e.theirs.note || "")));
      mine.onclick = function () { e.payload.seen = Number(e.theirs.revision); e.id = newId(); delete e.state; put(e).then(draw).then(send); };
      theirs.onclick = function () { learn(e.visit + ":" + item.key, { revision: Number(e.theirs.revision), verdict: e.theirs.verdict, note: e.theirs.note, photos: [] }).then(function () { return drop(e.seq); }).then(draw).then(showNet); };
      box.appendChild(mine); box.appendChild(theirs);
    } else {
      var again = make("button", "btn sv-act", tr("重新记录", "Record it again")); again.type = "button";
      again.onclick = function () { drop(e.seq).then(draw).then(showNet); };
      box.appendChild(again);
    }
    return box;
  }
  function start() {
    if (!net) return;
    var list = one("[data-sv-keep]");
    showNet(); draw().then(function () { if (navigator.onLine) send(); });
    if (list) worker(list.dataset.worker, assets().concat(Array.prototype.map.call(document.querySelectorAll("[data-sv-card]"), function (a) { return new URL(a.href).pathname; })));
    else if (card) worker(card.worker, assets().concat([card.list]));
    addEventListener("online", function () { trouble = ""; showNet(); send(); });
    addEventListener("offline", showNet);
    addEventListener("pointerdown", function () { pressing = true; }, true);
    ["pointerup", "pointercancel"].forEach(function (what) { addEventListener(what, lifted, true); });
    setInterval(function () { if (navigator.onLine) send(); }, 15000);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
