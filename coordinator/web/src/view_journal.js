// The journal: incident phases, the shift log, charts over time, a look back, reports to take away.
import { decide, get, url } from "./api.js";
import { drawCharts } from "./charts.js";
import { fill, h } from "./dom.js";
import { isInUse } from "./hands.js";
import { doing, fileName, say, troubleOf } from "./say.js";
import { lookAt, may, mayWork, picture } from "./store.js";
import { moment, number, t, word } from "./texts.js";

const PHASES = ["watch", "activation", "evacuation", "stand-down", "demobilisation", "closed"];
const notes = h("ol", { class: "plain journal" });

async function drawNotes() {
  const list = (await get("/notes", { limit: 100, at: picture.at })).items;
  fill(
    notes,
    list.length === 0
      ? h("li", { class: "note" }, t("journal.empty"))
      : list.map((record) =>
          h(
            "li",
            null,
            h("small", null, moment(record.wall_ms), " · ", record.name),
            " ",
            record.subject ? h("b", null, record.subject, " ") : "",
            record.text || (record.report && record.report.text) || "",
          ),
        ),
  );
}

function noteForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    return doing(
      event,
      () =>
        decide("POST", "/notes", {
          text: form.get("text"),
          ...(form.get("subject") ? { subject: form.get("subject") } : {}),
        }),
      t("journal.noted"),
    ).then((done) => {
      if (done) {
        event.target.reset();
        drawNotes().catch(say);
      }
    });
  };
  return h(
    "form",
    { onsubmit: submit, class: "form" },
    h("label", null, t("journal.note"), h("textarea", { name: "text", rows: 2, maxlength: 1000, required: true })),
    h("label", null, t("journal.subject"), h("input", { name: "subject", maxlength: 64 })),
    h("button", null, t("journal.write")),
  );
}

// ---- incident ----

function incident() {
  const open = picture.status && picture.status.incident;
  if (!may("approver", "exercise-controller"))
    return h("p", null, open ? word("phase", open.phase) : t("incident.none"));
  if (!open) {
    const submit = (event) => {
      event.preventDefault();
      const form = new FormData(event.target);
      return doing(
        event,
        () => decide("POST", "/incidents", { name: form.get("name"), hazard: form.get("hazard") || undefined }),
        t("incident.opened"),
      );
    };
    return h(
      "form",
      { onsubmit: submit, class: "form" },
      h("label", null, t("incident.name"), h("input", { name: "name", required: true, maxlength: 200 })),
      h(
        "label",
        null,
        t("incident.hazard"),
        h(
          "select",
          { name: "hazard" },
          ["flood", "typhoon", "earthquake", "landslide", "fire", "tsunami"].map((kind) =>
            h("option", { value: kind }, word("hazard", kind)),
          ),
        ),
      ),
      h("button", { class: "go" }, t("incident.open")),
    );
  }
  return h(
    "div",
    { class: "phases", role: "group", "aria-label": t("incident.phase") },
    PHASES.map((phase) =>
      h(
        "button",
        {
          "aria-pressed": String(open.phase === phase),
          disabled: open.phase === phase,
          onclick: (event) => {
            if (phase !== "closed" || confirm(t("incident.close-sure")))
              doing(
                event,
                () => decide("PUT", "/incidents/open", { phase }),
                t("incident.phase-set", { phase: word("phase", phase) }),
              );
          },
        },
        word("phase", phase),
      ),
    ),
  );
}

// ---- a look back ----

function timeSlider() {
  const last = picture.at ? Math.max(picture.at, newest) : (picture.status && picture.status.position) || 1;
  newest = last;
  const label = h(
    "output",
    null,
    t("past.at", { n: number(picture.at || last), when: moment(picture.status && picture.status.wall_ms) }),
  );
  // The moment of a position is asked for; of what came late nothing is shown.
  const tell = (position) => {
    label.textContent = number(position);
    get("/log", { from: position, limit: 1 })
      .then(({ items }) => {
        if (items.length > 0 && label.textContent === number(position))
          label.textContent = t("past.at", { n: number(position), when: moment(items[0].wall_ms) });
      })
      .catch(() => undefined); // the number stands
  };
  return h(
    "div",
    { class: "form" },
    h(
      "label",
      null,
      t("past.slider"),
      h("input", {
        type: "range",
        min: 1,
        max: last,
        value: picture.at || last,
        oninput: (event) => tell(Number(event.target.value)),
        onchange: (event) => {
          event.target.blur();
          lookAt(Number(event.target.value) >= last ? null : Number(event.target.value)).catch(say);
        },
      }),
    ),
    label,
  );
}

let newest = 0;
/** @type {HTMLElement} */
let place;
let drawn = "";

function stand() {
  const open = picture.status && picture.status.incident;
  return `${picture.at} ${open ? open.id + open.phase : ""}`;
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["notes", "incidents", "status"],
  async open(into) {
    place = into;
    drawn = stand();
    const charts = h("div", { class: "charts" });
    const lang = document.documentElement.lang === "zh-CN" ? "zh" : "en";
    fill(
      into,
      h("h1", null, t("nav.journal")),
      h("section", null, h("h2", null, t("incident.phase")), incident()),
      h("section", null, h("h2", null, t("past.title")), timeSlider()),
      h(
        "section",
        null,
        h("h2", null, t("charts.title")),
        charts,
        h(
          "p",
          { class: "actions" },
          h(
            "a",
            {
              class: "button",
              href: url("/series", { format: "csv", at: picture.at }),
              download: fileName("charts.csv"),
            },
            t("export.series"),
          ),
        ),
      ),
      h("section", null, h("h2", null, t("journal.title")), (mayWork() || may("evaluator")) && noteForm(), notes),
      h(
        "section",
        null,
        h("h2", null, t("export.title")),
        h(
          "p",
          { class: "actions" },
          h(
            "a",
            {
              class: "button",
              href: url("/situation", { format: "html", lang, at: picture.at }),
              target: "_blank",
              rel: "noopener",
            },
            t("export.situation"),
          ),
          h(
            "a",
            {
              class: "button",
              href: url("/situation", { format: "csv", at: picture.at }),
              download: fileName("situation.csv"),
            },
            t("export.situation-csv"),
          ),
          h(
            "a",
            {
              class: "button",
              href: url("/shelters", { format: "geojson", at: picture.at }),
              download: fileName("shelters.geojson"),
            },
            t("export.geojson"),
          ),
        ),
      ),
    );
    await drawNotes();
    await drawCharts(charts).catch((error) => fill(charts, h("p", { class: "note" }, troubleOf(error))));
  },
  // The phase and the slider are drawn anew where they changed, and only then: somebody may be writing.
  async refresh() {
    if (drawn !== stand() && !isInUse(place)) await view.open(place, []);
    else await drawNotes();
  },
};
