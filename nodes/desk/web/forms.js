// What makes forms handy: counters for thumbs, toggles, files, and buttons that say what they will enter. Without it every
// form works by itself.
"use strict";
(function (desk) {
  const say = desk.say,
    element = desk.element;

  // ---- counters ----

  function step(input, by) {
    const value = Math.max(0, (parseInt(input.value, 10) || 0) + by); // by −Infinity: to none
    input.value = String(value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function stepper(input, by, name) {
    const button = element(
      "button",
      { type: "button", class: "step", "aria-label": say(by > 0 ? "more" : "less", name) },
      by > 0 ? "+" : "−",
    );
    button.addEventListener("click", () => step(input, by));
    return button;
  }

  function makeSteppers(root) {
    root.querySelectorAll(".counter").forEach((counter) => {
      const input = counter.querySelector("input");
      if (!input || counter.querySelector(".step")) return;
      const name = counter.querySelector("label").textContent;
      counter.insertBefore(stepper(input, -1, name), input);
      counter.appendChild(stepper(input, 1, name));
      input.addEventListener("focus", () => input.select());
    });
  }

  // Who is among them is a tap each; for more than one of a kind its counter appears.
  function makeToggles(root) {
    root.querySelectorAll("details.chips").forEach((chips) => {
      const bar = element("div", {
        class: "toggles",
        role: "group",
        "aria-label": chips.querySelector("summary").textContent,
      });
      chips.querySelectorAll(".counter").forEach((counter) => bar.appendChild(toggle(counter)));
      chips.insertBefore(bar, chips.querySelector("summary").nextSibling);
      chips.open = true;
    });
  }

  function toggle(counter) {
    const input = counter.querySelector("input");
    const button = element(
      "button",
      { type: "button", "aria-pressed": "false" },
      counter.querySelector("label").textContent,
    );
    const show = () => {
      const some = parseInt(input.value, 10) > 0;
      button.setAttribute("aria-pressed", String(some));
      counter.classList.toggle("none", !some && document.activeElement !== input);
    };
    button.addEventListener("click", () => step(input, parseInt(input.value, 10) > 0 ? -Infinity : 1));
    input.addEventListener("input", show);
    input.form.addEventListener("reset", () => setTimeout(show));
    show();
    return button;
  }

  // Spreadsheets in China still write files in a coding of their own.
  function readText(file, coding, give) {
    const reader = new FileReader();
    reader.onload = () => {
      if (coding === "utf-8" && reader.result.indexOf("\ufffd") >= 0) readText(file, "gb18030", give);
      else give(reader.result);
    };
    reader.readAsText(file, coding);
  }

  function makeFilePickers(root) {
    root.querySelectorAll("input[type=file][data-into]").forEach((picker) => {
      picker.hidden = false;
      picker.addEventListener("change", () => {
        if (picker.files[0])
          readText(picker.files[0], "utf-8", (text) => {
            document.getElementById(picker.getAttribute("data-into")).value = text;
          });
      });
    });
  }

  // ---- times ----

  const AHEAD_MIN = 60; // by which a watch may be before this phone; what is further ahead was yesterday

  function minutesSince(text) {
    const now = new Date(),
      parts = text.split(":");
    const since = now.getHours() * 60 + now.getMinutes() - parts[0] * 60 - parts[1];
    return since < -AHEAD_MIN ? since + 1440 : Math.max(0, since);
  }

  // Paper says when as its writer's watch told it, the node wants how long ago. In an exercise that runs faster no watch does.
  function makeTimes(root) {
    if (desk.nodeRate() !== 1) return;
    root.querySelectorAll("th[data-minutes]").forEach((head) => {
      head.textContent = say("row-when");
    });
    root.querySelectorAll("input[data-minutes]").forEach((minutes) => {
      const clock = element("input", { type: "time", "aria-label": say("row-time") });
      minutes.parentNode.setAttribute("data-label", say("row-when"));
      clock.addEventListener("input", () => {
        minutes.value = clock.value ? minutesSince(clock.value) : "";
      });
      minutes.parentNode.insertBefore(clock, minutes);
    });
  }

  // ---- what a button will enter ----

  function totalOf(form) {
    let total = 0;
    form.querySelectorAll(".counter.age input").forEach((input) => {
      total += parseInt(input.value, 10) || 0;
    });
    return total;
  }

  // The button says how many it will enter; a head count says what it finds beside the figure of the page.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !(form.hasAttribute("data-counts") || form.hasAttribute("data-counted"))) return;
    const button = form.querySelector("button.go"),
      apart = form.querySelector(".apart");
    const name = button.getAttribute("data-name") || button.textContent;
    const total = totalOf(form);
    button.setAttribute("data-name", name);
    button.textContent = total > 0 ? name + " · " + total : name;
    form.classList.toggle("counting", total > 0); // the button stays under the thumb then
    if (apart)
      apart.textContent = apartText(
        total - parseInt(document.querySelector("[data-total]").getAttribute("data-total"), 10),
      );
  });

  // What comes out of so many kits is entered where no other figure was.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || form.getAttribute("data-form") !== "unpack" || event.target.name !== "quantity0") return;
    form.querySelectorAll("input[name^=came]").forEach((came) => {
      const each = form.querySelector("input[name=each" + came.name.slice(4) + "]").value;
      if (came.value !== "" && came.value !== came.getAttribute("data-card")) return;
      came.value = String(each * (parseInt(event.target.value, 10) || 0));
      came.setAttribute("data-card", came.value);
    });
  });

  function apartText(apart) {
    return say(apart > 0 ? "count-more" : apart < 0 ? "count-fewer" : "count-same", Math.abs(apart));
  }

  function make(root) {
    makeSteppers(root);
    makeToggles(root);
    makeFilePickers(root);
    makeTimes(root);
  }

  desk.forms = { make: make, makeSteppers: makeSteppers };
})(window.desk);
