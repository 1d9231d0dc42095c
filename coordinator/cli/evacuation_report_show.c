#include "coordinator/cli/evacuation_report_show.h"

#include "coordinator/cli/cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_BYTES = 32, RING = 8, NAME_BYTES = 256, ARRIVAL_ROWS = 12 };

static const char *const cause_names[] = {
    [REPORT_CAUSE_LINK_FULL] = "link-full",       [REPORT_CAUSE_LINK_CLOSED] = "link-closed",
    [REPORT_CAUSE_SHELTER_FULL] = "shelter-full", [REPORT_CAUSE_SHELTER_LATE] = "shelter-late",
    [REPORT_CAUSE_HORIZON] = "horizon",           [REPORT_CAUSE_WINDOW] = "window",
    [REPORT_CAUSE_NO_PLACE] = "no-place",         [REPORT_CAUSE_NO_WAY] = "no-way",
    [REPORT_CAUSE_LIMITS] = "limits-on-orders"};

static const char *const fault_names[] = {[REPORT_FAULT_ROUTE_BROKEN] = "route-broken",
                                          [REPORT_FAULT_LINK_OVERLOADED] = "link-overloaded",
                                          [REPORT_FAULT_SHELTER_OVERFULL] = "shelter-overfull",
                                          [REPORT_FAULT_ZONE_EXCEEDED] = "zone-exceeded",
                                          [REPORT_FAULT_DEPARTURE] = "departure",
                                          [REPORT_FAULT_ARRIVAL] = "arrival",
                                          [REPORT_FAULT_CLASS] = "class",
                                          [REPORT_FAULT_CLASS_OVERFULL] = "class-overfull",
                                          [REPORT_FAULT_PARTY_TORN] = "party-torn",
                                          [REPORT_FAULT_FIGURES] = "figures"};

/* ---- words ---- */

/* "2 h 05 min", "7 min", "40 s"; "never". A ring of texts. */
static const char *time_of(const struct evacuation_report_shown *shown, int32_t step) {
    static char ring[RING][TIME_BYTES];
    static int next;
    char *text = ring[next++ % RING];
    double s = step * shown->document->step_s;
    if (step == EVACUATION_NEVER)
        snprintf(text, TIME_BYTES, "never");
    else if (s < 60)
        snprintf(text, TIME_BYTES, "%.0f s", s);
    else if (s < 3600)
        snprintf(text, TIME_BYTES, "%.0f min", s / 60);
    else {
        long minutes = lround(s / 60);
        snprintf(text, TIME_BYTES, "%ld h %02ld min", minutes / 60, minutes % 60);
    }
    return text;
}

static const char *name_of_link(const struct evacuation_report_shown *shown, int32_t link) {
    static char text[2][NAME_BYTES];
    static int next;
    char *made = text[next++ % 2];
    const char *name = shown->document->link_names[link];
    snprintf(made, NAME_BYTES, "%s%s%s%s", shown->document->link_ids[link],
             name[0] == '\0' ? "" : " (", name, name[0] == '\0' ? "" : ")");
    return made;
}

static double minutes_of(const struct evacuation_report_shown *shown, double steps) {
    return steps * shown->document->step_s / 60;
}

/* ---- tables ---- */

static void show_head(const struct evacuation_report_shown *shown) {
    const struct evacuation_report *report = shown->report;
    printf("%s: %" PRId64 " people, %" PRId64 " served, %" PRId64 " left over\n",
           shown->document->name, report->people, report->people - report->value.unserved,
           report->value.unserved);
    printf("evacuation time estimate   90 %%: %s   100 %%: %s\n",
           time_of(shown, report->step_at_90), time_of(shown, report->step_at_100));
    if (report->value.unserved > 0 && report->value.unserved < report->people)
        printf("  of those who are served  90 %%: %s   100 %%: %s\n",
               time_of(shown, report->served_step_at_90),
               time_of(shown, report->served_step_at_100));
    printf("clearance                  last departure %s, last arrival %s\n",
           time_of(shown, report->last_departure), time_of(shown, report->last_arrival));
    const struct evacuation_value *bound = shown->bound;
    if (bound == NULL)
        printf("no bound is at hand\n");
    else if (evacuation_value_compare(*bound, report->value) == 0)
        printf("proven: no plan serves more people, or as many sooner on average\n");
    else
        printf("every plan leaves at least %" PRId64
               " people over; arrivals are %.2f %% later than the proven bound\n",
               bound->unserved,
               bound->total_arrival_steps > 0 ? 100.0 * ((double)report->value.total_arrival_steps /
                                                             (double)bound->total_arrival_steps -
                                                         1)
                                              : 0.0);
}

