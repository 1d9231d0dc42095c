// What came by telephone or radio goes in here, and is marked so.
import { decide } from "./api.js";
import { fill, h } from "./dom.js";
import { GOODS } from "./report_goods.js";
import { doing } from "./say.js";
import { may, picture } from "./store.js";
import { rowsOf, suggestions } from "./suggest.js";
import { t, word } from "./texts.js";

const FIGURES = [
  "infant",
  "child",
  "adult",
  "elderly",
  "age_unknown",
  "wheelchair",
  "medical",
  "pregnant",
  "other_language",
  "pets",
];
const STATUSES = ["standby", "opening", "open", "nearly-full", "full", "closing", "closed", "damaged"];
const LIFELINES = ["power", "generator", "water", "sewage", "communication", "heating", "road"];

const TOLD_MORE = [
  "count",
  "goods-request",
  "stock-receive",
  "stock-ship",
  "stock-issue",
  "stock-loss",
  "stock-expire",
  "stock-write-off",
];

const figures = () =>
  h(
    "div",
    { class: "grid" },
    FIGURES.map((figure) =>
      h("label", null, word("figure", figure), h("input", { name: figure, type: "number", min: 0, max: 100000 })),
    ),
  );
const peopleOf = (form) =>
  Object.fromEntries(
    FIGURES.map((figure) => [figure, Number(form.get(figure)) || 0]).filter(([, count]) => Number(count) > 0),
  );
const select = (name, group, words) =>
  h(
    "select",
    { name },
    words.map((one) => h("option", { value: one }, word(group, one))),
  );

/** What can be reported: its fields, and the entry that they make (docs/NODE.md). */
const KINDS = {
  count: { fields: figures, entry: (form) => ({ verb: "count", people: peopleOf(form) }) },
  "check-in": {
    fields: () => [figures(), h("label", null, t("zone"), h("input", { name: "zone", list: "zones", maxlength: 64 }))],
    entry: (form) => ({
      verb: "check-in",
      people: peopleOf(form),
      ...(form.get("zone") ? { zone: form.get("zone") } : {}),
    }),
  },
  "check-out": {
    fields: () => [figures(), h("label", null, t("report.to"), select("to", "to", ["home", "hospital", "unknown"]))],
    entry: (form) => ({ verb: "check-out", people: peopleOf(form), to: form.get("to") }),
  },
  "status-report": {
    fields: () => [
      h("label", null, t("status"), select("status", "status", STATUSES)),
      h("label", null, t("reason"), h("input", { name: "reason", maxlength: 200 })),
    ],
    entry: (form) => ({
      verb: "status-report",
      status: form.get("status"),
      ...(form.get("reason") ? { reason: form.get("reason") } : {}),
    }),
  },
  capacity: {
    fields: () =>
      h("label", null, t("capacity"), h("input", { name: "capacity", type: "number", min: 0, required: true })),
    entry: (form) => ({
      verb: "capacity",
      lines: [{ people: Number(form.get("capacity")), place: "indoor", part: "night" }],
    }),
  },
  lifeline: {
    fields: () => [
      h("label", null, t("report.lifeline"), select("kind", "lifeline", LIFELINES)),
      h("label", null, t("status"), select("state", "state", ["up", "limited", "down"])),
    ],
    entry: (form) => ({ verb: "lifeline", lifelines: [{ kind: form.get("kind"), state: form.get("state") }] }),
  },
  request: {
    fields: () => [
      h("label", null, t("request.kind"), select("kind", "request", ["transport", "medical", "staff", "repair"])),
      h("label", null, t("request.urgency"), select("urgency", "urgency", ["routine", "urgent", "life-saving"])),
      h("label", null, t("request.what"), h("input", { name: "text", maxlength: 400 })),
    ],
    entry: (form) => ({
      verb: "request",
      kind: form.get("kind"),
      urgency: form.get("urgency"),
      text: form.get("text") || "",
    }),
  },
  ...GOODS,
  note: {
    fields: () =>
      h("label", null, word("verb", "note"), h("textarea", { name: "text", rows: 3, maxlength: 1000, required: true })),
    entry: (form) => ({ verb: "note", text: form.get("text") }),
  },
};

/** As the log calls it, unless somebody who enters it has to be told more. @param {string} kind */
const titleOf = (kind) => (TOLD_MORE.includes(kind) ? t("report." + kind) : word("verb", kind));

/** @type {import("./app.js").View} */
export const view = {
  kinds: [],
  open(into, [place]) {
    if (!may("planner", "shelter-staff", "depot-staff")) {
      fill(into, h("h1", null, t("nav.report")), h("p", { class: "note" }, t("report.not-you")));
      return;
    }
    const fields = h("div", { class: "form" });
    let kind = "count";
    const choose = (chosen) => {
      kind = chosen;
      fill(fields, KINDS[kind].fields());
    };
    const submit = (event) => {
      event.preventDefault();
      const form = new FormData(event.target),
        minutes = Number(form.get("ago_min")) || 0;
      const entry = { ...KINDS[kind].entry(form), ...(minutes > 0 ? { ago_s: minutes * 60 } : {}) };
      return doing(
        event,
        () => decide("POST", "/reports", { place: form.get("place"), entry }),
        t("report.taken"),
      ).then((taken) => {
        if (taken) choose(kind);
      });
    };
    choose(kind);
    fill(
      into,
      h("h1", null, t("nav.report")),
      h("p", { class: "note" }, t("report.marked")),
      h(
        "form",
        { onsubmit: submit, class: "form" },
        h(
          "label",
          null,
          t("place"),
          h("input", { name: "place", list: "places", required: true, maxlength: 64, value: place || "" }),
        ),
        suggestions("places", () => rowsOf(picture.shelters, picture.depots)),
        suggestions("zones", () => rowsOf(picture.zones)),
        h(
          "label",
          null,
          t("report.kind"),
          h(
            "select",
            { name: "what", onchange: (event) => choose(event.target.value) },
            Object.keys(KINDS).map((name) => h("option", { value: name }, titleOf(name))),
          ),
        ),
        fields,
        h("label", null, t("report.ago"), h("input", { name: "ago_min", type: "number", min: 0, max: 44640 })),
        h("button", { class: "go" }, t("report.send")),
      ),
    );
  },
};
