// What wants attention, in words: of one thing, and of many of a kind.
import { itemName, placeName } from "./names.js";
import { picture } from "./store.js";
import { nameOf, number, t, word } from "./texts.js";

/** @param {any} thing where a click on it leads */
export function linkOf(thing) {
  switch (thing.kind) {
    case "plan-waits":
    case "no-vehicle":
      return "#/plans/" + thing.subject;
    case "order-overdue":
    case "order-unanswered":
    case "order-declined":
    case "order-failed":
      return "#/orders/" + thing.subject;
    case "zone-behind":
    case "people-overdue":
      return "#/plans";
    case "delivery-late":
      return thing.subject ? "#/orders/" + thing.figures.order : "#/orders/";
    case "below-minimum":
    case "expiring":
    case "cold-chain":
    case "stock-out":
    case "request":
    case "conservation":
      return "#/supplies";
    default:
      return !thing.subject
        ? "#/places"
        : picture.depots.has(thing.subject)
          ? "#/map/depot/" + thing.subject
          : "#/map/shelter/" + thing.subject;
  }
}

/** The place that it is about: its own, whom an order is for, where a delivery goes. @param {any} thing */
export function titleOf(thing) {
  if (thing.name) return nameOf(thing);
  const id = [thing.subject, thing.figures.addressee, thing.kind === "delivery-late" && thing.figures.to].find(
    (one) => one && [picture.shelters, picture.depots, picture.zones].some((map) => map.has(one)),
  );
  return id ? placeName(id) : "";
}

/** @param {any} thing */
export function sentence(thing) {
  const said = { ...thing.figures, subject: thing.subject };
  if (said.lifeline) said.lifeline = word("lifeline", said.lifeline);
  if (said.order_kind) said.order_kind = word("order", said.order_kind);
  if (said.item) said.item = itemName(said.item);
  if (said.shelter) said.shelter = placeName(said.shelter);
  for (const name of [
    "people",
    "there",
    "capacity",
    "hours_left",
    "moves",
    "shipments",
    "unserved_people",
    "planned",
    "quantity",
    "minimum",
    "days_left",
    "minutes",
  ])
    if (typeof said[name] === "number") said[name] = number(said[name]);
  return t("attention." + thing.kind, said);
}

/** Those of a kind together, in the order of the first of each. @param {any[]} things of one grade @returns {any[][]} */
export function groupsOf(things) {
  const groups = new Map();
  for (const thing of things) {
    const group = groups.get(thing.kind);
    if (group) group.push(thing);
    else groups.set(thing.kind, [thing]);
  }
  return [...groups.values()];
}

/** Things of one kind in one line. @param {any[]} group */
export function lotTitle(group) {
  if (group.length === 1)
    return [titleOf(group[0]), sentence(group[0])]
      .filter(Boolean)
      .join(group[0].kind.startsWith("order-") ? ": " : " ");
  return t("attention.many." + group[0].kind, { n: number(group.length) });
}