static void show_arrivals(const struct evacuation_report_shown *shown) {
    const struct evacuation_report *report = shown->report;
    static const char *const titles[] = {">arrivals until", ">people", ">share", NULL};
    if (report->arrival_count == 0)
        return;
    puts("");
    struct cli_table *table = cli_table_new(titles);
    int64_t arrived = 0;
    size_t next = 0;
    for (int row = 1; row <= ARRIVAL_ROWS; row++) {
        int32_t until = (int32_t)((int64_t)report->last_arrival * row / ARRIVAL_ROWS);
        while (next < report->arrival_count && report->arrivals[next].step <= until)
            arrived += report->arrivals[next++].people;
        cli_table_cell(table, "%s", time_of(shown, until));
        cli_table_cell(table, "%" PRId64, arrived);
        cli_table_cell(table, "%.1f %%",
                       100.0 * (double)arrived / (double)(report->people > 0 ? report->people : 1));
    }
    cli_table_print(table);
}

static void show_zones(const struct evacuation_report_shown *shown) {
    static const char *const titles[] = {
        "zone",   ">people",      ">left over",           ">leaves from",
        ">until", ">all safe at", ">mean min on the way", NULL};
    puts("");
    struct cli_table *table = cli_table_new(titles);
    for (size_t z = 0; z < shown->document->instance.zone_count; z++) {
        const struct report_zone *zone = &shown->report->zones[z];
        cli_table_cell(table, "%s", shown->document->zone_ids[z]);
        cli_table_cell(table, "%" PRId64, zone->people);
        cli_table_cell(table, "%" PRId64, zone->people - zone->served);
        cli_table_cell(table, "%s", time_of(shown, zone->first_departure));
        cli_table_cell(table, "%s", time_of(shown, zone->last_departure));
        cli_table_cell(table, "%s", time_of(shown, zone->last_arrival));
        if (zone->served > 0)
            cli_table_cell(table, "%.1f",
                           minutes_of(shown, (double)zone->travel_steps / (double)zone->served));
        else
            cli_table_cell(table, "–");
    }
    cli_table_print(table);
}

static void show_classes(const struct evacuation_report_shown *shown) {
    static const char *const titles[] = {
        "class",     ">people",       ">left over",          ">90 % safe at",
        ">100 % at", ">last arrival", ">mean arrival after", NULL};
    if (shown->report->class_count == 0)
        return;
    puts("");
    struct cli_table *table = cli_table_new(titles);
    for (size_t c = 0; c < shown->report->class_count; c++) {
        const struct report_class *class = &shown->report->classes[c];
        if (class->people == 0)
            continue;
        cli_table_cell(table, "%s", shown->class_ids[c]);
        cli_table_cell(table, "%" PRId64, class->people);
        cli_table_cell(table, "%" PRId64, class->people - class->served);
        cli_table_cell(table, "%s", time_of(shown, class->step_at_90));
        cli_table_cell(table, "%s", time_of(shown, class->step_at_100));
        cli_table_cell(table, "%s", time_of(shown, class->last_arrival));
        if (class->served > 0)
            cli_table_cell(table, "%.1f min",
                           minutes_of(shown, (double)class->arrival_steps / (double)class->served));
        else
            cli_table_cell(table, "–");
    }
    cli_table_print(table);
}

