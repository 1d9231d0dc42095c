#include "nodes/tell.h"

#include "schemas/error.h"
#include "schemas/platform/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text(const json_t *object, const char *name) {
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

static long long number(const json_t *object, const char *name) {
    return (long long)json_integer_value(json_object_get(object, name));
}

/* "12 s ago", "at least 3 h ago", "never" */
static void tell_age(const json_t *object, const char *name) {
    const json_t *age = json_object_get(object, name);
    if (!json_is_number(age)) {
        printf("never");
        return;
    }
    double seconds = json_number_value(age);
    const char *at_least = json_is_true(json_object_get(object, "at_least")) ? "at least " : "";
    if (seconds < 120)
        printf("%s%.0f s ago", at_least, seconds);
    else if (seconds < 7200)
        printf("%s%.0f min ago", at_least, seconds / 60);
    else if (seconds < 172800)
        printf("%s%.0f h ago", at_least, seconds / 3600);
    else
        printf("%s%.0f days ago", at_least, seconds / 86400);
}

/* ---- status ---- */

static void tell_link(const json_t *reply) {
    const json_t *link = json_object_get(reply, "link");
    printf("link        %s %s, heard ", text(link, "state"), text(link, "endpoint"));
    tell_age(link, "heard_ago_s");
    if (text(link, "trouble")[0] != '\0')
        printf("; %s", text(link, "trouble"));
    printf("\n");
}

static void tell_lane(const json_t *lanes, const char *name) {
    const json_t *lane = json_object_get(lanes, name);
    printf("%-12s%lld made, %lld acknowledged, %lld waiting\n", name, number(lane, "made"),
           number(lane, "acked"), number(lane, "waiting"));
}

static void tell_people(const json_t *people) {
    const char *name;
    json_t *figure;
    printf("people      %lld", number(people, "total"));
    json_object_foreach((json_t *)people, name, figure) {
        bool other = strcmp(name, "total") == 0 || strcmp(name, "households") == 0 ||
                     strcmp(name, "shortfall") == 0 || strcmp(name, "count_difference") == 0;
        if (!other && json_is_integer(figure))
            printf(", %s %lld", name, (long long)json_integer_value(figure));
    }
    printf("; changed ");
    tell_age(people, "age_s");
    printf(", counted ");
    tell_age(people, "counted_age_s");
    if (number(people, "shortfall") > 0)
        printf("; %lld more left than were here: count", number(people, "shortfall"));
    printf("\n");
}

static void tell_lifelines(const json_t *lifelines) {
    size_t i;
    json_t *line;
    json_array_foreach((json_t *)lifelines, i, line) {
        printf("%-12s%s", text(line, "kind"), text(line, "state"));
        if (json_object_get(line, "hours") != NULL)
            printf(", %lld hours left", number(line, "hours"));
        printf("; ");
        tell_age(line, "age_s");
        printf("\n");
    }
}

static void tell_capacity(const json_t *capacity) {
    size_t i;
    json_t *line;
    json_array_foreach(json_object_get(capacity, "lines"), i, line) {
        printf("capacity    %lld", number(line, "people"));
        static const char *const words[] = {"basis", "part", "place"};
        for (size_t w = 0; w < 3; w++)
            if (strcmp(text(line, words[w]), "unknown") != 0)
                printf(" %s", text(line, words[w]));
        printf("; ");
        tell_age(capacity, "age_s");
        printf("\n");
    }
}

static void tell_troubles(const json_t *reply) {
    const json_t *storage = json_object_get(reply, "storage");
    if (text(storage, "trouble")[0] != '\0')
        printf("disk        %s\n", text(storage, "trouble"));
    if (number(reply, "refused") > 0)
        printf("refused     %lld reports; see haven-node records\n", number(reply, "refused"));
    if (number(reply, "lost") > 0)
        printf(
            "lost        %lld reports: damaged on this disk before they were sent, or too old when "
            "a restored log asked for them\n",
            number(reply, "lost"));
}

static void tell_status(const json_t *reply) {
    const json_t *status = json_object_get(reply, "status");
    const json_t *clock = json_object_get(reply, "clock");
    const json_t *orders = json_object_get(reply, "orders");
    char now[32];
    printf("node        %s, %s, %s\n", text(reply, "id"), text(reply, "role"), text(reply, "mode"));
    tell_link(reply);
    tell_lane(json_object_get(reply, "lanes"), "history");
    tell_lane(json_object_get(reply, "lanes"), "present");
    tell_troubles(reply);
    printf("status      %s%s%s; ", text(status, "status"),
           text(status, "reason")[0] == '\0' ? "" : ", ", text(status, "reason"));
    tell_age(status, "age_s");
    printf("\n");
    tell_people(json_object_get(reply, "people"));
    tell_capacity(json_object_get(reply, "capacity"));
    tell_lifelines(json_object_get(reply, "lifelines"));
    printf("stock       %lld lines; ", number(json_object_get(reply, "stock"), "lines"));
    tell_age(json_object_get(reply, "stock"), "age_s");
    printf("\nrequests    %lld open\norders      %lld open, %lld to be answered\n",
           number(reply, "requests"), number(orders, "open"), number(orders, "unanswered"));
    printf("clock       %s%s, epoch %lld, term %lld\n",
           clock_wall_text(number(clock, "wall_ms"), now, sizeof now),
           json_is_true(json_object_get(clock, "scenario")) ? " (scenario)" : "",
           number(reply, "epoch"), number(reply, "term"));
}

/* ---- lists ---- */

