// What binds every plan to come: a zone pinned to a shelter, a pair barred, a road kept out, a reserve held.
import { decide, get } from "./api.js";
import { fill, h } from "./dom.js";
import { itemName, placeName, roadName, zoneName } from "./names.js";
import { doing, say } from "./say.js";
import { may, picture } from "./store.js";
import { rowsOf, suggestions } from "./suggest.js";
import { nameOf, number, t, word } from "./texts.js";

const ID_MAX = 64;

/** An id of its own for each thing that is bound; the same thing again replaces what was said of it. @param {string[]} parts */
const directiveId = (...parts) => parts.join("-").slice(0, ID_MAX);

const list = h("ul", { class: "plain" });

/** @param {any} one */
function sentence(one) {
  if (one.kind === "avoid") return roadName(one.link);
  if (one.kind === "reserve") return `${placeName(one.depot)}: ${itemName(one.item)} ${number(one.quantity)}`;
  if (one.kind === "priority")
    return `${one.shelter ? placeName(one.shelter) : itemName(one.item)} × ${number(one.quantity)}`;
  if (one.kind === "limit")
    return `${[one.depot, one.shelter].filter(Boolean).map(placeName).join(" → ")}: ${t("directive.litres", { n: number(one.quantity) })}`;
  return `${one.zone ? zoneName(one.zone) : placeName(one.depot)} → ${placeName(one.shelter)}`;
}

async function draw() {
  const laid = (await get("/directives", { at: picture.at, limit: 1000 })).items;
  fill(
    list,
    laid.length === 0
      ? h("li", { class: "note" }, t("directive.none"))
      : laid.map((one) =>
          h(
            "li",
            null,
            h("b", null, word("directive", one.kind)),
            ": ",
            sentence(one),
            one.reason ? " · " + one.reason : "",
            " ",
            h("small", null, t("plan.by", { name: one.by })),
            " ",
            may("planner") &&
              h(
                "button",
                {
                  class: "plain",
                  "aria-label": `${t("directive.lift")}: ${sentence(one)}`,
                  onclick: (event) =>
                    doing(
                      event,
                      () => decide("DELETE", "/directives/" + encodeURIComponent(one.id)).then(draw),
                      t("directive.lifted"),
                    ),
                },
                t("directive.lift"),
              ),
          ),
        ),
  );
}

/** @param {any} event @param {string} id @param {any} body */
const lay = (event, id, body) =>
  doing(
    event,
    async () => {
      await decide("PUT", "/directives/" + encodeURIComponent(id), body);
      await draw();
    },
    t("directive.laid"),
  );

// ---- a pair of zone and shelter, from a row of the plan ----

/** @param {any} move @param {HTMLElement} near */
export function bindMove(move, near) {
  if (!may("planner")) return;
  const choose = (kind) => (event) =>
    lay(event, directiveId(kind, move.zone, move.shelter), { kind, zone: move.zone, shelter: move.shelter }).then(
      (done) => done && dialog.close(),
    );
  const links = [...new Set(move.links || [])];
  const avoid = (event) => {
    event.preventDefault();
    const link = String(new FormData(event.target).get("link"));
    return lay(event, directiveId("avoid", link), { kind: "avoid", link }).then((done) => done && dialog.close());
  };
  const dialog = h(
    "dialog",
    { "aria-label": t("directive.title") },
    h("h2", null, zoneName(move.zone), " → ", placeName(move.shelter)),
    h(
      "p",
      { class: "actions" },
      h("button", { onclick: choose("pin") }, t("directive.pin")),
      h("button", { onclick: choose("exclude") }, t("directive.exclude")),
    ),
    links.length > 0 &&
      h(
        "form",
        { onsubmit: avoid, class: "inline-form" },
        h(
          "label",
          null,
          t("directive.road"),
          h(
            "select",
            { name: "link" },
            links.map((link) => h("option", { value: link }, roadName(link))),
          ),
        ),
        h("button", null, t("directive.avoid")),
      ),
    h("p", { class: "actions" }, h("button", { class: "plain", onclick: () => dialog.close() }, t("cancel"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  near.append(dialog);
  dialog.showModal();
}

// ---- any pair, a road, a reserve ----

const option = (id, name) => h("option", { value: id }, name);

function pairForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      kind = String(form.get("kind")),
      zone = String(form.get("zone")),
      shelter = String(form.get("shelter"));
    return lay(event, directiveId(kind, zone, shelter), { kind, zone, shelter });
  };
  return h(
    "form",
    { onsubmit: submit, class: "bind" },
    h("h3", null, t("directive.pair")),
    h("label", null, t("zone"), h("input", { name: "zone", list: "bind-zones", required: true, maxlength: 64 })),
    h(
      "label",
      null,
      t("shelter"),
      h("input", { name: "shelter", list: "bind-shelters", required: true, maxlength: 64 }),
    ),
    h(
      "label",
      null,
      t("directive.how"),
      h("select", { name: "kind" }, option("pin", t("directive.pin")), option("exclude", t("directive.exclude"))),
    ),
    h("button", null, t("directive.lay")),
  );
}

function roadForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      link = String(form.get("link"));
    return lay(event, directiveId("avoid", link), {
      kind: "avoid",
      link,
      ...(form.get("reason") ? { reason: form.get("reason") } : {}),
    });
  };
  return h(
    "form",
    { onsubmit: submit, class: "bind" },
    h("h3", null, t("directive.keep-out")),
    h(
      "label",
      null,
      t("directive.road"),
      h("input", { name: "link", list: "bind-roads", required: true, maxlength: 64 }),
    ),
    h("label", null, t("reason"), h("input", { name: "reason", maxlength: 200 })),
    h("button", null, t("directive.lay")),
  );
}