static void show_shelters(const struct evacuation_report_shown *shown) {
    static const char *const titles[] = {"shelter", ">places",  ">arrive",
                                         ">share",  ">full at", NULL};
    puts("");
    struct cli_table *table = cli_table_new(titles);
    for (size_t s = 0; s < shown->document->instance.shelter_count; s++) {
        const struct report_shelter *shelter = &shown->report->shelters[s];
        int64_t places = shown->document->shelters[s].capacity;
        cli_table_cell(table, "%s", shown->document->shelter_ids[s]);
        cli_table_cell(table, "%" PRId64, places);
        cli_table_cell(table, "%" PRId64, shelter->arrived);
        cli_table_cell(table, "%.0f %%",
                       100.0 * (double)shelter->arrived / (double)(places > 0 ? places : 1));
        cli_table_cell(table, "%s", time_of(shown, shelter->full_at_step));
    }
    cli_table_print(table);
}

struct ranked {
    int32_t link;
    int32_t full;
    int64_t entered;
};

static int compare_ranked(const void *first, const void *second) {
    const struct ranked *a = first, *b = second;
    if (a->full != b->full)
        return a->full > b->full ? -1 : 1;
    if (a->entered != b->entered)
        return a->entered > b->entered ? -1 : 1;
    return (a->link > b->link) - (a->link < b->link);
}

static void show_links(const struct evacuation_report_shown *shown) {
    static const char *const titles[] = {"busiest roads", ">people",          ">most an hour",
                                         ">at",           ">min at capacity", NULL};
    const size_t count = shown->document->instance.link_count;
    struct ranked *ranked = calloc(count + 1, sizeof *ranked);
    if (ranked == NULL)
        return;
    for (size_t l = 0; l < count; l++)
        ranked[l] = (struct ranked){(int32_t)l, shown->report->links[l].steps_full,
                                    shown->report->links[l].entered};
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    if (count == 0 || ranked[0].entered == 0) {
        free(ranked);
        return;
    }
    puts("");
    struct cli_table *table = cli_table_new(titles);
    for (size_t i = 0; i < count && i < (size_t)shown->top && ranked[i].entered > 0; i++) {
        const struct report_link *link = &shown->report->links[ranked[i].link];
        cli_table_cell(table, "%s", name_of_link(shown, ranked[i].link));
        cli_table_cell(table, "%" PRId64, link->entered);
        cli_table_cell(table, "%.0f", (double)link->peak * 3600 / shown->document->step_s);
        cli_table_cell(table, "%s", time_of(shown, link->peak_step));
        cli_table_cell(table, "%.0f", minutes_of(shown, link->steps_full));
    }
    cli_table_print(table);
    free(ranked);
}

static void show_bottlenecks(const struct evacuation_report_shown *shown) {
    static const char *const titles[] = {
        "one lane more on, or one place more in", ">people served more, at most",
        ">person-minutes saved, at most", ">minutes a person", NULL};
    const struct evacuation_report *report = shown->report;
    const int64_t served = report->people - report->value.unserved;
    int roads = 0, places = 0;
    if (report->bottleneck_count == 0)
        return;
    puts("");
    struct cli_table *table = cli_table_new(titles);
    for (size_t i = 0; i < report->bottleneck_count; i++) {
        const struct report_bottleneck *worth = &report->bottlenecks[i];
        if ((worth->link >= 0 ? roads++ : places++) >= shown->top)
            continue;
        double minutes = minutes_of(shown, worth->steps_saved);
        cli_table_cell(table, "%s",
                       worth->link >= 0 ? name_of_link(shown, worth->link)
                                        : shown->document->shelter_ids[worth->shelter]);
        cli_table_cell(table, "%.1f", worth->people_served);
        if (worth->people_served > 0) { /* who is served at last arrives, so the sum may rise */
            cli_table_cell(table, "–");
            cli_table_cell(table, "–");
            continue;
        }
        cli_table_cell(table, "%.0f", minutes);
        cli_table_cell(table, "%.2f", served > 0 ? minutes / (double)served : 0.0);
    }
    cli_table_print(table);
}

