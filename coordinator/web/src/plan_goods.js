// What the choices of a plan for goods cost, in plain words.
import { fold, h } from "./dom.js";
import { itemName, placeName } from "./names.js";
import { duration, number, percent, t, word } from "./texts.js";

const UNITS_A_DAY = 1000; // cost units: a person without one item for one day
const days = (units) => t("goods.person-days", { n: number(units / UNITS_A_DAY, 1) });

/** What the choices for goods cost, in plain words. */
export function goodsChoices(plan) {
  const goods = plan.goods;
  if (!goods || (plan.shipments.length === 0 && goods.order_changes.length === 0 && goods.cost === 0)) return null;
  const line = (title, ...said) => h("div", null, h("dt", null, title), h("dd", null, ...said));
  return h(
    "section",
    null,
    h("h2", null, t("plan.goods")),
    h(
      "dl",
      null,
      line(t("goods.cost"), h("b", null, days(goods.cost)), " · ", t("goods.bound", { least: days(goods.cost_bound) })),
      line(t("goods.least-fill"), h("b", null, percent(goods.least_fill))),
      line(
        t("goods.fairness"),
        t("goods." + goods.fairness),
        goods.fairness_cost === null
          ? goods.least_fill < 1 && " · " + t("goods.fairness-unpriced")
          : " · " +
              t("goods.fairness-cost", {
                cost: days(goods.fairness_cost),
                from: percent(goods.cheapest_fill),
                to: percent(goods.fairest_fill),
              }),
      ),
      goods.whole_packs && line(t("goods.packs"), days(goods.rounding_cost)),
      goods.kits.length > 0 &&
        line(
          t("goods.kits"),
          goods.kits
            .map((/** @type {any} */ kit) => `${placeName(kit.depot)}: ${itemName(kit.item)} ${number(kit.quantity)}`)
            .join("; "),
        ),
      line(
        t("goods.kept"),
        number(goods.orders_kept),
        " · ",
        t("goods.stability", { cost: days(goods.stability_cost) }),
      ),
    ),
    goods.transfers.length > 0 &&
      fold(
        "transfers",
        t("goods.transfers", { n: number(goods.transfers.length) }),
        h(
          "ul",
          { class: "plain" },
          goods.transfers.map((/** @type {any} */ one) =>
            h(
              "li",
              null,
              h("b", null, itemName(one.item), " ", number(one.quantity)),
              " ",
              placeName(one.from),
              " → ",
              placeName(one.to),
              " · ",
              duration(one.travel_s),
            ),
          ),
        ),
      ),
    goods.order_changes.length > 0 &&
      fold(
        "taken back",
        t("goods.taken-back", { n: number(goods.order_changes.length) }),
        h(
          "ul",
          { class: "plain" },
          goods.order_changes.map((one) =>
            h(
              "li",
              null,
              h("a", { href: "#/orders/" + one.order }, "№ ", one.order),
              " ",
              placeName(one.depot),
              " → ",
              placeName(one.shelter),
              " · ",
              word("left", one.reason),
              " · ",
              t("goods.saves", { cost: days(one.saving) }),
            ),
          ),
        ),
      ),
  );
}
