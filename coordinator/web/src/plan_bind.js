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
const field = (title, name, more) => h("label", null, title, h("input", { name, ...more }));
const choice = (title, name, options) => h("label", null, title, h("select", { name, required: true }, options));
const named = (title, name, list, required = true) => field(title, name, { list, required, maxlength: ID_MAX });
const quantity = (title, more) => field(title, "quantity", { type: "number", required: true, ...more });
const depot = () =>
  choice(
    t("depot"),
    "depot",
    [...picture.depots.values()].map((one) => option(one.id, nameOf(one))),
  );

/** Binds what is filled in, under an id made of these fields. @param {string} title @param {string} kind where no field has it @param {string[]} parts @param {...any} fields */
function bindForm(title, kind, parts, ...fields) {
  const submit = (event) => {
    event.preventDefault();
    const filled = [...new FormData(event.target)].filter(([, value]) => value !== "");
    /** @type {any} */ const body = { kind, ...Object.fromEntries(filled) };
    if (body.quantity) body.quantity = Number(body.quantity);
    return lay(event, directiveId(body.kind, ...parts.map((part) => body[part] ?? "")), body);
  };
  return h(
    "form",
    { onsubmit: submit, class: "bind" },
    h("h3", null, title),
    fields,
    h("button", null, t("directive.lay")),
  );
}

/** @param {any[]} items */
const forms = (items) => [
  bindForm(
    t("directive.pair"),
    "",
    ["zone", "shelter"],
    named(t("zone"), "zone", "bind-zones"),
    named(t("shelter"), "shelter", "bind-shelters"),
    choice(t("directive.how"), "kind", [option("pin", t("directive.pin")), option("exclude", t("directive.exclude"))]),
  ),
  bindForm(
    t("directive.keep-out"),
    "avoid",
    ["link"],
    named(t("directive.road"), "link", "bind-roads"),
    field(t("reason"), "reason", { maxlength: 200 }),
  ),
  picture.depots.size > 0 &&
    items.length > 0 && [
      bindForm(
        t("directive.hold"),
        "reserve",
        ["depot", "item"],
        depot(),
        choice(
          t("stock.item"),
          "item",
          items.map((one) => option(one.id, nameOf(one))),
        ),
        quantity(t("stock.quantity"), { min: 1 }),
      ),
      bindForm(
        t("directive.most"),
        "limit",
        ["depot", "shelter"],
        depot(),
        named(t("directive.only-to"), "shelter", "bind-shelters", false),
        quantity(t("directive.litres-most"), { min: 0 }),
      ),
    ],
  bindForm(
    t("directive.first"),
    "priority",
    ["shelter"],
    named(t("shelter"), "shelter", "bind-shelters"),
    quantity(t("directive.times"), { min: 1, max: 1000, value: 2 }),
  ),
];

/** The section of a plan's page. @param {() => any} again the button that plans anew */
export function bindings(again) {
  const into = h("div", { class: "columns" });
  const roads = () =>
    ((picture.roads && picture.roads.features) || []).map(({ id, properties }) => ({
      id: String(properties.id ?? id),
      name: properties.name,
    }));
  if (may("planner")) {
    get("/items", { limit: 1000 })
      .then(({ items }) =>
        fill(
          into,
          forms(items),
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
    may("planner") && h("details", null, h("summary", null, t("directive.add")), into),
    may("planner", "approver") && h("p", { class: "actions" }, again()),
  );
}
