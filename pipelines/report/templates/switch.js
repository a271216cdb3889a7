(function () {
  "use strict";
  var radios = document.querySelectorAll("input[name=lang]");
  function pick(lang) {
    var radio = document.getElementById("lang-" + lang);
    if (radio) { radio.checked = true; tell(radio); }
  }
  function tell(radio) {
    document.documentElement.lang = radio.getAttribute("data-tag");
    document.title = radio.getAttribute("data-title");
  }
  function fromAddress() {
    var inHash = /^#(en|zh)(-|$)/.exec(location.hash);
    var inQuery = /[?&]lang=(en|zh)(-|&|$)/.exec(location.search);
    var found = inHash || inQuery;
    if (found) { pick(found[1]); }
    if (inHash && inHash[2] === "-") {
      var goal = document.getElementById(location.hash.slice(1));
      if (goal) { goal.scrollIntoView(); }
    }
  }
  for (var i = 0; i < radios.length; i += 1) {
    radios[i].addEventListener("change", function (event) { tell(event.target); });
  }
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
