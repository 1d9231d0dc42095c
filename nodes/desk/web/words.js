// What the page says: its texts in the language that was chosen, and ages, which go on while nothing is heard.
"use strict";
window.desk = {};
(function (desk) {
  const TEXTS = JSON.parse(document.getElementById("texts").textContent);

  function say(key, value) {
    return (TEXTS[key] || key).replace("{}", value === undefined ? "" : String(value));
  }

  function element(name, attributes, text) {
    const made = document.createElement(name);
    Object.keys(attributes || {}).forEach((key) => made.setAttribute(key, attributes[key]));
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // ---- ages: they go on while nothing is heard ----

  const AGES = [
    [60, 1, "age.seconds"],
    [3600, 60, "age.minutes"],
    [172800, 3600, "age.hours"],
    [Infinity, 86400, "age.days"],
  ];
  const keptAt = parseInt(document.documentElement.getAttribute("data-kept"), 10);
  const loaded = { wall: keptAt || Date.now(), steady: performance.now() }; // a page kept for offline is as old as it says

  // The steady clock may sleep with the phone, and the other may be set by hand: the longer one holds.
  function secondsSince(moment) {
    return Math.max(0, Date.now() - moment.wall, performance.now() - moment.steady) / 1000;
  }

  function nodeRate() {
    const head = document.querySelector(".sync");
    return (head ? parseInt(head.getAttribute("data-rate"), 10) || 1000 : 1000) / 1000;
  }

  function ageText(seconds) {
    const unit = AGES.filter((one) => seconds < one[0])[0];
    return say(unit[2], Math.floor(seconds / unit[1]));
  }

  function showAges() {
    const rate = nodeRate();
    document.querySelectorAll("[data-age]").forEach((place) => {
      const seconds = parseInt(place.getAttribute("data-age"), 10) + secondsSince(place.since || loaded) * rate;
      const text = place.hasAttribute("data-least") ? say("age.at-least", ageText(seconds)) : ageText(seconds);
      if (place.textContent !== text) place.textContent = text;
    });
  }

  Object.assign(desk, { say: say, element: element, nodeRate: nodeRate, showAges: showAges });
})(window.desk);
