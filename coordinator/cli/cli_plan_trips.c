/* How goods of a plan get there: the trips of vehicles. */
#include "coordinator/cli/cli_plan_inside.h"

#include <stdio.h>
#include <string.h>

static void cell_vehicle(struct cli_table *table, const json_t *trip, const char *member) {
    cli_table_cell(table, "%s #%lld", cli_text(trip, member), cli_number(trip, "number"));
}

static void cell_order(struct cli_table *table, const json_t *row, const char *member) {
    if (cli_number(row, member) == 0)
        cli_table_cell(table, "new");
    else
        cli_cell_whole(table, row, member);
}

static void cell_late(struct cli_table *table, const json_t *trip, const char *member) {
    if (cli_number(trip, member) == 0)
        cli_table_cell(table, "%s", "");
    else
        cli_cell_minutes(table, trip, member);
}

/* "water=360,meal=120"; of a long one as much as the cell holds. */
static void cell_load(struct cli_table *table, const json_t *trip, const char *member) {
    char load[256] = "";
    size_t used = 0, at;
    json_t *line;
    json_array_foreach(json_object_get(trip, member), at, line) {
        const int wrote =
            snprintf(load + used, sizeof load - used, "%s%s=%lld", used == 0 ? "" : ",",
                     cli_text(line, "item"), cli_number(line, "quantity"));
        if (wrote < 0 || (size_t)wrote >= sizeof load - used)
            break;
        used += (size_t)wrote;
    }
    cli_table_cell(table, "%s", load);
}

static bool any_has(const json_t *trips, const char *member) {
    size_t index;
    json_t *trip;
    json_array_foreach(trips, index, trip) if (cli_number(trip, member) != 0) return true;
    return false;
}

/* By when one has to leave is a column where roads close; how late one comes, where any does. */
static void print_trips(const json_t *trips) {
    static const struct cli_column all[] = {{"vehicle", cell_vehicle, "vehicle"},
                                            {"from", cli_cell_text, "depot"},
                                            {"to shelter", cli_cell_text, "shelter"},
                                            {">leaves, h", cli_cell_hours, "leaves_s"},
                                            {">not after, h", cli_cell_hours, "leave_by_s"},
                                            {">expected, h", cli_cell_hours, "delivered_s"},
                                            {">back, h", cli_cell_hours, "back_s"},
                                            {">order", cell_order, "order"},
                                            {">late, min", cell_late, "late_s"},
                                            {"load", cell_load, "load"}};
    struct cli_column shown[sizeof all / sizeof all[0] + 1] = {{0}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const bool seldom =
            strcmp(all[i].member, "leave_by_s") == 0 || strcmp(all[i].member, "late_s") == 0;
        if (!seldom || any_has(trips, all[i].member))
            shown[count++] = all[i];
    }
    cli_print_list(trips, shown);
}

static void print_undelivered(const json_t *left) {
    static const struct cli_column columns[] = {{"no vehicle for: depot", cli_cell_text, "depot"},
                                                {"to shelter", cli_cell_text, "shelter"},
                                                {"item", cli_cell_text, "item"},
                                                {">quantity", cli_cell_whole, "quantity"},
                                                {">order", cell_order, "order"},
                                                {"why", cli_cell_text, "reason"},
                                                {0}};
    cli_print_list(left, columns);
}

void cli_plan_trips(const json_t *fleet) {
    const json_t *trips = json_object_get(fleet, "trips"),
                 *left = json_object_get(fleet, "undelivered");
    if (json_array_size(trips) + json_array_size(left) == 0)
        return;
    printf("\ntrips    %zu within %lld h, %.1f vehicle-hours; the last is delivered after %s h;\n"
           "         proven that not all can be there before %s h\n",
           json_array_size(trips), cli_number(fleet, "horizon_s") / 3600,
           (double)cli_number(fleet, "vehicle_s") / 3600,
           cli_hours(cli_number(fleet, "last_delivery_s")),
           cli_hours(cli_number(fleet, "last_delivery_bound_s")));
    if (cli_plan_days(fleet, "carrying_cost") >= 0.05)
        printf("         sent by depots whose vehicles bring more, for %.1f person-days of "
               "transport and lack\n",
               cli_plan_days(fleet, "carrying_cost"));
    if (cli_number(fleet, "late_s") > 0)
        printf("         a delivery that was ordered comes %lld min late\n",
               (cli_number(fleet, "late_s") + 59) / 60);
    if (json_array_size(trips) > 0)
        print_trips(trips);
    if (json_array_size(left) > 0) {
        puts("");
        print_undelivered(left);
    }
}