static void say_cause(const struct evacuation_report_shown *shown,
                      const struct report_cause *cause) {
    const struct evacuation_document *document = shown->document;
    switch (cause->code) {
    case REPORT_CAUSE_LINK_FULL:
        printf("    road %s is full whenever it would help: %" PRId64 " people from %s to %s\n",
               name_of_link(shown, cause->index), cause->people, time_of(shown, cause->step),
               time_of(shown, cause->last_step));
        break;
    case REPORT_CAUSE_LINK_CLOSED:
        printf("    road %s is closed, or closes before its end is reached, from %s on\n",
               name_of_link(shown, cause->index), time_of(shown, cause->step));
        break;
    case REPORT_CAUSE_SHELTER_FULL:
        printf("    shelter %s is full: %" PRId64 " places\n", document->shelter_ids[cause->index],
               cause->people);
        break;
    case REPORT_CAUSE_SHELTER_LATE:
        printf("    shelter %s opens only at %s\n", document->shelter_ids[cause->index],
               time_of(shown, cause->step));
        break;
    case REPORT_CAUSE_HORIZON:
        printf("    the plan ends at %s, too early for them\n", time_of(shown, cause->step));
        break;
    case REPORT_CAUSE_WINDOW:
        printf("    its people may leave only from %s to %s\n", time_of(shown, cause->step),
               time_of(shown, cause->last_step));
        break;
    case REPORT_CAUSE_NO_PLACE:
        printf("    no shelter that its roads lead to has a place\n");
        break;
    case REPORT_CAUSE_NO_WAY:
        printf("    no road leads to any shelter\n");
        break;
    case REPORT_CAUSE_LIMITS:
        printf("    none of these: a plan without limits on orders serves them\n");
        break;
    }
}

static void show_causes(const struct evacuation_report_shown *shown) {
    const struct evacuation_report *report = shown->report;
    if (report->cause_count == 0)
        return;
    puts("\nwho cannot be served, and why");
    for (size_t z = 0; z < shown->document->instance.zone_count; z++) {
        const struct report_zone *zone = &report->zones[z];
        if (zone->cause_count == 0)
            continue;
        printf("  zone %s, %" PRId64 " of %" PRId64 " people:\n", shown->document->zone_ids[z],
               zone->people - zone->served, zone->people);
        for (size_t c = 0; c < zone->cause_count && c < (size_t)shown->top; c++)
            say_cause(shown, &report->causes[zone->cause_first + c]);
        if (zone->cause_count > (size_t)shown->top)
            printf("    and %zu more\n", zone->cause_count - (size_t)shown->top);
    }
    if (shown->bound != NULL && report->cut_people > 0 &&
        report->cut_people == shown->bound->unserved)
        printf("  these keep %" PRId64 " people from every plan\n", report->cut_people);
}

static void show_faults(const struct evacuation_report_shown *shown) {
    const struct evacuation_report *report = shown->report;
    if (report->faults_in_all == 0)
        return;
    printf("\nthe plan breaks its own instance, %zu times:\n", report->faults_in_all);
    for (size_t i = 0; i < report->fault_count && i < (size_t)shown->top; i++) {
        const struct report_fault *fault = &report->faults[i];
        const char *of = "";
        if (fault->code == REPORT_FAULT_LINK_OVERLOADED)
            of = shown->document->link_ids[fault->index];
        else if (fault->code == REPORT_FAULT_SHELTER_OVERFULL ||
                 fault->code == REPORT_FAULT_CLASS_OVERFULL)
            of = shown->document->shelter_ids[fault->index];
        else if (fault->code == REPORT_FAULT_ZONE_EXCEEDED ||
                 fault->code == REPORT_FAULT_PARTY_TORN)
            of = shown->document->zone_ids[fault->index];
        printf("  %s %s", fault_names[fault->code], of);
        if (of[0] == '\0' && fault->code != REPORT_FAULT_FIGURES)
            printf("flow %" PRId64, fault->index);
        printf(", step %" PRId32 ", %" PRId64 " people\n", fault->step, fault->amount);
    }
}

