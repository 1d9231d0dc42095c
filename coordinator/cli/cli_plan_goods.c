/* Which goods a plan sends, and what is lacking all the same. Costs are said in person-days. */
#include "coordinator/cli/cli_plan_inside.h"

#include <stdio.h>
#include <string.h>

double cli_plan_days(const json_t *object, const char *member) {
    return cli_plan_figure(object, member) / 1000;
}

static void print_fairness(const json_t *goods) {
    bool fair = strcmp(cli_text(goods, "fairness"), "maxmin") == 0;
    printf("         least share sent of a need that a depot has something for: %.1f %%",
           100 * cli_plan_figure(goods, "least_fill"));
    if (json_is_null(json_object_get(goods, "fairness_cost")))
        puts(cli_plan_figure(goods, "least_fill") >= 1
                 ? ""
                 : "; sharing fairly was not priced: it is where shelters × items are at most "
                   "4,000");
    else if (fair)
        printf("; sharing fairly costs %.1f person-days (without it %.1f %%)\n",
               cli_plan_days(goods, "fairness_cost"),
               100 * cli_plan_figure(goods, "cheapest_fill"));
    else
        printf("; sharing fairly would bring %.1f %% for %.1f person-days\n",
               100 * cli_plan_figure(goods, "fairest_fill"), cli_plan_days(goods, "fairness_cost"));
}

/* "kits     D1 opens 34 family-kit first, D2 ..." */
static void print_kits(const json_t *kits) {
    size_t index;
    json_t *one;
    if (json_array_size(kits) == 0)
        return;
    printf("kits    ");
    json_array_foreach(kits, index, one)
        printf("%s %s opens %lld %s first", index == 0 ? "" : ",", cli_text(one, "depot"),
               cli_number(one, "quantity"), cli_text(one, "item"));
    puts("");
}

static void cell_days(struct cli_table *table, const json_t *change, const char *member) {
    cli_table_cell(table, "%.1f", cli_plan_days(change, member));
}

static void print_order_changes(const json_t *changes) {
    static const struct cli_column columns[] = {{">order", cli_cell_whole, "order"},
                                                {"depot", cli_cell_text, "depot"},
                                                {"to shelter", cli_cell_text, "shelter"},
                                                {"taken back because", cli_cell_text, "reason"},
                                                {">saves, person-days", cell_days, "saving"},
                                                {0}};
    if (json_array_size(changes) == 0)
        return;
    cli_print_list(changes, columns);
    puts("");
}

void cli_plan_goods(const json_t *plan) {
    const json_t *goods = json_object_get(plan, "goods"),
                 *changes = json_object_get(goods, "order_changes");
    printf("goods    %.1f person-days of lack and transport; proven that no plan costs less than "
           "%.1f (gap %.3f %%)\n",
           cli_plan_days(goods, "cost"), cli_plan_days(goods, "cost_bound"),
           100 * cli_plan_figure(plan, "goods_gap"));
    print_fairness(goods);
    if (json_is_true(json_object_get(goods, "whole_packs")))
        printf(
            "         whole packs cost %.1f person-days; the proof is of plans that open packs\n",
            cli_plan_days(goods, "rounding_cost"));
    print_kits(json_object_get(goods, "kits"));
    printf("orders   for goods: %lld kept, which costs %.1f person-days; %zu taken back\n\n",
           cli_number(goods, "orders_kept"), cli_plan_days(goods, "stability_cost"),
           json_array_size(changes));
    print_order_changes(changes);
}

static void print_transfers(const json_t *transfers) {
    static const struct cli_column columns[] = {{"to spare at", cli_cell_text, "from"},
                                                {"goes to", cli_cell_text, "to"},
                                                {"item", cli_cell_text, "item"},
                                                {">quantity", cli_cell_whole, "quantity"},
                                                {">way, min", cli_cell_minutes, "travel_s"},
                                                {0}};
    if (json_array_size(transfers) == 0)
        return;
    puts("");
    cli_print_list(transfers, columns);
}

void cli_plan_shipments(const json_t *plan) {
    static const struct cli_column columns[] = {{"depot", cli_cell_text, "depot"},
                                                {"to shelter", cli_cell_text, "shelter"},
                                                {"item", cli_cell_text, "item"},
                                                {">quantity", cli_cell_whole, "quantity"},
                                                {0}};
    puts("");
    cli_print_list(json_object_get(plan, "shipments"), columns);
    print_transfers(json_object_get(json_object_get(plan, "goods"), "transfers"));
}
