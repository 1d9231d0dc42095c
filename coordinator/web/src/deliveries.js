// How the goods of a plan get there: trips of the depots' vehicles, and what none of them brings in time.
import { fold, h } from "./dom.js";
import { itemName, placeName } from "./names.js";
import { duration, number, t, word } from "./texts.js";

/** @param {any} one with the order that its goods are of, where they are of one that stands */
const orderOf = (one) => (one.order ? [" · ", h("a", { href: "#/orders/" + one.order }, "№ ", one.order)] : "");

/** @param {any} trip */
function tripLine(trip) {
  return h(
    "li",
    null,
    h("b", null, trip.vehicle, " №", number(trip.number)),
    " ",
    placeName(trip.depot),
    " → ",
    placeName(trip.shelter),
    " · ",
    t("delivery.times", { leaves: duration(trip.leaves_s), there: duration(trip.delivered_s) }),
    " · ",
    trip.leave_by_s > 0 && [
      h("span", { class: "mark warn" }, t("delivery.leaveBy", { by: duration(trip.leave_by_s) })),
      " · ",
    ],
    trip.load.map((/** @type {any} */ line) => `${itemName(line.item)} ${number(line.quantity)}`).join(", "),
    orderOf(trip),
    trip.late_s > 0 && h("span", { class: "mark bad" }, " ▲ ", t("delivery.late", { late: duration(trip.late_s) })),
  );
}

/** @param {any} one */
function leftLine(one) {
  return h(
    "li",
    null,
    h("b", null, itemName(one.item), " ", number(one.quantity)),
    " ",
    placeName(one.depot),
    " → ",
    placeName(one.shelter),
    " · ",
    word("left", one.reason),
    orderOf(one),
  );
}

/** The section of a plan's page; nothing where no vehicle can be counted on, or none has anything to do. @param {any} plan */
export function deliveries(plan) {
  const fleet = plan.fleet;
  if (!fleet || fleet.trips.length + fleet.undelivered.length === 0) return null;
  return h(
    "section",
    { class: "deliveries" },
    h("h2", null, t("delivery.title")),
    fleet.trips.length > 0 &&
      h(
        "p",
        null,
        t("delivery.last", {
          n: number(fleet.trips.length),
          hours: number(fleet.vehicle_s / 3600, 1),
          last: duration(fleet.last_delivery_s),
          least: duration(fleet.last_delivery_bound_s),
        }),
      ),
    fleet.undelivered.length > 0 && [
      h("p", { class: "mark bad" }, "▲ ", t("delivery.undelivered", { n: number(fleet.undelivered.length) })),
      h("ul", { class: "plain" }, fleet.undelivered.map(leftLine)),
    ],
    fleet.trips.length > 0 &&
      fold(
        "trips",
        t("delivery.trips", { n: number(fleet.trips.length) }),
        h("ul", { class: "plain" }, fleet.trips.map(tripLine)),
      ),
  );
}
