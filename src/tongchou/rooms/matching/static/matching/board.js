/* Boarding at the bus: what was checked on this device and has not gone up yet stands beside each passenger, judged by the rule of the page.
   The server judges again by the same rule. Works with web/static/kept.js. */
(function () {
  "use strict";
  var d = window.tongchouDevice, tr = d.tr, make = d.make, box = document.querySelector("[data-board]"), form = document.querySelector("form[data-kept]");
  if (!box || !form || !window.tongchouKept) return;
  var limit = Number(box.dataset.limit), minutes = Number(box.dataset.minutes), select = form.elements.passenger;
  function clock(at) { return new Date(at).toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" }); }
  function found(row, checks) {   // what the checks on this device make of somebody; null: none
    var first = row.dataset.firstAt ? Date.parse(row.dataset.firstAt) : 0, out = null;
    checks.forEach(function (c) {
      var hot = Math.round(Number(c.given.tenths) * 10) > limit;
      if (c.given.symptoms === "yes") out = { bad: true, words: tr("有症状，不能上车", "symptoms: not on board") };
      else if (hot && first) out = { bad: true, words: tr("两次超标，发热，不能上车", "two readings above the limit, fever: not on board") };
      else if (c.given.code !== "green") out = { bad: true, words: tr("非绿码，不能上车", "code: not on board") };
      else if (hot) { first = c.at; out = { again: first + minutes * 60000, words: tr("首次测温超标，" + clock(first + minutes * 60000) + " 起复测", "first reading above the limit, again from " + clock(first + minutes * 60000) + " on") }; }
      else out = { words: tr("查验正常，已上车", "fine, on board") };
    });
    return out;
  }
  function mark(row, said) {
    var told = row.querySelector("[data-told]"), button = row.querySelector("[data-check]"), option = select.querySelector("option[value='" + row.dataset.passenger + "']");
    var settled = said && (!said.again || said.again > Date.now());
    told.textContent = "";
    told.appendChild(make("span", said.bad ? "tc-error" : "", said.words + tr("（存在本机）", " (kept on this device)")));
    if (button) button.hidden = settled;
    if (option) { option.disabled = settled; if (settled && option.selected) select.value = ""; }
    row.dataset.found = said.bad ? "away" : said.again ? "again" : "on";
  }
  function all() {
    return window.tongchouKept.own().then(function (kept) {
      var by = {};
      kept.filter(function (e) { return e.url === location.pathname && !e.why; }).forEach(function (e) {
        var given = {};
        e.fields.forEach(function (f) { given[f[0]] = f[1]; });
        (by[given.passenger] = by[given.passenger] || []).push({ at: e.at, given: given });
      });
      box.querySelectorAll("[data-passenger]").forEach(function (row) {
        var said = found(row, by[row.dataset.passenger] || []);
        if (said) mark(row, said);
        else if (row.dataset.found) { row.querySelector("[data-told]").textContent = tr("已上传", "sent"); delete row.dataset.found; }
      });
    });
  }
  box.addEventListener("click", function (e) {
    var link = e.target.closest("[data-check]");
    if (!link) return;
    e.preventDefault();
    select.value = link.closest("[data-passenger]").dataset.passenger;
    form.elements.tenths.scrollIntoView({ block: "center" });
    form.elements.tenths.focus({ preventScroll: true });
  });
  document.addEventListener("tongchou:kept", all);
  setInterval(all, 5000);   // a second reading is due
  all();
})();
