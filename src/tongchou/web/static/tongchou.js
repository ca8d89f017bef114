/* Behaviour of the pages; every page works without it. No framework, nothing inline, no eval: the pages run under
   Content-Security-Policy script-src 'self'.  Marks in the HTML that it knows:
   data-deadline on <time>      relative wording, refreshed        form[method=post]           typed content survives a reload, a lost network and an
                                                                   expired session; data-keep="off" on a form or field: not this
   [data-worklist]              j k enter x / ?                    form[method=post]           double-submit guard
   [data-chart], [data-map]     drawn from application/json        [data-upload]               preview and progress
   [data-sheet]                 column choice                      [data-autosubmit]           form sent when its field changes
   data-holds on <form>         a script of the room keeps it on the device while there is no network */
(function () {
  "use strict";
  var root = document.documentElement;
  var english = root.lang === "en";
  function tr(zh, en) { return english ? en : zh; }
  function all(selector, scope) { return Array.prototype.slice.call((scope || document).querySelectorAll(selector)); }
  function one(selector, scope) { return (scope || document).querySelector(selector); }
  function meta(name) { var found = one('meta[name="' + name + '"]'); return found ? found.content : ""; }
  function make(tag, name, words) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (words) element.textContent = words;
    return element;
  }
  function clientId() {
    var b = new Uint8Array(16);
    crypto.getRandomValues(b);   // randomUUID() is missing where the page came over plain http
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    var hex = Array.prototype.map.call(b, function (n) { return (n + 256).toString(16).slice(1); }).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  /* ---- toasts ---- */
  function toast(words, tone, link) {
    var box = one("#toasts");
    if (!box) return;
    var line = make("div", "tc-toast" + (tone ? " is-" + tone : ""));
    line.setAttribute("role", tone === "act" ? "alert" : "status");
    line.appendChild(make("span", "", words));
    if (link) { var a = make("a", "", link.label); a.href = link.url; line.appendChild(a); }
    var close = make("button", "", tr("关闭", "Close"));
    close.type = "button"; close.setAttribute("data-dismiss", "");
    line.appendChild(close);
    box.appendChild(line);
    if (tone !== "act") setTimeout(function () { line.remove(); }, 8000);
  }

  /* ---- theme: a cookie, so that the server sends the right one and nothing flashes ---- */
  function toggleTheme() {
    var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    root.setAttribute("data-bs-theme", next);
    document.cookie = "theme=" + next + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
    all("[data-chart]").forEach(drawChart);
  }

  /* ---- time: by the server's clock, since a phone's may be wrong ---- */
  var served = Date.parse(meta("tongchou-now"));
  var skew = isNaN(served) ? 0 : served - Date.now();
  function now() { return Date.now() + skew; }
  function remaining(at) {      // the same wording as tongchou.kernel.clock.remaining
    var left = (at - now()) / 1000, late = left < 0, minutes = Math.floor(Math.abs(left) / 60), count, zh, en;
    if (minutes < 1) return late ? tr("刚刚超时", "just overdue") : tr("即将到期", "due now");
    if (minutes < 60) { count = minutes; zh = "分钟"; en = "minute"; }
    else if (minutes < 2880) { count = Math.floor(minutes / 60); zh = "小时"; en = "hour"; }
    else { count = Math.floor(minutes / 1440); zh = "天"; en = "day"; }
    if (count !== 1) en += "s";
    return tr((late ? "已超 " : "还剩 ") + count + " " + zh, count + " " + en + (late ? " overdue" : " left"));
  }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function tick() {
    all("time[data-deadline]").forEach(function (t) {
      var at = Date.parse(t.getAttribute("datetime")), left = at - now(), words = one("span", t);
      if (isNaN(at) || !words) return;
      var say = remaining(at);
      if (words.textContent !== say) words.textContent = say;
      t.classList.toggle("is-late", left < 0);
      t.classList.toggle("is-soon", left >= 0 && left < 4 * 3600e3);
      t.classList.toggle("is-ok", left >= 4 * 3600e3);
    });
    var local = new Date(now() + 8 * 3600e3);   // Asia/Shanghai, whatever the device's zone
    all("[data-clock]").forEach(function (c) { c.textContent = two(local.getUTCHours()) + ":" + two(local.getUTCMinutes()); });
  }

  /* ---- menus (details): close on a click outside, on Escape, and when another opens; keep panels on the screen ---- */
  function closeMenus(but) {
    all("details.tc-menu[open], details.tc-def[open]").forEach(function (m) { if (!but || !m.contains(but)) m.open = false; });
  }
  function placePanel(details) {
    var panel = one(".tc-panel", details);
    if (!details.open || !panel || details.closest(".tc-bottom")) return;
    if (details.closest(".tc-sheet-box, .tc-views, .tc-filter")) {   // would be cut off by the scrolling box
      var head = one("summary", details).getBoundingClientRect();
      panel.style.position = "fixed";
      if (matchMedia("(max-width: 767px)").matches && details.closest(".tc-filter")) { panel.style.position = ""; return; }
      panel.style.right = "auto"; panel.style.bottom = "auto";
      var width = panel.offsetWidth, height = panel.offsetHeight;
      panel.style.left = Math.max(8, Math.min(head.left, innerWidth - width - 8)) + "px";
      panel.style.top = (head.bottom + 4 + height > innerHeight && head.top > height ? head.top - height - 4 : head.bottom + 4) + "px";
      return;
    }
    panel.style.left = "";
    var box = panel.getBoundingClientRect();
    if (box.right > innerWidth - 8) { panel.style.left = Math.min(0, innerWidth - 8 - box.right) + "px"; panel.style.right = "auto"; }
  }

  /* ---- forms: one submission at a time; the client id stays the same until the server has answered ---- */
  function guard(form, submitter) {
    if (form.dataset.sending) return false;
    form.dataset.sending = "1";
    setTimeout(function () {            // after the browser has collected the fields, the button's own value included
      all("button[type=submit], button:not([type])", form).concat(submitter || []).forEach(function (b) {
        b.setAttribute("aria-busy", "true"); b.setAttribute("aria-disabled", "true");
      });
    }, 0);
    return true;
  }
  function release(form) {
    delete form.dataset.sending;
    all("[aria-busy]", form).forEach(function (b) { b.removeAttribute("aria-busy"); b.removeAttribute("aria-disabled"); });
  }
  function guarded(form) { return form && form.tagName === "FORM" && form.method === "post"; }

  /* ---- typed content: kept until the server took it. "typed:" is being written, "sent:" waits for the answer.
          A page shown to a signed-in person drops what was sent; the sign-in page, and a page that says no, turn it back into "typed:".
          Every form that is posted by somebody signed in is kept; it is known by its data-keep, else by what it would do. ---- */
  var who = meta("tongchou-account");
  function does(form) {       // where it is sent, with which hidden values and by which button; versions and ids of one sending tell no form apart
    var told = [form.getAttribute("action") || ""];
    Array.prototype.forEach.call(form.elements, function (f) {
      if (f.name && /^(hidden|submit)$/.test(f.type) && !/^(csrfmiddlewaretoken|client_id|next|undated|seen.*|.*version)$/.test(f.name)) told.push(f.name + "=" + f.value);
    });
    return told.join("&");
  }
  function keeps(form) { return guarded(form) && form.dataset.keep !== "off" && !form.hasAttribute("data-holds") && !!(form.dataset.keep || who); }
  function name(kind, form) { return kind + ":" + who + ":" + location.pathname + "#" + (form.dataset.keep || does(form)); }
  function keepable(field) {
    return field.name && !/^(hidden|password|file|submit|button)$/.test(field.type) && field.autocomplete !== "one-time-code" && field.dataset.keep !== "off" && !field.readOnly;
  }
  function eachKept(form, run) {   // by name and place among those of the name: what scripts add to a form does not shift it; a box by its value: rows come and go
    var seen = {};
    Array.prototype.forEach.call(form.elements, function (f) {
      if (!keepable(f)) return;
      var key = f.type === "checkbox" || f.type === "radio" ? f.name + "=" + f.value : f.name;
      seen[key] = (seen[key] || 0) + 1;
      run(f, key + "|" + seen[key]);
    });
  }
  function gather(form) {
    var kept = {};
    eachKept(form, function (f, key) {
      if (f.type === "checkbox" || f.type === "radio") { if (f.checked !== f.defaultChecked) kept[key] = f.checked; }
      else if (f.tagName === "SELECT" ? !f.options[f.selectedIndex] || !f.options[f.selectedIndex].defaultSelected : f.value !== f.defaultValue) kept[key] = f.value;
    });
    return kept;
  }
  function store(key, value) { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch (e) { /* storage is off or full */ } }
  function save(form) {
    var kept = gather(form);
    store(name("typed", form), Object.keys(kept).length ? JSON.stringify(kept) : "");
  }
  var saving, unsaved = null;   // the form that was typed into and is not saved yet
  function saveTyped() {
    var form = unsaved;
    clearTimeout(saving); unsaved = null;
    if (form && !form.dataset.sending) save(form);
  }
  function restore(form) {
    if (!keeps(form)) return;
    var text = null;
    try { text = sessionStorage.getItem(name("typed", form)); } catch (e) { return; }
    if (!text) return;
    var kept = JSON.parse(text), count = 0;
    eachKept(form, function (f, key) {
      if (!(key in kept)) return;
      if (typeof kept[key] === "boolean") { if (f.checked === kept[key]) return; f.checked = kept[key]; }
      else { if (f.value === kept[key]) return; f.value = kept[key]; }
      if (f.closest("details")) f.closest("details").open = true;   // what is back is seen
      count += 1;
    });
    if (!count) return;
    var note = make("div", "tc-note"), drop = make("button", "btn btn-sm", tr("清除", "Clear"));
    note.setAttribute("role", "status");
    note.appendChild(make("span", "", ""));
    note.appendChild(make("div", "", tr("已恢复您尚未提交的内容。", "What you had typed but not sent is back.")));
    drop.type = "button";
    drop.addEventListener("click", function () { store(name("typed", form), ""); form.reset(); note.remove(); });
    note.appendChild(drop);
    form.insertBefore(note, form.firstChild);
  }
  function anyTyped() {
    try { return Object.keys(sessionStorage).some(function (key) { return key.indexOf("typed:" + who + ":" + location.pathname + "#") === 0; }); } catch (e) { return false; }
  }
  function settleKept() {
    var signIn = document.body.hasAttribute("data-sign-in");
    var refused = one("[data-refused], [data-error-summary], [data-message].is-act"), came = performance.getEntriesByType("navigation")[0];
    // the form again without a word from the server, and no answer that led here: it never got there
    var unanswered = ":" + location.pathname + "#", said = one("[data-message]") || (came && came.redirectCount > 0);
    try {
      Object.keys(sessionStorage).forEach(function (key) {
        if (!/^(typed|sent):/.test(key)) return;
        var owner = key.split(":")[1];
        if (key.indexOf("sent:") === 0) {
          if (signIn || refused || (!said && key.indexOf(unanswered) > 0)) sessionStorage.setItem(key.replace("sent:", "typed:"), sessionStorage.getItem(key));
          if (signIn || who) sessionStorage.removeItem(key);
        } else if (who && owner !== who) sessionStorage.removeItem(key);   // somebody else sits here now
      });
    } catch (e) { /* storage is off */ }
  }
  function markSent(form) {
    if (!keeps(form)) return;
    if (unsaved === form) unsaved = null;
    save(form);
    var key = name("typed", form);
    try {
      var text = sessionStorage.getItem(key);
      if (text) { sessionStorage.setItem(name("sent", form), text); sessionStorage.removeItem(key); }
    } catch (e) { /* storage is off */ }
  }
  function forgetAll() {
    unsaved = null;
    try { Object.keys(sessionStorage).forEach(function (k) { if (/^(typed|sent):/.test(k)) sessionStorage.removeItem(k); }); } catch (e) { /* off */ }
    if (window.caches) caches.delete("kept-pages-1");   // pages that open without a network show what only this account may see
  }

  /* ---- work list: keyboard and selection ---- */
  var here = -1;
  function rows() { return all("[data-worklist] .tc-work"); }
  function moveTo(index) {
    var list = rows();
    if (!list.length) return;
    here = Math.max(0, Math.min(list.length - 1, index));
    list.forEach(function (r, i) { r.classList.toggle("is-here", i === here); });
    var link = one(".tc-work-what a", list[here]);
    if (link) link.focus({ preventScroll: true });
    list[here].scrollIntoView({ block: "nearest" });
  }
  function picked() {
    var boxes = all("[data-worklist] input[name=pick]"), chosen = boxes.filter(function (b) { return b.checked; });
    boxes.forEach(function (b) { b.closest(".tc-work").classList.toggle("is-picked", b.checked); });
    all("[data-bulk]").forEach(function (bar) {
      bar.hidden = !chosen.length;
      all("[data-bulk-count]", bar).forEach(function (c) { c.textContent = chosen.length; });
    });
    all("[data-pick-all]").forEach(function (a) {
      a.checked = boxes.length > 0 && chosen.length === boxes.length;
      a.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    });
  }
  function typing(target) { return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button)$/.test(target.type); }
  function keys(event) {
    var dialog = one("dialog.tc-keys");
    if (event.key === "Escape") { closeMenus(); if (typing(event.target)) event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || (dialog && dialog.open)) return;
    if (event.key === "/") {
      var search = one("[data-search-first]") || one("#search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?" && dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    else if (event.key === "j" || event.key === "k") { if (rows().length) { event.preventDefault(); moveTo(event.key === "j" ? here + 1 : here - 1); } }
    else if (event.key === "x" && rows()[here]) {
      var box = one("input[name=pick]", rows()[here]);
      if (box) { event.preventDefault(); box.checked = !box.checked; picked(); }
    } else if (event.key === "Enter" && rows()[here] && (event.target === document.body || event.target.type === "checkbox")) {
      var link = one(".tc-work-what a", rows()[here]);
      if (link) { event.preventDefault(); link.click(); }
    }
  }

  /* ---- heavy parts, fetched only by the pages that show them ---- */
  var fetched = {};
  function script(address) {
    if (!fetched[address]) fetched[address] = new Promise(function (done, failed) {
      var s = document.createElement("script");
      s.src = address; s.onload = done; s.onerror = failed;
      document.head.appendChild(s);
    });
    return fetched[address];
  }
  function sheetOf(address) {
    if (!fetched[address]) fetched[address] = new Promise(function (done, failed) {
      var l = document.createElement("link");
      l.rel = "stylesheet"; l.href = address; l.onload = done; l.onerror = failed;
      document.head.insertBefore(l, document.head.firstChild);   // ours must win
    });
    return fetched[address];
  }
  function json(id) { var s = document.getElementById(id); return s ? JSON.parse(s.textContent) : null; }
  function colour(variable) { return getComputedStyle(root).getPropertyValue(variable).trim(); }
  function legendRows(option, width) {   // how many lines its names take: what is drawn begins below them
    var names = [].concat(option.series || []).map(function (s) { return String(s.name || ""); }).filter(Boolean), rows = 1, used = 0;
    if (!option.legend && names.length < 2) return 0;
    names.forEach(function (name) {
      var takes = 34 + Array.from(name).reduce(function (n, c) { return n + (c.charCodeAt(0) > 255 ? 12.5 : 7.2); }, 0);
      if (used && used + takes > width - 8) { rows += 1; used = 0; }
      used += takes;
    });
    return rows;
  }
  function calm(option, width) {
    var lines = legendRows(option, width), text = colour("--tc-text"), muted = colour("--tc-muted"), line = colour("--tc-line");
    var base = {
      color: [colour("--tc-accent-fill"), colour("--tc-warn"), colour("--tc-ok"), muted, colour("--tc-line-strong"), colour("--tc-act")],
      textStyle: { fontFamily: colour("--tc-font"), color: text }, animation: false, aria: { enabled: true, decal: { show: false } },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      tooltip: { confine: true, backgroundColor: colour("--tc-surface"), borderColor: line, textStyle: { color: text } },
      legend: { show: lines > 0, top: 0, left: 0, textStyle: { color: text }, itemWidth: 16, itemHeight: 8 }
    };
    Object.keys(option).forEach(function (k) {
      base[k] = base[k] && option[k] && !Array.isArray(option[k]) && typeof option[k] === "object" ? Object.assign({}, base[k], option[k]) : option[k];
    });
    base.grid.top = Math.max(base.grid.top, lines && 8 + 24 * lines);
    // a series that says a state (tone: info, ok, warn, act, muted) has the colour of that state's badges
    base.series = [].concat(base.series || []).map(function (one) {
      if (!one.tone) return one;
      var as = { color: colour("--tc-" + one.tone) };
      return Object.assign({}, one, { itemStyle: Object.assign({}, as, one.itemStyle), lineStyle: Object.assign({}, as, one.lineStyle) });
    });
    // labels at the left are measured a letter too short where they are Latin
    if (base.grid.containLabel && [].concat(base.yAxis || []).some(function (a) { return a.type === "category"; })) base.grid.left += 16;
    // names at the left leave room for what is drawn: few of them break into lines, many are cut; the table below has them whole
    [].concat(option.yAxis || []).forEach(function (a) {
      if (a.type === "category") a.axisLabel = Object.assign({ color: muted, width: Math.min(240, Math.round(width * .38)), overflow: (a.data || []).length > 8 ? "truncate" : "break" }, a.axisLabel);
    });
    ["xAxis", "yAxis"].forEach(function (axis) {
      if (!base[axis]) return;
      base[axis] = [].concat(base[axis]).map(function (a) {
        return Object.assign({ axisLabel: { color: muted }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: muted } }, a);
      });
    });
    return base;
  }
  function drawChart(box) {
    var option = json(box.dataset.chart), address = meta("tongchou-echarts");
    if (!option || !address) return;
    script(address).then(function () {
      var old = window.echarts.getInstanceByDom(box);
      if (old) old.dispose();
      var chart = window.echarts.init(box, null, { renderer: "svg" });
      chart.setOption(calm(option, box.clientWidth || 640));
      if (!box.dataset.watched && window.ResizeObserver) {
        box.dataset.watched = "1";
        new ResizeObserver(function () {   // it calls at once, and with nothing when the box is hidden: a graph that is still being laid out must not be drawn again then
          var c = window.echarts.getInstanceByDom(box), w = box.clientWidth, h = box.clientHeight;
          if (c && w && h && (c.getWidth() !== w || c.getHeight() !== h)) c.resize();
        }).observe(box);
      }
    }).catch(function () { box.hidden = true; var same = box.parentNode && one("details.tc-same", box.parentNode); if (same) same.open = true; });
  }
  function select(box, key) {
    all("[data-place]", box).forEach(function (e) { e.classList.toggle("is-here", e.dataset.place === key); });
    all("path[data-place]", box).forEach(function (e) { e.classList.toggle("is-here", e.getAttribute("data-place") === key); });
  }
  function drawMap(box) {
    var data = json(box.dataset.map), address = meta("tongchou-leaflet");
    if (!data || !address || box.dataset.drawn) return;
    box.dataset.drawn = "1";
    Promise.all([script(address), sheetOf(meta("tongchou-leaflet-css"))]).then(function () {   // labels are measured: the style comes first
      var L = window.L, holder = box.closest("[data-places]") || box;
      var map = L.map(box, { attributionControl: false, zoomControl: false, zoomSnap: .25, scrollWheelZoom: false });
      L.control.zoom({ position: "bottomright" }).addTo(map);   // the first tile lies at the top left
      var layer = L.geoJSON(data, {
        style: function (f) { return { className: "is-" + (f.properties.tone || "none") }; },
        onEachFeature: function (f, shape) {
          var p = f.properties;
          var value = p.value === undefined || p.value === null ? "" : String(p.value);   // on a phone the names stand in the list only
          shape.bindTooltip(make("span", "", box.clientWidth < 480 ? value || p.name : (p.name + " " + value).trim()), { permanent: true, direction: "center" });
          shape.on("click", function () {
            select(holder, String(p.key));
            var line = one('.tc-placelist [data-place="' + CSS.escape(String(p.key)) + '"]', holder);
            if (line) line.scrollIntoView({ block: "nearest" });
          });
          shape.on("add", function () { if (shape.getElement()) shape.getElement().setAttribute("data-place", p.key); });
        }
      }).addTo(map);
      map.fitBounds(layer.getBounds(), { padding: [8, 8] });
      if (window.ResizeObserver) new ResizeObserver(function () { map.invalidateSize(); }).observe(box);
    });
  }

  /* ---- files ---- */
  function size(n) { return n < 1048576 ? Math.max(1, Math.round(n / 1024)) + " KB" : (n / 1048576).toFixed(1) + " MB"; }
  function showFiles(box) {
    var list = one(".tc-upload-list", box), limit = Number(box.dataset.limit || 0);
    list.textContent = "";
    all("input[type=file]", box).forEach(function (input) {
      Array.prototype.forEach.call(input.files, function (file) {
        var line = make("li"), words = make("span", "", file.name + " · " + size(file.size));
        if (/^image\//.test(file.type)) {
          var picture = new Image();
          picture.alt = ""; picture.src = URL.createObjectURL(file);
          picture.onload = function () { URL.revokeObjectURL(picture.src); };
          line.appendChild(picture);
        }
        if (limit && file.size > limit) { words.className = "tc-error"; words.textContent += tr("：超过 ", ": larger than ") + size(limit) + tr("，请压缩或重拍。", ". Compress it or take it again."); }
        line.appendChild(words);
        list.appendChild(line);
      });
    });
  }
  function sendWithProgress(form) {     // a plain form with files: sent by XMLHttpRequest so that the progress can be seen
    var bar = one("[data-upload] progress", form), say = one("[data-upload-say]", form), sent = new XMLHttpRequest();
    bar.hidden = false;
    sent.upload.onprogress = function (e) {
      if (!e.lengthComputable) return;
      bar.max = e.total; bar.value = e.loaded;
      say.textContent = size(e.loaded) + " / " + size(e.total);
    };
    sent.onload = function () {
      if (sent.status === 413 || sent.status === 429 || sent.status >= 502) { failed(sent.status); return; }
      // shown as it came: asking for it a second time would lose its messages
      if (sent.responseURL && sent.responseURL !== location.href) history.pushState(null, "", sent.responseURL);
      document.open(); document.write(sent.responseText); document.close();
    };
    sent.onerror = function () { failed(0); };
    function failed(status) {
      release(form); bar.hidden = true; say.textContent = "";
      toast(problem(status), "act");
    }
    sent.open("POST", form.action);
    sent.setRequestHeader("X-CSRFToken", meta("csrf-token"));
    sent.send(new FormData(form));
  }

  /* ---- htmx ---- */
  function problem(status) {
    if (!status) return tr("网络不通，内容已保留。请检查网络后重试。", "No connection. What you typed is kept: check the network and try again.");
    if (status === 401) return tr("登录已过期，内容已保留。请重新登录。", "Your session has expired. What you typed is kept: sign in again.");
    if (status === 403) return tr("您没有这项权限，或页面已过期。请刷新后重试。", "You may not do this, or the page is out of date. Reload and try again.");
    if (status === 404) return tr("没有找到，或不在您的管理范围。", "Not found, or outside your area.");
    if (status === 409) return tr("别人刚刚改动了它。请刷新后再办理。", "Somebody has just changed it. Reload and go on from there.");
    if (status === 413) return tr("文件太大，请压缩或重拍。", "The file is too large: compress it or take it again.");
    if (status === 429) return tr("操作太频繁，请稍等一分钟。", "Too many requests: wait a minute.");
    return tr("系统出错，没有完成。请稍后重试。", "Something went wrong; it was not done. Try again in a while.");
  }
  function htmxEvents() {
    var body = document.body;
    body.addEventListener("htmx:configRequest", function (e) { e.detail.headers["X-CSRFToken"] = meta("csrf-token"); });
    body.addEventListener("htmx:beforeSwap", function (e) {
      // a refusal is a page part as well: show it, where the server sent HTML for this place
      if ((e.detail.xhr.status === 422 || e.detail.xhr.status === 409) && /html/.test(e.detail.xhr.getResponseHeader("content-type") || "")) { e.detail.shouldSwap = true; e.detail.isError = false; }
    });
    body.addEventListener("htmx:afterRequest", function (e) {
      var form = e.detail.elt;
      if (!guarded(form)) return;
      release(form);
      if (e.detail.successful) {
        all("input[name=client_id]", form).forEach(function (i) { i.value = clientId(); });
        if (keeps(form)) { store(name("sent", form), ""); store(name("typed", form), ""); }
      } else if (keeps(form) && form.isConnected) save(form);
    });
    body.addEventListener("htmx:responseError", function (e) {
      var status = e.detail.xhr.status;
      toast(problem(status), "act", status === 401 ? { label: tr("登录", "Sign in"), url: meta("tongchou-sign-in") || location.href } : null);
    });
    body.addEventListener("htmx:sendError", function () { toast(problem(0), "act"); });
    body.addEventListener("htmx:timeout", function () { toast(problem(0), "act"); });
    body.addEventListener("htmx:load", function (e) { begin(e.detail.elt); tick(); });
  }

  /* ---- column choice of a sheet, remembered on this device ---- */
  function columns(sheet) {
    var key = "columns:" + sheet.dataset.sheet, off = [];
    try { off = JSON.parse(localStorage.getItem(key) || "null") || (sheet.dataset.off ? sheet.dataset.off.split(" ") : []); } catch (e) { off = []; }
    function apply() {
      all("[data-column]", sheet).forEach(function (b) { b.checked = off.indexOf(b.value) < 0; });
      all("[data-col]", sheet).forEach(function (c) { c.hidden = off.indexOf(c.dataset.col) >= 0; });
    }
    all("[data-column]", sheet).forEach(function (box) {
      box.addEventListener("change", function () {
        off = all("[data-column]", sheet).filter(function (b) { return !b.checked; }).map(function (b) { return b.value; });
        try { localStorage.setItem(key, JSON.stringify(off)); } catch (e) { /* storage is off */ }
        apply();
      });
    });
    apply();
  }

  /* ---- start ---- */
  function own(selector, scope) { return (scope.matches && scope.matches(selector) ? [scope] : []).concat(all(selector, scope)); }
  function begin(scope) {
    own("[data-chart]", scope).forEach(drawChart);
    own("[data-map]", scope).forEach(drawMap);
    own("[data-sheet]", scope).forEach(columns);
    if (anyTyped()) own("form[method=post]", scope).forEach(restore);
    if (own("[data-bs-toggle]", scope).length && meta("tongchou-tabler")) script(meta("tongchou-tabler"));
  }
  document.addEventListener("click", function (e) {
    var target = e.target.closest("[data-dismiss], [data-theme-toggle], [data-print], [data-keys], [data-pick-none], [data-place], [aria-disabled=true]");
    closeMenus(e.target);
    if (!target) return;
    if (target.matches("[aria-disabled=true]")) e.preventDefault();
    else if (target.matches("[data-dismiss]")) { var line = target.closest(".tc-toast, .tc-note, dialog"); if (line.close) line.close(); else line.remove(); }
    else if (target.matches("[data-theme-toggle]")) toggleTheme();
    else if (target.matches("[data-print]")) print();
    else if (target.matches("[data-keys]")) one("dialog.tc-keys").showModal();
    else if (target.matches("[data-pick-none]")) { all("[data-worklist] input[name=pick]").forEach(function (b) { b.checked = false; }); picked(); }
    else if (target.dataset.place && target.closest("[data-places]")) select(target.closest("[data-places]"), target.dataset.place);
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("toggle", function (e) { if (e.target.matches && e.target.matches("details.tc-menu, details.tc-def")) { placePanel(e.target); if (e.target.open) closeMenus(e.target); } }, true);
  document.addEventListener("scroll", function (e) { if (e.target !== document || one(".tc-sheet-box details[open]")) all(".tc-sheet-box details[open]").forEach(function (d) { d.open = false; }); }, true);
  document.addEventListener("change", function (e) {
    var t = e.target;
    if (t.name === "pick") picked();
    else if (t.matches("[data-pick-all]")) { all("[data-worklist] input[name=pick]").forEach(function (b) { b.checked = t.checked; }); picked(); }
    else if (t.type === "file" && t.closest("[data-upload]")) showFiles(t.closest("[data-upload]"));
    if (t.closest("form[data-autosubmit]")) t.form.requestSubmit ? t.form.requestSubmit() : t.form.submit();
  });
  addEventListener("pagehide", saveTyped);
  document.addEventListener("input", function (e) {
    var form = e.target.form;
    if (!form || !keeps(form)) return;
    if (unsaved !== form) saveTyped();
    clearTimeout(saving);
    unsaved = form;
    saving = setTimeout(saveTyped, 400);
  });
  document.addEventListener("submit", function (e) {
    var form = e.target;
    if (e.submitter && e.submitter.getAttribute("aria-disabled") === "true") { e.preventDefault(); e.stopPropagation(); return; }
    if (!guarded(form)) return;
    if (navigator.onLine === false && !form.matches("[hx-post],[data-kept],[data-holds]")) { e.preventDefault(); e.stopPropagation(); toast(problem(0), "act"); return; }   // the browser would put its own page in place of what was typed; data-holds: a script of its own holds it
    if (!guard(form, e.submitter)) { e.preventDefault(); e.stopPropagation(); return; }
    if (form.hasAttribute("data-forget")) forgetAll(); else markSent(form);
    var files = all("[data-upload] input[type=file]", form).some(function (i) { return i.files.length; });
    if (files && !form.matches("[hx-post],[data-hx-post]")) { e.preventDefault(); sendWithProgress(form); }
  }, true);
  addEventListener("pageshow", function (e) { if (e.persisted) { all("form").forEach(release); picked(); } });
  addEventListener("click", function (e) {        // a file that came with the page and is stored nowhere else
    var button = e.target.closest && e.target.closest("[data-save-blob]");
    if (!button) return;
    var held = one("[data-blob]", button.parentNode), text = atob(held.content.textContent.trim()), bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: held.dataset.type }));
    link.download = held.dataset.blob; link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  });
  addEventListener("dragover", function (e) { var b = e.target.closest && e.target.closest("[data-upload]"); if (b) { e.preventDefault(); b.classList.add("is-over"); } });
  addEventListener("dragleave", function (e) { var b = e.target.closest && e.target.closest("[data-upload]"); if (b) b.classList.remove("is-over"); });
  addEventListener("drop", function (e) {
    var b = e.target.closest && e.target.closest("[data-upload]");
    if (!b) return;
    e.preventDefault(); b.classList.remove("is-over");
    var input = one("input[type=file]:not([capture])", b);
    if (input) { input.files = e.dataTransfer.files; showFiles(b); }
  });
  function start() {
    settleKept();
    begin(document.body);
    picked();
    htmxEvents();
    tick();
    setInterval(tick, 20000);
    setTimeout(function () { all("#toasts > .tc-toast").forEach(function (t) { if (!t.contains(document.activeElement)) t.remove(); }); }, 20000);
    var summary = one(".tc-errors");
    if (summary) summary.focus();
    var key = one("dialog.tc-keys");
    if (key) all("[data-keyhint]").forEach(function (h) { h.hidden = false; });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