void evacuation_report_show(const struct evacuation_report_shown *shown) {
    show_head(shown);
    show_arrivals(shown);
    show_classes(shown);
    show_zones(shown);
    show_shelters(shown);
    show_links(shown);
    if (shown->report->bottlenecks != NULL)
        show_bottlenecks(shown);
    show_causes(shown);
    show_faults(shown);
}

/* ---- JSON ---- */

static json_t *step_json(int32_t step) {
    return step == EVACUATION_NEVER ? json_null() : json_integer(step);
}

static json_t *loads_json(const struct report_load *loads, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("[i, I]", (int)loads[i].step, (json_int_t)loads[i].people));
    return list;
}

static json_t *cause_json(const struct evacuation_report_shown *shown,
                          const struct report_cause *cause) {
    const struct evacuation_document *document = shown->document;
    json_t *json = json_pack("{s:s}", "code", cause_names[cause->code]);
    bool of_link = cause->code == REPORT_CAUSE_LINK_FULL || cause->code == REPORT_CAUSE_LINK_CLOSED;
    bool of_shelter =
        cause->code == REPORT_CAUSE_SHELTER_FULL || cause->code == REPORT_CAUSE_SHELTER_LATE;
    if (of_link)
        json_object_set_new(json, "link", json_string(document->link_ids[cause->index]));
    if (of_shelter)
        json_object_set_new(json, "shelter", json_string(document->shelter_ids[cause->index]));
    if (cause->code != REPORT_CAUSE_SHELTER_FULL && cause->code != REPORT_CAUSE_NO_PLACE &&
        cause->code != REPORT_CAUSE_NO_WAY && cause->code != REPORT_CAUSE_LIMITS)
        json_object_set_new(json, "step", step_json(cause->step));
    if (cause->code == REPORT_CAUSE_LINK_FULL || cause->code == REPORT_CAUSE_SHELTER_FULL)
        json_object_set_new(json, "people", json_integer(cause->people));
    if (cause->code == REPORT_CAUSE_LINK_FULL || cause->code == REPORT_CAUSE_WINDOW)
        json_object_set_new(json, "last_step", step_json(cause->last_step));
    return json;
}

static json_t *zones_json(const struct evacuation_report_shown *shown) {
    json_t *list = json_array();
    for (size_t z = 0; z < shown->document->instance.zone_count; z++) {
        const struct report_zone *zone = &shown->report->zones[z];
        json_t *causes = json_array();
        for (size_t c = 0; c < zone->cause_count; c++)
            json_array_append_new(causes,
                                  cause_json(shown, &shown->report->causes[zone->cause_first + c]));
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:I, s:o}", "zone",
                            shown->document->zone_ids[z], "people", (json_int_t)zone->people,
                            "unserved", (json_int_t)(zone->people - zone->served),
                            "first_departure_step", step_json(zone->first_departure),
                            "last_departure_step", step_json(zone->last_departure),
                            "last_arrival_step", step_json(zone->last_arrival), "travel_steps",
                            (json_int_t)zone->travel_steps, "causes", causes));
    }
    return list;
}

static json_t *classes_json(const struct evacuation_report_shown *shown) {
    json_t *list = json_array();
    for (size_t c = 0; c < shown->report->class_count; c++) {
        const struct report_class *class = &shown->report->classes[c];
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:o}", "class",
                                        shown->class_ids[c], "people", (json_int_t) class->people,
                                        "unserved", (json_int_t)(class->people - class->served),
                                        "total_arrival_steps", (json_int_t) class->arrival_steps,
                                        "step_at_90", step_json(class->step_at_90), "step_at_100",
                                        step_json(class->step_at_100), "last_arrival_step",
                                        step_json(class->last_arrival)));
    }
    return list;
}

