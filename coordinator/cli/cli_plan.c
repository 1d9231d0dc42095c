/* Plans, and the directives that bind them. */
#include "coordinator/cli/cli.h"
#include "coordinator/cli/cli_number.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_plans(const json_t *reply) {
    static const char *const titles[] = {">plan",     "standing",      ">basis",
                                         ">unserved", ">proven least", ">person-min",
                                         ">time gap", ">goods gap",    NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *plan;
    json_array_foreach(json_object_get(reply, "plans"), index, plan) {
        cli_table_cell(table, "%lld", cli_number(plan, "id"));
        cli_table_cell(table, "%s%s", cli_text(plan, "standing"),
                       json_is_true(json_object_get(plan, "stopped_early")) ? " (stopped early)"
                                                                            : "");
        cli_table_cell(table, "%lld", cli_number(plan, "basis"));
        cli_table_cell(table, "%lld", cli_number(plan, "unserved_people"));
        cli_table_cell(table, "%lld", cli_number(plan, "unserved_bound"));
        cli_table_cell(table, "%.0f", (double)cli_number(plan, "person_seconds") / 60);
        cli_table_cell(table, "%.2f %%",
                       100 * json_number_value(json_object_get(plan, "time_gap")));
        cli_table_cell(table, "%.2f %%",
                       100 * json_number_value(json_object_get(plan, "goods_gap")));
    }
    cli_table_print(table);
}

/* Hours and minutes after the order, as 2:05. */
static void cell_after(struct cli_table *table, const json_t *object, const char *member) {
    if (json_object_get(object, member) == NULL) {
        cli_table_cell(table, "%s", "");
        return;
    }
    const long long minutes = (cli_number(object, member) + 59) / 60;
    cli_table_cell(table, "%lld:%02lld", minutes / 60, minutes % 60);
}

