/* A long list of choices is narrowed by a few characters typed above it: units of a district are hundreds, people thousands. What is chosen stays in sight.
   Without the script the list is there as a whole. */
(function () {
  "use strict";
  var LONG = 20, english = document.documentElement.lang === "en";
  function all(selector, scope) { return Array.prototype.slice.call(scope.querySelectorAll(selector)); }
  function box(label, narrow) {
    var input = document.createElement("input");
    input.type = "search"; input.className = "form-control tc-narrow"; input.autocomplete = "off";
    input.placeholder = english ? "Type to narrow the list" : "输入几个字，缩小范围";
    input.setAttribute("aria-label", (label ? label + (english ? ": " : "：") : "") + input.placeholder);
    input.addEventListener("input", function () { narrow(input.value.trim().toLowerCase()); });
    input.addEventListener("keydown", function (e) { if (e.key === "Enter") e.preventDefault(); });   // it is not part of the form's answer
    return input;
  }
  function words(element) { return element ? element.firstChild.textContent.trim() : ""; }
  function many(list) {
    var choices = all(".tc-choice", list);
    if (choices.length <= LONG) return;
    var legend = list.closest("fieldset") && list.closest("fieldset").querySelector("legend");
    list.before(box(words(legend), function (typed) {
      choices.forEach(function (c) { c.hidden = !!typed && !c.querySelector("input").checked && c.textContent.toLowerCase().indexOf(typed) < 0; });
    }));
  }
  function select(list) {
    var options = Array.prototype.slice.call(list.options);
    if (list.multiple || options.length <= LONG) return;
    list.before(box(words(document.querySelector('label[for="' + list.id + '"]')), function (typed) {
      var chosen = list.value;
      options.forEach(function (o) {
        var fits = !typed || !o.value || o.value === chosen || o.text.toLowerCase().indexOf(typed) >= 0;
        if (fits) list.add(o); else o.remove();   // in their order: each that fits is put behind those before it
      });
      list.value = chosen;
    }));
  }
  all(".tc-field .tc-many", document).forEach(many);
  all(".tc-field select.form-select", document).forEach(select);
})();
