/* `haven plan progress`: how far the evacuation is, by zone. */
#include "coordinator/cli/cli_plan_inside.h"

#include <stdio.h>
#include <string.h>

/* "06-01 20:04 to 21:30", UTC: the year is clear, and the day where it is the same. */
static void cell_window(struct cli_table *table, const json_t *zone, const char *member) {
    char first[32], last[32];
    enum { MONTH = 5, TIME = 11 }; /* in "2026-06-01 20:04" */
    cli_wall(cli_number(zone, member), first, sizeof first);
    cli_wall(cli_number(zone, "departed_wall_ms"), last, sizeof last);
    if (strlen(first) < TIME || strlen(last) < TIME)
        cli_table_cell(table, "%s to %s", first, last);
    else
        cli_table_cell(table, "%s to %s", first + MONTH,
                       last + (strncmp(first, last, TIME) == 0 ? TIME : MONTH));
}

/* Whose `gone` and `to leave` a sweep has counted. */
static void cell_swept(struct cli_table *table, const json_t *zone, const char *member) {
    cli_table_cell(table, "%s", json_is_true(json_object_get(zone, member)) ? "yes" : "no");
}

static void cell_told(struct cli_table *table, const json_t *zone, const char *member) {
    cli_table_cell(table, "%s", cli_age(json_object_get(zone, member), false));
}

static void cell_behind(struct cli_table *table, const json_t *zone, const char *member) {
    cli_table_cell(table, "%.0f min", cli_plan_figure(zone, member) / 60);
}

void cli_plan_progress(const json_t *reply) {
    static const struct cli_column columns[] = {{"zone", cli_cell_text, "zone"},
                                                {"standing", cli_cell_text, "standing"},
                                                {">people", cli_cell_whole, "people"},
                                                {"leave (UTC)", cell_window, "departs_wall_ms"},
                                                {">due out", cli_cell_whole, "should_have_left"},
                                                {">due there", cli_cell_whole, "should_be_there"},
                                                {">gone", cli_cell_whole, "gone"},
                                                {">to leave", cli_cell_known, "to_leave"},
                                                {">~on way", cli_cell_whole, "on_way"},
                                                {">overdue", cli_cell_whole, "overdue"},
                                                {"swept", cell_swept, "swept"},
                                                {">told", cell_told, "told_age_s"},
                                                {">behind", cell_behind, "behind_s"},
                                                {0}};
    const json_t *zones = json_object_get(reply, "zones");
    if (json_array_size(zones) == 0) {
        puts("no plan with times is in force, or zones are only warned");
        return;
    }
    cli_print_list(zones, columns);
    puts("gone: checked in anywhere, or not found by a sweep; on the way: estimated from accepted "
         "orders, for nobody\n"
         "observes who leaves; overdue: should have checked in long ago (ask there, or have the "
         "zone swept);\n"
         "told: how long ago an order was answered or the zone swept");
}