static void tell_line(const json_t *line) {
    printf("%-20s %12lld", text(line, "item"), number(line, "quantity"));
    if (number(line, "damaged") > 0)
        printf(" (%lld damaged)", number(line, "damaged"));
    if (text(line, "lot")[0] != '\0')
        printf("  lot %s", text(line, "lot"));
    if (text(line, "expiry")[0] != '\0')
        printf("  until %s", text(line, "expiry"));
    printf("\n");
}

static void tell_lines(const json_t *object, const char *indent) {
    size_t i;
    json_t *line;
    json_array_foreach(json_object_get(object, "lines"), i, line) {
        printf("%s", indent);
        tell_line(line);
    }
}

static void tell_stock(const json_t *reply) {
    size_t i;
    json_t *pick;
    tell_lines(reply, "");
    json_array_foreach(json_object_get(reply, "set_aside"), i, pick) {
        printf("set aside for %s (%lld picked, %lld loaded): ", text(pick, "waybill"),
               number(pick, "picked"), number(pick, "loaded"));
        tell_line(pick);
    }
}

static void tell_requests(const json_t *reply) {
    size_t i;
    json_t *request;
    json_array_foreach(json_object_get(reply, "requests"), i, request) {
        printf("%-4lld %s, %s", number(request, "id"), text(request, "kind"),
               text(request, "urgency"));
        if (json_object_get(request, "amount") != NULL)
            printf(", %lld", number(request, "amount"));
        printf("%s%s\n", text(request, "text")[0] == '\0' ? "" : ": ", text(request, "text"));
        tell_lines(request, "     ");
    }
}

static void tell_order(const json_t *order) {
    static const char *const texts[] = {"shelter", "counterpart", "waybill", "vehicle", "text"};
    size_t i;
    json_t *group;
    printf("%-4lld %s, %s%s%s", number(order, "id"), text(order, "kind"), text(order, "state"),
           strcmp(text(order, "issued"), "issued") == 0 ? "" : ", ",
           strcmp(text(order, "issued"), "issued") == 0 ? "" : text(order, "issued"));
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        if (text(order, texts[t])[0] != '\0')
            printf("; %s %s", texts[t], text(order, texts[t]));
    if (number(order, "trips") > 0 && json_object_get(order, "start_ms") != NULL) {
        const bool ships = strcmp(text(order, "kind"), "ship") == 0;
        const char *when = ships ? "start_ms" : "end_ms"; /* the first leaves; the last is there */
        char time[32];
        printf("; %lld trip%s, %s %s", number(order, "trips"),
               number(order, "trips") == 1 ? "" : "s", ships ? "leaves" : "expected",
               clock_wall_text(number(order, when), time, sizeof time));
    }
    if (json_object_get(order, "deadline_ms") != NULL) {
        char deadline[32];
        printf("; until %s",
               clock_wall_text(number(order, "deadline_ms"), deadline, sizeof deadline));
    }
    const json_t *due = json_object_get(order, "due");
    if (json_is_array(due) && json_array_size(due) == 0)
        printf("; all received%s",
               json_is_true(json_object_get(order, "more_leaves")) ? " that has left" : "");
    printf("\n");
    json_array_foreach(json_object_get(order, "people"), i, group) {
        printf("     %lld people of %s\n", number(group, "people"), text(group, "zone"));
    }
    tell_lines(order, "     ");
}

static void tell_records(const json_t *reply) {
    size_t i;
    json_t *record;
    json_array_foreach(json_object_get(reply, "records"), i, record) {
        printf("%s %lld/%lld %s %s%s%s\n", text(record, "lane"), number(record, "epoch"),
               number(record, "sequence"), text(record, "state"), text(record, "kind"),
               text(record, "detail")[0] == '\0' ? "" : ": ", text(record, "detail"));
    }
}

static void tell_entry(const json_t *reply) {
    if (number(reply, "sequence") == 0)
        return;
    printf("stored as %s %lld", text(reply, "lane"), number(reply, "sequence"));
    if (number(reply, "request") != 0)
        printf(", request %lld", number(reply, "request"));
    printf("\n");
}

/* A remedy says what to do; here, with which option. */
static const char *option_for(const char *remedy) {
    bool reason = strstr(remedy, "say why") != NULL, force = strstr(remedy, "force it") != NULL;
    return reason && force ? " (--reason TEXT, --force)"
           : reason        ? " (--reason TEXT)"
           : force         ? " (--force)"
                           : "";
}

void tell(const char *verb, const json_t *reply) {
    size_t i;
    json_t *order;
    if (!json_is_true(json_object_get(reply, "ok"))) {
        fprintf(stderr, "haven-node: %s\n", text(reply, "text"));
        const char *remedy = text(reply, "remedy");
        if (remedy[0] != '\0')
            fprintf(stderr, "  → %s%s\n", remedy, option_for(remedy));
        return;
    }
    if (strcmp(verb, "status") == 0)
        tell_status(reply);
    else if (strcmp(verb, "stock") == 0)
        tell_stock(reply);
    else if (strcmp(verb, "requests") == 0)
        tell_requests(reply);
    else if (strcmp(verb, "records") == 0)
        tell_records(reply);
    else if (strcmp(verb, "orders") == 0)
        json_array_foreach(json_object_get(reply, "orders"), i, order) tell_order(order);
    else
        tell_entry(reply);
}

int tell_exit_status(const json_t *reply) {
    if (json_is_true(json_object_get(reply, "ok")))
        return 0;
    for (int error = HV_ERR_MEMORY; error >= HV_ERR_OVERFLOW; error--)
        if (strcmp(hv_error_name(error), text(reply, "error")) == 0)
            return hv_error_exit_status(error);
    return hv_error_exit_status(HV_ERR_IO);
}
