/* `haven plan show`: a whole plan, with what is proven of it. */
#include "coordinator/cli/cli_plan_inside.h"

#include <stdio.h>
#include <string.h>

double cli_plan_figure(const json_t *object, const char *member) {
    return json_number_value(json_object_get(object, member));
}

/* What the bound knows, when people are there, and what keeping the plan in force costs. */
static void print_times(const json_t *plan) {
    if (strcmp(cli_text(plan, "bound"), "flow") == 0) {
        printf("bound    the exact flow over places, roads and time, in steps of %lld s up to "
               "%lld h\n",
               cli_number(plan, "step_s"), cli_number(plan, "horizon_s") / 3600);
        printf("times    in hours and minutes after the order: 90 %% are there after %s, all after "
               "%s; the last leave after %s\n",
               cli_hours(cli_number(plan, "ete90_s")), cli_hours(cli_number(plan, "ete100_s")),
               cli_hours(cli_number(plan, "clearance_s")));
    } else {
        puts("bound    places alone: the roads are taken as endless, and there are no departure "
             "times");
    }
    if (cli_number(plan, "late_people") > 0)
        printf("late     %s a place and cannot be there in time\n",
               cli_count(cli_number(plan, "late_people"), "person has", "people have"));
    if (cli_number(plan, "precedence_people") > 0)
        printf("first    %s with medical needs or in wheelchairs, placed because they come first\n",
               cli_count(cli_number(plan, "precedence_people"), "person", "people"));
    if (json_array_size(json_object_get(plan, "changes")) > 0)
        printf("changes  %s elsewhere than in the plan in force; keeping the others costs %lld "
               "person-min\n",
               cli_count(cli_number(plan, "changed_people"), "person goes", "people go"),
               cli_number(plan, "stability_person_seconds") / 60);
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
        printf("         those that are new: %lld more in time, %lld person-min gained\n",
               cli_number(plan, "contraflow_people"),
               cli_number(plan, "contraflow_person_seconds") / 60);
}

/* Who is left over is a zone's people, what is lacking a shelter's item. */
static void cell_left(struct cli_table *table, const json_t *one, const char *member) {
    const char *zone = cli_text(one, member);
    cli_table_cell(table, "%s", zone[0] == '\0' ? cli_text(one, "shelter") : zone);
}

static void cell_item(struct cli_table *table, const json_t *one, const char *member) {
    const bool people = cli_text(one, "zone")[0] != '\0';
    cli_table_cell(table, "%s", people ? "people" : cli_text(one, member));
}

static void print_left(const json_t *left) {
    static const struct cli_column columns[] = {
        {"left over", cell_left, "zone"},
        {"item", cell_item, "item"},
        {">amount", cli_cell_whole, "amount"},
        {"why", cli_cell_text, "reason"},
        {"whom or what it concerns", cli_cell_text, "parameter"},
        {0}};
    if (json_array_size(left) == 0)
        return;
    puts("");
    cli_print_list(left, columns);
}

void cli_plan_show(const json_t *reply) {
    const json_t *plan = json_object_get(reply, "plan");
    printf("plan %lld, %s, computed from log position %lld%s\n", cli_number(plan, "id"),
           cli_text(plan, "standing"), cli_number(plan, "basis"),
           json_is_true(json_object_get(plan, "stopped_early")) ? ", stopped early" : "");
    printf("unserved %s; proven that no plan leaves fewer than %lld\n",
           cli_count(cli_number(plan, "unserved_people"), "person", "people"),
           cli_number(plan, "unserved_bound"));
    printf("arrival  %lld person-min; proven that none needs fewer than %lld (gap %.3f %%)\n",
           cli_number(plan, "person_seconds") / 60, cli_number(plan, "person_seconds_bound") / 60,
           100 * cli_plan_figure(plan, "time_gap"));
    print_times(plan);
    print_reversals(plan);
    cli_plan_goods(plan);
    cli_plan_moves(plan);
    cli_plan_ways(plan);
    cli_plan_changes(plan);
    cli_plan_buses(plan);
    cli_plan_shipments(plan);
    cli_plan_trips(json_object_get(plan, "fleet"));
    print_left(json_object_get(plan, "left"));
}
