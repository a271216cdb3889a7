(function () {
  "use strict";
  function listen(field) {
    var page = field.closest("main");
    var entries = page.querySelectorAll("[data-entry]");
    var none = page.querySelector("[data-none]");
    function filter() {
      var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      for (var i = 0; i < entries.length; i += 1) {
        var text = entries[i].textContent.toLowerCase();
        var found = words.every(function (word) { return text.indexOf(word) !== -1; });
        entries[i].hidden = !found;
        if (found) { shown += 1; }
      }
      none.hidden = shown !== 0;
    }
    field.addEventListener("input", filter);
    field.closest("[data-search]").hidden = false;
    filter();
  }
  var fields = document.querySelectorAll("input[type=search]");
  for (var i = 0; i < fields.length; i += 1) { listen(fields[i]); }
})();