static json_t *shelters_json(const struct evacuation_report_shown *shown) {
    json_t *list = json_array();
    for (size_t s = 0; s < shown->document->instance.shelter_count; s++) {
        const struct report_shelter *shelter = &shown->report->shelters[s];
        json_array_append_new(
            list,
            json_pack("{s:s, s:I, s:I, s:I, s:o, s:o}", "shelter", shown->document->shelter_ids[s],
                      "places", (json_int_t)shown->document->shelters[s].capacity, "arrived",
                      (json_int_t)shelter->arrived, "taken", (json_int_t)shelter->taken,
                      "full_at_step", step_json(shelter->full_at_step), "arrivals",
                      loads_json(shown->report->loads + shelter->load_first, shelter->load_count)));
    }
    return list;
}

static json_t *links_json(const struct evacuation_report_shown *shown) {
    json_t *list = json_array();
    for (size_t l = 0; l < shown->document->instance.link_count; l++) {
        const struct report_link *link = &shown->report->links[l];
        if (link->entered == 0)
            continue;
        json_array_append_new(
            list,
            json_pack("{s:s, s:I, s:I, s:o, s:i, s:i, s:o}", "link", shown->document->link_ids[l],
                      "entered", (json_int_t)link->entered, "peak", (json_int_t)link->peak,
                      "peak_step", step_json(link->peak_step), "steps_used", (int)link->steps_used,
                      "steps_full", (int)link->steps_full, "loads",
                      loads_json(shown->report->loads + link->load_first, link->load_count)));
    }
    return list;
}

static json_t *bottlenecks_json(const struct evacuation_report_shown *shown) {
    json_t *list = json_array();
    for (size_t i = 0; i < shown->report->bottleneck_count; i++) {
        const struct report_bottleneck *worth = &shown->report->bottlenecks[i];
        bool road = worth->link >= 0;
        json_array_append_new(list, json_pack("{s:s, s:f, s:f}", road ? "link" : "shelter",
                                              road ? shown->document->link_ids[worth->link]
                                                   : shown->document->shelter_ids[worth->shelter],
                                              "people_served_more", worth->people_served,
                                              "person_minutes_saved",
                                              minutes_of(shown, worth->steps_saved)));
    }
    return list;
}

static json_t *faults_json(const struct evacuation_report_shown *shown) {
    json_t *list = json_array();
    for (size_t i = 0; i < shown->report->fault_count; i++) {
        const struct report_fault *fault = &shown->report->faults[i];
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:o, s:I}", "code", fault_names[fault->code], "index",
                            (json_int_t)fault->index, "step", step_json(fault->step), "amount",
                            (json_int_t)fault->amount));
    }
    return list;
}

json_t *evacuation_report_json(const struct evacuation_report_shown *shown) {
    const struct evacuation_report *report = shown->report;
    json_t *json = json_pack(
        "{s:s, s:f, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "instance",
        shown->document->name, "step_s", shown->document->step_s, "people",
        (json_int_t)report->people, "unserved", (json_int_t)report->value.unserved,
        "total_arrival_steps", (json_int_t)report->value.total_arrival_steps, "step_at_90",
        step_json(report->step_at_90), "step_at_100", step_json(report->step_at_100),
        "served_step_at_90", step_json(report->served_step_at_90), "served_step_at_100",
        step_json(report->served_step_at_100), "last_departure_step",
        step_json(report->last_departure), "last_arrival_step", step_json(report->last_arrival));
    if (json == NULL)
        return NULL;
    if (shown->bound != NULL)
        json_object_set_new(json, "bound",
                            json_pack("{s:I, s:I}", "unserved", (json_int_t)shown->bound->unserved,
                                      "total_arrival_steps",
                                      (json_int_t)shown->bound->total_arrival_steps));
    json_object_set_new(json, "cut_people", json_integer(report->cut_people));
    json_object_set_new(json, "arrivals", loads_json(report->arrivals, report->arrival_count));
    if (report->class_count > 0)
        json_object_set_new(json, "classes", classes_json(shown));
    json_object_set_new(json, "zones", zones_json(shown));
    json_object_set_new(json, "shelters", shelters_json(shown));
    json_object_set_new(json, "links", links_json(shown));
    json_object_set_new(json, "bottlenecks", bottlenecks_json(shown));
    json_object_set_new(json, "faults", faults_json(shown));
    return json;
}