/* The roads of a way; of a long one the first and the last. */
static void cell_roads(struct cli_table *table, const json_t *links) {
    enum { SHOWN = 4 };
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

static void print_moves(const json_t *moves) {
    static const char *const titles[] = {
        "zone",   "to shelter", ">people", ">wheelchair", ">medical",     ">by bus", ">leave",
        ">until", ">an hour",   ">there",  ">min",        "by the roads", "",        NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *move;
    json_array_foreach(moves, index, move) {
        cli_table_cell(table, "%s", cli_text(move, "zone"));
        cli_table_cell(table, "%s", cli_text(move, "shelter"));
        cli_table_cell(table, "%lld", cli_number(move, "people"));
        cli_table_cell(table, "%lld", cli_number(move, "wheelchair"));
        cli_table_cell(table, "%lld", cli_number(move, "medical"));
        cli_table_cell(table, "%lld", cli_number(move, "without_vehicle"));
        cell_after(table, move, "departs_s");
        cell_after(table, move, "departed_s");
        if (json_object_get(move, "people_per_hour") != NULL)
            cli_table_cell(table, "%lld", cli_number(move, "people_per_hour"));
        else
            cli_table_cell(table, "%s", "");
        cell_after(table, move, "arrived_s");
        cli_table_cell(table, "%.0f", (double)cli_number(move, "travel_s") / 60);
        cell_roads(table, json_object_get(move, "links"));
        cli_table_cell(table, "%s",
                       json_is_true(json_object_get(move, "changed")) ? "changed" : "");
    }
    cli_table_print(table);
}

static void print_shipments(const json_t *shipments) {
    static const char *const titles[] = {"depot", "to shelter", "item", ">quantity", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *shipment;
    json_array_foreach(shipments, index, shipment) {
        cli_table_cell(table, "%s", cli_text(shipment, "depot"));
        cli_table_cell(table, "%s", cli_text(shipment, "shelter"));
        cli_table_cell(table, "%s", cli_text(shipment, "item"));
        cli_table_cell(table, "%lld", cli_number(shipment, "quantity"));
    }
    cli_table_print(table);
}

static void print_left(const json_t *left) {
    static const char *const titles[] = {
        "left over", "item", ">amount", "why", "whom it concerns, and the cut", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *one;
    json_array_foreach(left, index, one) {
        const char *zone = cli_text(one, "zone");
        cli_table_cell(table, "%s", zone[0] == '\0' ? cli_text(one, "shelter") : zone);
        cli_table_cell(table, "%s", zone[0] == '\0' ? cli_text(one, "item") : "people");
        cli_table_cell(table, "%lld", cli_number(one, "amount"));
        cli_table_cell(table, "%s", cli_text(one, "reason"));
        cli_table_cell(table, "%s", cli_text(one, "parameter"));
    }
    cli_table_print(table);
}

static double figure(const json_t *object, const char *member) {
    return json_number_value(json_object_get(object, member));
}

/* Costs are said in person-days: a person without one item for one day. */
static double person_days(const json_t *goods, const char *member) {
    return figure(goods, member) / 1000;
}

static void print_fairness(const json_t *goods) {
    bool fair = strcmp(cli_text(goods, "fairness"), "maxmin") == 0;
    printf("         least share of a need that is sent: %.1f %%",
           100 * figure(goods, "least_fill"));
    if (json_is_null(json_object_get(goods, "fairness_cost")))
        puts("");
    else if (fair)
        printf("; sharing fairly costs %.1f person-days (without it %.1f %%)\n",
               person_days(goods, "fairness_cost"), 100 * figure(goods, "cheapest_fill"));
    else
        printf("; sharing fairly would bring %.1f %% for %.1f person-days\n",
               100 * figure(goods, "fairest_fill"), person_days(goods, "fairness_cost"));
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

static void print_transfers(const json_t *transfers) {
    static const char *const titles[] = {"to spare at", "goes to",   "item",
                                         ">quantity",   ">way, min", NULL};
    size_t index;
    json_t *one;
    if (json_array_size(transfers) == 0)
        return;
    struct cli_table *table = cli_table_new(titles);
    json_array_foreach(transfers, index, one) {
        cli_table_cell(table, "%s", cli_text(one, "from"));
        cli_table_cell(table, "%s", cli_text(one, "to"));
        cli_table_cell(table, "%s", cli_text(one, "item"));
        cli_table_cell(table, "%lld", cli_number(one, "quantity"));
        cli_table_cell(table, "%lld", (cli_number(one, "travel_s") + 59) / 60);
    }
    cli_table_print(table);
    puts("");
}

static void print_goods(const json_t *goods, double gap) {
    const json_t *changes = json_object_get(goods, "order_changes");
    printf("goods    %.1f person-days of lack and transport; proven that no plan costs less than "
           "%.1f (gap %.3f %%)\n",
           person_days(goods, "cost"), person_days(goods, "cost_bound"), 100 * gap);
    print_fairness(goods);
    if (json_is_true(json_object_get(goods, "whole_packs")))
        printf(
            "         whole packs cost %.1f person-days; the proof is of plans that open packs\n",
            person_days(goods, "rounding_cost"));
    print_kits(json_object_get(goods, "kits"));
    printf("orders   %lld for goods stand, which costs %.1f person-days; %zu are taken back\n\n",
           cli_number(goods, "orders_kept"), person_days(goods, "stability_cost"),
           json_array_size(changes));
    static const char *const titles[] = {
        ">order", "depot", "to shelter", "taken back because", ">saves, person-days", NULL};
    if (json_array_size(changes) == 0)
        return;
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *change;
    json_array_foreach(changes, index, change) {
        cli_table_cell(table, "%lld", cli_number(change, "order"));
        cli_table_cell(table, "%s", cli_text(change, "depot"));
        cli_table_cell(table, "%s", cli_text(change, "shelter"));
        cli_table_cell(table, "%s", cli_text(change, "reason"));
        cli_table_cell(table, "%.1f", person_days(change, "saving"));
    }
    cli_table_print(table);
    puts("");
}

static void print_time(const char *what, long long s) {
    printf("%s %lld:%02lld", what, (s + 59) / 3600, (s + 59) / 60 % 60);
}

static void cell_hours(struct cli_table *table, const json_t *one, const char *member) {
    long long s = cli_number(one, member);
    cli_table_cell(table, "%lld:%02lld", (s + 59) / 3600, (s + 59) / 60 % 60);
}

static bool any_has_to_leave(const json_t *trips) {
    size_t index;
    json_t *trip;
    bool any = false;
    json_array_foreach(trips, index, trip) any |= cli_number(trip, "leave_by_s") != 0;
    return any;
}

/* By when one has to leave is a column of its own where roads close. */
static void print_trips(const json_t *trips) {
    static const char *const titles[] = {"vehicle",      "from",     "to shelter", ">leaves, h",
                                         ">expected, h", ">back, h", ">order",     ">late, min",
                                         "load",         NULL};
    static const char *const with_closings[] = {
        "vehicle",       "from",         "to shelter", ">leaves, h",
        ">not after, h", ">expected, h", ">back, h",   ">order",
        ">late, min",    "load",         NULL};
    const bool closes = any_has_to_leave(trips);
    struct cli_table *table = cli_table_new(closes ? with_closings : titles);
    size_t index, at;
    json_t *trip, *line;
    json_array_foreach(trips, index, trip) {
        char load[256] = "";
        size_t used = 0;
        json_array_foreach(json_object_get(trip, "load"), at, line) if (used < sizeof load) used +=
            (size_t)snprintf(load + used, sizeof load - used, "%s%s=%lld", used == 0 ? "" : ",",
                             cli_text(line, "item"), cli_number(line, "quantity"));
        cli_table_cell(table, "%s #%lld", cli_text(trip, "vehicle"), cli_number(trip, "number"));
        cli_table_cell(table, "%s", cli_text(trip, "depot"));
        cli_table_cell(table, "%s", cli_text(trip, "shelter"));
        cell_hours(table, trip, "leaves_s");
        if (cli_number(trip, "leave_by_s") != 0)
            cell_hours(table, trip, "leave_by_s");
        else if (closes)
            cli_table_cell(table, "%s", "");
        cell_hours(table, trip, "delivered_s");
        cell_hours(table, trip, "back_s");
        if (cli_number(trip, "order") != 0)
            cli_table_cell(table, "%lld", cli_number(trip, "order"));
        else
            cli_table_cell(table, "new");
        if (cli_number(trip, "late_s") != 0)
            cli_table_cell(table, "%lld", (cli_number(trip, "late_s") + 59) / 60);
        else
            cli_table_cell(table, "%s", "");
        cli_table_cell(table, "%s", load);
    }
    cli_table_print(table);
}

static void print_undelivered(const json_t *left) {
    static const char *const titles[] = {
        "no vehicle for: depot", "to shelter", "item", ">quantity", ">order", "why", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *one;
    json_array_foreach(left, index, one) {
        cli_table_cell(table, "%s", cli_text(one, "depot"));
        cli_table_cell(table, "%s", cli_text(one, "shelter"));
        cli_table_cell(table, "%s", cli_text(one, "item"));
        cli_table_cell(table, "%lld", cli_number(one, "quantity"));
        if (cli_number(one, "order") != 0)
            cli_table_cell(table, "%lld", cli_number(one, "order"));
        else
            cli_table_cell(table, "new");
        cli_table_cell(table, "%s", cli_text(one, "reason"));
    }
    cli_table_print(table);
}

/* How goods get there; nothing where no vehicles are known, or none has anything to do. */
static void print_fleet(const json_t *fleet) {
    const json_t *trips = json_object_get(fleet, "trips"),
                 *left = json_object_get(fleet, "undelivered");
    if (json_array_size(trips) + json_array_size(left) == 0)
        return;
    printf("\ntrips    %zu within %lld h, %.1f vehicle-hours", json_array_size(trips),
           cli_number(fleet, "horizon_s") / 3600, (double)cli_number(fleet, "vehicle_s") / 3600);
    print_time("; the last is delivered after", cli_number(fleet, "last_delivery_s"));
    print_time(" h; proven that not all can be there before",
               cli_number(fleet, "last_delivery_bound_s"));
    puts(" h");
    if (person_days(fleet, "carrying_cost") >= 0.05)
        printf(
            "         sent by depots whose vehicles bring more, for %.1f person-days of transport "
            "and lack\n",
            person_days(fleet, "carrying_cost"));
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

/* Hours and minutes after the order, or before now. */
static void cell_signed(struct cli_table *table, long long s) {
    const long long min = (s < 0 ? -s : s + 59) / 60;
    cli_table_cell(table, "%s%lld:%02lld", s < 0 ? "-" : "", min / 60, min % 60);
}

static void print_bus_runs(const json_t *runs) {
    static const char *const titles[] = {"yard",     ">bus",  ">starts h", "zone",
                                         ">people",  ">at h", ">leaves h", "shelter",
                                         ">there h", "",      NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index, at;
    json_t *run, *stop;
    json_array_foreach(runs, index, run) {
        json_array_foreach(json_object_get(run, "stops"), at, stop) {
            const bool first = at == 0;
            cli_table_cell(table, "%s", first ? cli_text(run, "vehicle") : "");
            if (first) {
                cli_table_cell(table, "%lld", cli_number(run, "number"));
                cell_signed(table, cli_number(run, "starts_s"));
            } else {
                cli_table_cell(table, "%s", "");
                cli_table_cell(table, "%s", "then");
            }
            cli_table_cell(table, "%s", cli_text(stop, "zone"));
            cli_table_cell(table, "%lld", cli_number(stop, "people"));
            cell_signed(table, cli_number(stop, "arrives_s"));
            cell_signed(table, cli_number(stop, "leaves_s"));
            cli_table_cell(table, "%s", cli_text(run, "shelter"));
            cell_signed(table, cli_number(run, "free_s"));
            if (!first || json_object_get(run, "order") == NULL)
                cli_table_cell(table, "%s", first ? "new" : "");
            else
                cli_table_cell(table, "order %lld%s", cli_number(run, "order"),
                               json_is_true(json_object_get(run, "begun")) ? ", under way" : "");
        }
    }
    cli_table_print(table);
}

/* Who goes by bus; nothing where no buses are known, or nobody waits for one. */
static void print_buses(const json_t *buses) {
    const json_t *runs = json_object_get(buses, "runs");
    const long long people = cli_number(buses, "people"), left = cli_number(buses, "unserved"),
                    least = cli_number(buses, "person_seconds_bound"),
                    arrival = cli_number(buses, "person_seconds");
    if (people == 0 && json_array_size(runs) == 0)
        return;
    printf("\nbuses    %lld people wait for one; %zu runs by %lld buses with %lld seats within "
           "%lld h",
           people, json_array_size(runs), cli_number(buses, "count"), cli_number(buses, "seats"),
           cli_number(buses, "horizon_s") / 3600);
    print_time("; the last are there after", cli_number(buses, "last_s"));
    puts(" h");
    printf("         %lld of them are on no run; proven that these buses leave at least %lld\n",
           left, cli_number(buses, "unserved_bound"));
    if (least > 0)
        printf("         arrival by bus %lld person-seconds; proven that none needs fewer than "
               "%lld (gap %.1f %%)\n",
               arrival, least, 100.0 * (double)(arrival - least) / (double)arrival);
    if (cli_number(buses, "stability_person_seconds") > 0)
        printf("         keeping runs that are ordered costs %lld person-minutes\n",
               cli_number(buses, "stability_person_seconds") / 60);
    if (json_array_size(runs) > 0)
        print_bus_runs(runs);
}

static void print_changes(const json_t *changes) {
    static const char *const titles[] = {"zone", "shelter", ">before", ">now", "why", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *change;
    json_array_foreach(changes, index, change) {
        cli_table_cell(table, "%s", cli_text(change, "zone"));
        cli_table_cell(table, "%s", cli_text(change, "shelter"));
        cli_table_cell(table, "%lld", cli_number(change, "before"));
        cli_table_cell(table, "%lld", cli_number(change, "after"));
        if (json_object_get(change, "loses_s") != NULL)
            cli_table_cell(table, "%s: one loses %.0f min", cli_text(change, "reason"),
                           (double)cli_number(change, "loses_s") / 60);
        else
            cli_table_cell(table, "%s", cli_text(change, "reason"));
    }
    cli_table_print(table);
}

/* What the bound knows, when people are there, and what keeping the plan in force costs. */
static void print_times(const json_t *plan) {
    if (strcmp(cli_text(plan, "bound"), "flow") == 0) {
        printf("bound    the exact flow over places, roads and time, in steps of %lld s up to "
               "%lld h\n",
               cli_number(plan, "step_s"), cli_number(plan, "horizon_s") / 3600);
        print_time("arrival  90 % are there after", cli_number(plan, "ete90_s"));
        print_time(" h, all after", cli_number(plan, "ete100_s"));
        print_time(" h; the last leave after", cli_number(plan, "clearance_s"));
        puts(" h");
    } else {
        puts("bound    places alone: the roads are taken as endless, and there are no departure "
             "times");
    }
    if (cli_number(plan, "late_people") > 0)
        printf("late     %lld people have a place and cannot be there in time\n",
               cli_number(plan, "late_people"));
    if (cli_number(plan, "precedence_people") > 0)
        printf("first    %lld people with medical needs or in wheelchairs have places because they "
               "come first\n",
               cli_number(plan, "precedence_people"));
    if (json_array_size(json_object_get(plan, "changes")) > 0)
        printf("changes  %lld people of the plan in force go elsewhere; keeping the others costs "
               "%lld person-minutes\n",
               cli_number(plan, "changed_people"),
               cli_number(plan, "stability_person_seconds") / 60);
}

/* Who was on the way already, by estimate. */
static void print_ways(const json_t *ways) {
    static const char *const titles[] = {
        "on the way from",      "to", ">people", ">overdue", ">turned away",
        ">all there after min", NULL};
    size_t index;
    json_t *way;
    if (json_array_size(ways) == 0)
        return;
    struct cli_table *table = cli_table_new(titles);
    json_array_foreach(ways, index, way) {
        cli_table_cell(table, "%s", cli_text(way, "zone"));
        cli_table_cell(table, "%s", cli_text(way, "shelter"));
        cli_table_cell(table, "%lld", cli_number(way, "people"));
        cli_table_cell(table, "%lld", cli_number(way, "overdue"));
        cli_table_cell(table, "%lld", cli_number(way, "turned_away"));
        cli_table_cell(table, "%.0f", (double)cli_number(way, "arrived_s") / 60);
    }
    puts("");
    cli_table_print(table);
    puts(
        "estimated when the plan was made, from accepted orders less check-ins: places are kept "
        "for "
        "them; the\noverdue, unless a sweep found them gone, and those turned away are planned for "
        "again");
}

static void print_reversals(const json_t *plan) {
    const json_t *list = json_object_get(plan, "reversals");
    size_t index;
    json_t *one;
    if (json_array_size(list) == 0)
        return;
    printf("reverse ");
    json_array_foreach(list, index, one) {
        printf("%s %s (for %s)", index == 0 ? "" : ",", cli_text(one, "link"),
               cli_text(one, "gives_to"));
    }
    puts("");
    if (cli_number(plan, "contraflow_people") != 0 ||
        cli_number(plan, "contraflow_person_seconds") != 0)
        printf("         those that are new: %lld more in time, %lld person-minutes gained\n",
               cli_number(plan, "contraflow_people"),
               cli_number(plan, "contraflow_person_seconds") / 60);
}

static void print_plan(const json_t *reply) {
    const json_t *plan = json_object_get(reply, "plan");
    printf("plan %lld, %s, computed from log position %lld%s\n", cli_number(plan, "id"),
           cli_text(plan, "standing"), cli_number(plan, "basis"),
           json_is_true(json_object_get(plan, "stopped_early")) ? ", stopped early" : "");
    printf("unserved %lld people; proven that no plan leaves fewer than %lld\n",
           cli_number(plan, "unserved_people"), cli_number(plan, "unserved_bound"));
    printf("arrival  %lld person-seconds; proven that none needs fewer than %lld (gap %.3f %%)\n",
           cli_number(plan, "person_seconds"), cli_number(plan, "person_seconds_bound"),
           100 * figure(plan, "time_gap"));
    print_times(plan);
    print_reversals(plan);
    print_goods(json_object_get(plan, "goods"), figure(plan, "goods_gap"));
    print_moves(json_object_get(plan, "moves"));
    print_ways(json_object_get(plan, "on_way"));
    if (json_array_size(json_object_get(plan, "changes")) > 0) {
        puts("");
        print_changes(json_object_get(plan, "changes"));
    }
    print_buses(json_object_get(plan, "buses"));
    puts("");
    print_shipments(json_object_get(plan, "shipments"));
    print_transfers(json_object_get(json_object_get(plan, "goods"), "transfers"));
    print_fleet(json_object_get(plan, "fleet"));
    if (json_array_size(json_object_get(plan, "left")) > 0) {
        puts("");
        print_left(json_object_get(plan, "left"));
    }
}

/* How far the evacuation is, by zone. */
static void print_progress(const json_t *reply) {
    static const char *const titles[] = {
        "zone",   "standing",  ">people",  "leave (UTC)", ">due out", ">due there",  ">gone",
        ">still", ">to leave", ">~on way", ">overdue",    "known",    ">behind min", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *zone;
    json_array_foreach(json_object_get(reply, "zones"), index, zone) {
        char first[32], last[32];
        cli_wall(cli_number(zone, "departs_wall_ms"), first, sizeof first);
        cli_wall(cli_number(zone, "departed_wall_ms"), last, sizeof last);
        cli_table_cell(table, "%s", cli_text(zone, "zone"));
        cli_table_cell(table, "%s", cli_text(zone, "standing"));
        cli_table_cell(table, "%lld", cli_number(zone, "people"));
        cli_table_cell(table, "%s to %s", first, last);
        cli_table_cell(table, "%lld", cli_number(zone, "should_have_left"));
        cli_table_cell(table, "%lld", cli_number(zone, "should_be_there"));
        cli_table_cell(table, "%lld", cli_number(zone, "gone"));
        if (json_is_null(json_object_get(zone, "still")))
            cli_table_cell(table, "?");
        else
            cli_table_cell(table, "%lld", cli_number(zone, "still"));
        if (json_is_null(json_object_get(zone, "to_leave")))
            cli_table_cell(table, "?");
        else
            cli_table_cell(table, "%lld", cli_number(zone, "to_leave"));
        cli_table_cell(table, "%lld", cli_number(zone, "on_way"));
        cli_table_cell(table, "%lld", cli_number(zone, "overdue"));
        cli_table_cell(table, "%s",
                       json_is_true(json_object_get(zone, "swept")) ? "sweep" : "check-ins");
        cli_table_cell(table, "%.0f", figure(zone, "behind_s") / 60);
    }
    if (index == 0)
        puts("no plan with times is in force, or zones are only warned");
    else {
        cli_table_print(table);
        puts("still = to leave + on the way + overdue; on the way is estimated from accepted "
             "orders, "
             "nobody observes\nwho leaves; overdue: should have checked in long ago; ask there, or "
             "have the zone swept");
    }
}

static void print_diff(const json_t *reply) {
    static const char *const moves[] = {"zone", "shelter", ">before", ">after", NULL};
    static const char *const goods[] = {"depot", "shelter", "item", ">before", ">after", NULL};
    size_t index;
    json_t *one;
    struct cli_table *table = cli_table_new(moves);
    json_array_foreach(json_object_get(reply, "moves"), index, one) {
        cli_table_cell(table, "%s", cli_text(one, "zone"));
        cli_table_cell(table, "%s", cli_text(one, "shelter"));
        cli_table_cell(table, "%lld", cli_number(one, "before"));
        cli_table_cell(table, "%lld", cli_number(one, "after"));
    }
    cli_table_print(table);
    puts("");
    table = cli_table_new(goods);
    json_array_foreach(json_object_get(reply, "shipments"), index, one) {
        cli_table_cell(table, "%s", cli_text(one, "depot"));
        cli_table_cell(table, "%s", cli_text(one, "shelter"));
        cli_table_cell(table, "%s", cli_text(one, "item"));
        cli_table_cell(table, "%lld", cli_number(one, "before"));
        cli_table_cell(table, "%lld", cli_number(one, "after"));
    }
    cli_table_print(table);
}

static void print_made(const json_t *reply) {
    const long long plan = cli_number(reply, "plan");
    printf("plan %lld made; look at it: haven plan show %lld; decide: haven plan approve %lld\n",
           plan, plan, plan);
}

static bool set_number_of_plan(json_t *request, const char *member, const char *word) {
    long plan;
    if (word == NULL)
        return true;
    if (!cli_number_read_whole(word, 1, LONG_MAX, &plan)) {
        fprintf(stderr, "haven plan: “%s” is not the number of a plan; see haven plan list\n",
                word);
        return false;
    }
    json_object_set_new(request, member, json_integer(plan));
    return true;
}

/* A request about the plan that the third word names, the last one where it is silent. NULL: said
 * what is wrong. */
static json_t *plan_request(const struct cli *cli, const char *verb) {
    json_t *request = json_pack("{s:s}", "verb", verb);
    if (!set_number_of_plan(request, "plan", cli_word(cli, 2, "")) ||
        !set_number_of_plan(request, "against", cli_option(cli, "--against"))) {
        json_decref(request);
        return NULL;
    }
    cli_set_text(request, "reason", cli_option(cli, "--reason"));
    return request;
}

static void print_approved(const json_t *reply) {
    long long orders = cli_number(reply, "last") - cli_number(reply, "first");
    printf("approved; %lld orders and changes to orders issued: haven orders\n", orders);
}

static void print_directives(const json_t *reply) {
    static const char *const titles[] = {"directive", "kind",   "zone", "depot",
                                         "shelter",   "item",   "link", ">quantity",
                                         "by",        "reason", NULL};
    static const char *const texts[] = {"id", "kind", "zone", "depot", "shelter", "item", "link"};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(reply, "directives"), index, one) {
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            cli_table_cell(table, "%s", cli_text(one, texts[i]));
        if (json_object_get(one, "quantity") != NULL)
            cli_table_cell(table, "%lld", cli_number(one, "quantity"));
        else
            cli_table_cell(table, "%s", "");
        cli_table_cell(table, "%s", cli_text(one, "by"));
        cli_table_cell(table, "%s", cli_text(one, "reason"));
    }
    cli_table_print(table);
}

/* haven plan directive ID --kind KIND …, or ID --lift. */
static int set_directive(const struct cli *cli) {
    static const char *const options[] = {"--kind", "--zone", "--shelter", "--depot",
                                          "--item", "--link", "--reason"};
    const char *id = cli_word(cli, 2, "--lift");
    bool lift = cli_flag(cli, "--lift");
    json_int_t quantity;
    if (id == NULL || (cli_option(cli, "--kind") == NULL) != lift)
        return cli_usage(cli, "name the directive, and its --kind or --lift");
    if (!cli_integer(cli, "--quantity", -1, &quantity))
        return EX_USAGE;
    json_t *request = json_pack("{s:s, s:s, s:b}", "verb", "directive", "id", id, "lifted", lift);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (cli_option(cli, options[i]) != NULL)
            json_object_set_new(request, options[i] + 2, json_string(cli_option(cli, options[i])));
    if (quantity >= 0)
        json_object_set_new(request, "quantity", json_integer(quantity));
    return cli_ask(cli, request, NULL);
}

int cli_plan(const struct cli *cli) {
    static const struct {
        const char *word, *verb;
        void (*print)(const json_t *reply);
    } forms[] = {{"show", "plan", print_plan},
                 {"diff", "plan-diff", print_diff},
                 {"progress", "progress", print_progress},
                 {"approve", "plan-approve", print_approved},
                 {"withdraw", "plan-withdraw", NULL}};
    const char *what = cli_word(cli, 1, "");
    if (what == NULL || strcmp(what, "list") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "plans"), print_plans);
    if (strcmp(what, "make") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "plan-make"), print_made);
    if (strcmp(what, "directives") == 0)
        return cli_ask(cli,
                       json_pack("{s:s, s:b}", "verb", "directives", "all", cli_flag(cli, "--all")),
                       print_directives);
    if (strcmp(what, "directive") == 0)
        return set_directive(cli);
    if (strcmp(what, "approve") == 0 && cli_word(cli, 2, "") == NULL)
        return cli_usage(cli, "name the plan that you have looked at, since a newer one may have "
                              "been proposed meanwhile: haven plan approve N");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(what, forms[i].word) == 0) {
            json_t *request = plan_request(cli, forms[i].verb);
            return request == NULL ? EX_USAGE : cli_ask(cli, request, forms[i].print);
        }
    return cli_usage(
        cli, "say what to do: list, make, show, diff, progress, approve, withdraw, directives or "
             "directive");
}
