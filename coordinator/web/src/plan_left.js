// Whom a plan has no place for, and what shelters lack under it.
import { fold, h } from "./dom.js";
import { itemName, placeName, zoneName } from "./names.js";
import { number, t, word } from "./texts.js";

/** Who of a zone, where they are not just anybody. */
function classOf(left) {
  const word_ = String(left.parameter || "").split(" ")[0];
  return word_ === "medical" || word_ === "wheelchair" ? t("plan.class-" + word_) : "";
}

const goodsLine = (left) =>
  h(
    "li",
    null,
    h("b", null, number(left.amount)),
    " ",
    t("plan.left-goods", { item: itemName(left.item), shelter: placeName(left.shelter) }),
    " · ",
    word("left", left.reason),
  );

/** Of one zone and reason: where they arrive late, and who they are. */
function peopleLine(left) {
  return h(
    "li",
    null,
    h("b", null, number(left.amount)),
    " ",
    [left.shelter && t("plan.late-at", { shelter: placeName(left.shelter) }), classOf(left)]
      .filter(Boolean)
      .join(" · "),
  );
}

/** One line a zone and reason, the most first; where and who is folded below. @param {any[]} people */
function peopleLeft(people) {
  const groups = new Map();
  for (const left of people) {
    const key = `${left.zone} ${left.reason} ${left.shelter ? "late" : ""}`,
      group = groups.get(key) || {
        key,
        zone: left.zone,
        late: Boolean(left.shelter),
        reason: left.reason,
        people: 0,
        all: [],
      };
    group.people += left.amount;
    group.all.push(left);
    groups.set(key, group);
  }
  const title = (group) => [
    h("b", null, number(group.people)),
    " ",
    t(group.late ? "plan.late-people" : "plan.left-people", { zone: zoneName(group.zone) }),
    " · ",
    word("left", group.reason),
  ];
  return h(
    "ul",
    { class: "plain folds" },
    [...groups.values()]
      .sort((a, b) => b.people - a.people)
      .map((group) =>
        h(
          "li",
          null,
          group.all.length === 1 && !group.all[0].shelter && classOf(group.all[0]) === ""
            ? title(group)
            : fold("left " + group.key, title(group), h("ul", { class: "plain" }, group.all.map(peopleLine))),
        ),
      ),
  );
}

/** People first; what shelters lack is many lines and folded away. */
export function leftOver(plan) {
  if (plan.left.length === 0) return h("p", { class: "mark good" }, "● ", t("plan.nobody-left"));
  const people = plan.left.filter((left) => !left.item),
    goods = plan.left.filter((left) => left.item);
  return [
    people.length === 0 ? h("p", { class: "mark good" }, "● ", t("plan.everybody-placed")) : peopleLeft(people),
    goods.length > 0 &&
      fold(
        "lacking",
        t("plan.lacking", { n: number(goods.length), places: number(new Set(goods.map((left) => left.shelter)).size) }),
        h("ul", { class: "plain" }, goods.map(goodsLine)),
      ),
  ];
}
