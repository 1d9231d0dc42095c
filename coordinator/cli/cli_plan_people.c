/* Where people of a plan go, and who was on the way when it was made. */
#include "coordinator/cli/cli_plan_inside.h"

#include <stdio.h>

/* The roads of a way; of a long one the first and the last. */
static void cell_roads(struct cli_table *table, const json_t *move, const char *member) {
    enum { SHOWN = 3 };
    const json_t *links = json_object_get(move, member);
    char roads[256] = "";
    size_t used = 0, count = json_array_size(links);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(links, i));
        if (count > SHOWN && i == SHOWN - 1 && i + 1 < count)
            id = "…";
        else if (count > SHOWN && i >= SHOWN && i + 1 < count)
            continue;
        const int wrote = snprintf(roads + used, sizeof roads - used, "%s%s", i > 0 ? " " : "", id);
        if (wrote < 0 || (size_t)wrote >= sizeof roads - used)
            break;
        used += (size_t)wrote;
    }
    cli_table_cell(table, "%s", roads);
}

static void cell_changed(struct cli_table *table, const json_t *move, const char *member) {
    cli_table_cell(table, "%s", json_is_true(json_object_get(move, member)) ? "changed" : "");
}

void cli_plan_moves(const json_t *plan) {
    static const struct cli_column columns[] = {{"zone", cli_cell_text, "zone"},
                                                {"to", cli_cell_text, "shelter"},
                                                {">people", cli_cell_whole, "people"},
                                                {">wheelchair", cli_cell_whole, "wheelchair"},
                                                {">medical", cli_cell_whole, "medical"},
                                                {">by bus", cli_cell_whole, "without_vehicle"},
                                                {">leave", cli_cell_hours, "departs_s"},
                                                {">until", cli_cell_hours, "departed_s"},
                                                {">an hour", cli_cell_given, "people_per_hour"},
                                                {">there", cli_cell_hours, "arrived_s"},
                                                {">min", cli_cell_minutes, "travel_s"},
                                                {"by the roads", cell_roads, "links"},
                                                {"", cell_changed, "changed"},
                                                {0}};
    cli_print_list(json_object_get(plan, "moves"), columns);
}

void cli_plan_ways(const json_t *plan) {
    static const struct cli_column columns[] = {{"on the way from", cli_cell_text, "zone"},
                                                {"to", cli_cell_text, "shelter"},
                                                {">people", cli_cell_whole, "people"},
                                                {">overdue", cli_cell_whole, "overdue"},
                                                {">turned away", cli_cell_whole, "turned_away"},
                                                {">all there, h", cli_cell_hours, "arrived_s"},
                                                {0}};
    const json_t *ways = json_object_get(plan, "on_way");
    if (json_array_size(ways) == 0)
        return;
    puts("");
    cli_print_list(ways, columns);
    puts("estimated when the plan was made, from accepted orders less check-ins. Places are kept "
         "for those on the way;\n"
         "the overdue, unless a sweep found them gone, and those turned away are planned for "
         "again.");
}

static void cell_why(struct cli_table *table, const json_t *change, const char *member) {
    if (json_object_get(change, "loses_s") != NULL)
        cli_table_cell(table, "%s: one loses %.0f min", cli_text(change, member),
                       (double)cli_number(change, "loses_s") / 60);
    else
        cli_cell_text(table, change, member);
}

void cli_plan_changes(const json_t *plan) {
    static const struct cli_column columns[] = {{"changed: zone", cli_cell_text, "zone"},
                                                {"to", cli_cell_text, "shelter"},
                                                {">before", cli_cell_whole, "before"},
                                                {">now", cli_cell_whole, "after"},
                                                {"why", cell_why, "reason"},
                                                {0}};
    const json_t *changes = json_object_get(plan, "changes");
    if (json_array_size(changes) == 0)
        return;
    puts("");
    cli_print_list(changes, columns);
}