function reserveForm(items) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      depot = String(form.get("depot")),
      item = String(form.get("item"));
    return lay(event, directiveId("reserve", depot, item), {
      kind: "reserve",
      depot,
      item,
      quantity: Number(form.get("quantity")),
    });
  };
  return h(
    "form",
    { onsubmit: submit, class: "bind" },
    h("h3", null, t("directive.hold")),
    h(
      "label",
      null,
      t("depot"),
      h(
        "select",
        { name: "depot", required: true },
        [...picture.depots.values()].map((one) => option(one.id, nameOf(one))),
      ),
    ),
    h(
      "label",
      null,
      t("stock.item"),
      h(
        "select",
        { name: "item", required: true },
        items.map((one) => option(one.id, nameOf(one))),
      ),
    ),
    h("label", null, t("stock.quantity"), h("input", { name: "quantity", type: "number", min: 1, required: true })),
    h("button", null, t("directive.lay")),
  );
}

function priorityForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      shelter = String(form.get("shelter"));
    return lay(event, directiveId("priority", shelter), {
      kind: "priority",
      shelter,
      quantity: Number(form.get("quantity")),
    });
  };
  return h(
    "form",
    { onsubmit: submit, class: "bind" },
    h("h3", null, t("directive.first")),
    h(
      "label",
      null,
      t("shelter"),
      h("input", { name: "shelter", list: "bind-shelters", required: true, maxlength: 64 }),
    ),
    h(
      "label",
      null,
      t("directive.times"),
      h("input", { name: "quantity", type: "number", min: 1, max: 1000, value: 2, required: true }),
    ),
    h("button", null, t("directive.lay")),
  );
}

function limitForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      depot = String(form.get("depot")),
      shelter = String(form.get("shelter"));
    return lay(event, directiveId("limit", depot, shelter), {
      kind: "limit",
      depot,
      ...(shelter ? { shelter } : {}),
      quantity: Number(form.get("quantity")),
    });
  };
  return h(
    "form",
    { onsubmit: submit, class: "bind" },
    h("h3", null, t("directive.most")),
    h(
      "label",
      null,
      t("depot"),
      h(
        "select",
        { name: "depot", required: true },
        [...picture.depots.values()].map((one) => option(one.id, nameOf(one))),
      ),
    ),
    h("label", null, t("directive.only-to"), h("input", { name: "shelter", list: "bind-shelters", maxlength: 64 })),
    h(
      "label",
      null,
      t("directive.litres-most"),
      h("input", { name: "quantity", type: "number", min: 0, required: true }),
    ),
    h("button", null, t("directive.lay")),
  );
}

/** The section of a plan's page. @param {() => any} again the button that plans anew */
export function bindings(again) {
  const forms = h("div", { class: "columns" });
  const roads = () =>
    ((picture.roads && picture.roads.features) || []).map(({ id, properties }) => ({
      id: String(properties.id ?? id),
      name: properties.name,
    }));
  if (may("planner")) {
    get("/items", { limit: 1000 })
      .then(({ items }) =>
        fill(
          forms,
          pairForm(),
          roadForm(),
          picture.depots.size > 0 && items.length > 0 && [reserveForm(items), limitForm()],
          priorityForm(),
          suggestions("bind-zones", () => rowsOf(picture.zones)),
          suggestions("bind-shelters", () => rowsOf(picture.shelters)),
          suggestions("bind-roads", roads),
        ),
      )
      .catch(say);
  }
  draw().catch(say);
  return h(
    "section",
    { class: "binding" },
    h("h2", null, t("directive.title")),
    list,
    may("planner") && h("details", null, h("summary", null, t("directive.add")), forms),
    may("planner", "approver") && h("p", { class: "actions" }, again()),
  );
}
