/* The page of a document: a directive and its span show each other, the panes scroll together, a selection becomes a directive,
   and the keyboard moves through the cards. Everything works without it, by links and forms. */
(function () {
  "use strict";
  var texts = document.querySelector("[data-texts]");
  var list = document.querySelector("[data-directives]");
  if (!texts || !list) return;
  var clean = texts.querySelector("[data-clean]"), raw = texts.querySelector("[data-raw]");
  function all(selector, scope) { return Array.prototype.slice.call((scope || document).querySelectorAll(selector)); }
  function cards() { return all("[data-directive]", list).filter(function (c) { return c.offsetParent !== null; }); }
  function card(key) { return document.getElementById("d-" + key); }

  /* ---- a directive and its span ---- */
  function inside(pane, element) {     // scroll the pane, not the page
    if (!pane || !element || pane.offsetParent === null) return;
    var top = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTop += top - pane.clientHeight / 3;
  }
  function show(key, from) {
    all(".is-here").forEach(function (e) { if (texts.contains(e) || list.contains(e)) e.classList.remove("is-here"); });
    var spans = all('[data-span-of="' + key + '"]', clean), raws = all('[data-raw-of="' + key + '"]', raw), c = card(key);
    spans.concat(raws).forEach(function (e) { e.classList.add("is-here"); });
    if (c) c.classList.add("is-here");
    still = Date.now() + 400;
    if (from !== clean) inside(clean, spans[0]);
    inside(raw, raws[0]);
    if (from === clean && c) c.scrollIntoView({ block: "nearest" });
  }
  function here() {
    var found = cards(), n = found.findIndex(function (c) { return c.classList.contains("is-here"); });
    return n;
  }
  function reach(key) {                // shown, focused and, in a long document, opened
    show(key, list);
    var c = card(key), link = c && c.querySelector("[data-open]");
    if (!c) return;
    c.focus({ preventScroll: true });
    c.scrollIntoView({ block: "nearest" });
    if (!link || !window.htmx || c.dataset.asked) return;
    c.dataset.asked = "1";
    window.htmx.ajax("GET", link.href, { target: c, swap: "outerHTML" }).then(function () { delete c.dataset.asked; });   // without an answer it may be asked for again
  }
  function go(n) {
    var found = cards();
    if (found.length) reach(found[Math.max(0, Math.min(found.length - 1, n))].dataset.directive);
  }
  texts.addEventListener("click", function (e) {
    var span = e.target.closest("[data-span-of]");
    if (!span) return;
    e.preventDefault();
    if (String(getSelection())) return;                     // selecting words is no click
    reach(span.dataset.spanOf);
  });
  list.addEventListener("click", function (e) {
    var link = e.target.closest("[data-to-span]"), c = e.target.closest("[data-directive]"), open = e.target.closest(".is-line h3 a");
    if (link || open) e.preventDefault();
    if (c && (open || c.classList.contains("is-line") && !link)) reach(c.dataset.directive);
    else if (c && (link || !e.target.closest("a, button, input, summary"))) show(c.dataset.directive, list);
  });

  /* ---- the two panes scroll together, by share ---- */
  var still = 0;
  function follow(from, to) {
    from.addEventListener("scroll", function () {
      if (Date.now() < still || from.matches(":hover") === false && document.activeElement !== from) return;
      var room = from.scrollHeight - from.clientHeight;
      if (room > 0) to.scrollTop = from.scrollTop / room * (to.scrollHeight - to.clientHeight);
    }, { passive: true });
  }
  if (raw) { follow(clean, raw); follow(raw, clean); }
  var toggle = texts.querySelector("[data-show-raw]");
  function apply() { texts.classList.toggle("is-clean-only", toggle && !toggle.checked); }
  if (toggle) {
    if (matchMedia("(max-width: 767px)").matches) toggle.checked = false;
    toggle.addEventListener("change", apply);
    apply();
  }

  /* ---- a selection becomes a directive: the offset of a piece is in data-at, counted in characters ---- */
  var add = texts.querySelector("[data-add]");
  function place(node, offset) {
    var piece = (node.nodeType === 3 ? node.parentNode : node).closest("[data-at]");
    if (!piece || !clean.contains(piece)) return null;
    var range = document.createRange();
    range.selectNodeContents(piece);
    range.setEnd(node, offset);
    return Number(piece.dataset.at) + Array.from(range.toString()).length;
  }
  document.addEventListener("selectionchange", function () {
    if (!add) return;
    var s = getSelection();
    if (!s.rangeCount || s.isCollapsed) { return; }
    var r = s.getRangeAt(0), a = place(r.startContainer, r.startOffset), b = place(r.endContainer, r.endOffset);
    add.hidden = a === null || b === null || b - a < 4;
    if (!add.hidden) { add.elements.start.value = a; add.elements.end.value = b; }
  });

  /* ---- keyboard ---- */
  function typing(t) { return t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) && !/^(checkbox|radio|button)$/.test(t.type); }
  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]")) return;
    var at = here(), c = cards()[at];
    function part(what) { return c && c.querySelector('[data-do="' + what + '"]'); }
    if (e.key === "j" || e.key === "k") { e.preventDefault(); go(e.key === "j" ? at + 1 : Math.max(0, at - 1)); return; }
    if (e.key === "a" && part("confirm")) { e.preventDefault(); part("confirm").querySelector("button").click(); }
    else if (e.key === "m" && part("merge")) { e.preventDefault(); part("merge").querySelector("button").click(); }
    else if ((e.key === "e" || e.key === "s") && part(e.key === "e" ? "edit" : "split")) { e.preventDefault(); part(e.key === "e" ? "edit" : "split").click(); }
    else if (e.key === "d" && part("drop")) { e.preventDefault(); part("drop").open = true; part("drop").querySelector("[name=reason]").focus(); }
  });
  /* a confirmed card leads to the next that nobody has read; the span takes the card's new colour */
  document.body.addEventListener("htmx:afterSettle", function (e) {
    var c = e.detail.elt && e.detail.elt.closest ? e.detail.elt.closest("[data-directive]") || document.querySelector('[data-directive="' + (e.detail.elt.dataset || {}).directive + '"]') : null;
    if (!c) return;
    all('[data-span-of="' + c.dataset.directive + '"]', clean).forEach(function (s) { s.className = "tc-span is-" + c.dataset.state; });
    if (e.detail.requestConfig && e.detail.requestConfig.verb === "get") {   // a card was opened, and nobody went on meanwhile
      if (document.activeElement === document.body || document.activeElement === c) reach(c.dataset.directive);
      return;
    }
    if (c.dataset.state !== "confirmed") { show(c.dataset.directive, list); return; }
    var found = cards(), n = found.indexOf(c);
    var next = found.slice(n + 1).concat(found.slice(0, n)).find(function (x) { return x.dataset.state === "proposed"; });
    if (next) go(found.indexOf(next)); else show(c.dataset.directive, list);
  });
  function hash() { if (location.hash.indexOf("#d-") === 0) reach(location.hash.slice(3)); }
  addEventListener("hashchange", hash);
  hash();
})();
