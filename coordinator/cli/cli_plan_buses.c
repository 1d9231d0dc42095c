/* Who of a plan goes by bus. */
#include "coordinator/cli/cli_plan_inside.h"

#include <stdio.h>

static void add_stop(struct cli_table *table, const json_t *run, const json_t *stop, bool first) {
    cli_table_cell(table, "%s", first ? cli_text(run, "vehicle") : "");
    if (first) {
        cli_cell_whole(table, run, "number");
        cli_cell_hours(table, run, "starts_s");
    } else {
        cli_table_cell(table, "%s", "");
        cli_table_cell(table, "%s", "then");
    }
    cli_cell_pickup(table, stop, "zone");
    cli_cell_whole(table, stop, "people");
    cli_cell_hours(table, stop, "arrives_s");
    cli_cell_hours(table, stop, "leaves_s");
    cli_cell_text(table, run, "shelter");
    cli_cell_hours(table, run, "free_s");
    if (!first || json_object_get(run, "order") == NULL)
        cli_table_cell(table, "%s", first ? "new" : "");
    else
        cli_table_cell(table, "order %lld%s", cli_number(run, "order"),
                       json_is_true(json_object_get(run, "begun")) ? ", under way" : "");
}

/* Each stop is a row. */
static void print_runs(const json_t *runs) {
    static const char *const titles[] = {"yard",      ">bus",   ">starts, h", "zone",
                                         ">people",   ">at, h", ">leaves, h", "shelter",
                                         ">empty, h", "",       NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index, at;
    json_t *run, *stop;
    json_array_foreach(runs, index, run) json_array_foreach(json_object_get(run, "stops"), at, stop)
        add_stop(table, run, stop, at == 0);
    cli_table_print(table);
}

/* Where there are no buses somebody has to say how these people get there. */
static void print_without(const json_t *moves) {
    long long people = 0;
    size_t index;
    json_t *move;
    json_array_foreach(moves, index, move) people += cli_number(move, "without_vehicle");
    if (people > 0)
        printf(
            "\nbuses    none; of those who are moved %s no vehicle, and the plan does not say how "
            "they get there\n",
            cli_count(people, "person has", "people have"));
}

void cli_plan_buses(const json_t *plan) {
    const json_t *buses = json_object_get(plan, "buses");
    const json_t *runs = json_object_get(buses, "runs");
    const long long people = cli_number(buses, "people"),
                    least = cli_number(buses, "person_seconds_bound"),
                    arrival = cli_number(buses, "person_seconds"),
                    kept = cli_number(buses, "stability_person_seconds");
    if (!json_is_object(buses))
        print_without(json_object_get(plan, "moves"));
    if (people == 0 && json_array_size(runs) == 0)
        return;
    printf("\nbuses    %s for one; there %s %s with %lld seats\n",
           cli_count(people, "person waits", "people wait"),
           cli_number(buses, "count") == 1 ? "is" : "are",
           cli_count(cli_number(buses, "count"), "bus", "buses"), cli_number(buses, "seats"));
    if (json_array_size(runs) > 0) {
        printf("         %s within %lld h; the last people are there after %s h\n",
               cli_count((long long)json_array_size(runs), "run", "runs"),
               cli_number(buses, "horizon_s") / 3600, cli_hours(cli_number(buses, "last_s")));
    }
    if (json_is_false(json_object_get(buses, "planned")))
        printf(
            "         no run is planned: there are more zones and shelters than runs are planned "
            "for. All of them are left over; order buses by hand\n");
    else
        printf("         %lld of them on no run; proven that these buses leave at least %lld\n",
               cli_number(buses, "unserved"), cli_number(buses, "unserved_bound"));
    if (least > 0)
        printf("         arrival by bus %lld person-min; proven that none needs fewer than %lld "
               "(gap %.1f %%)\n",
               arrival / 60, least / 60, 100.0 * (double)(arrival - least) / (double)arrival);
    if (kept > 0)
        printf("         keeping runs that are ordered costs %lld person-min\n", kept / 60);
    if (json_array_size(runs) > 0)
        print_runs(runs);
}
