/* What the lists of `haven evacuation instance` name in the region, and add to it. */
#include "coordinator/cli/evacuation_instance.h"
#include "coordinator/cli/cli_number.h"
#include "coordinator/optimizer/bus_instance.h"
#include "coordinator/planning/contraflow.h"
#include "coordinator/region/builder.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int missing(const char *option, const char *id, const char *what) {
    fprintf(stderr, "haven " EVACUATION_INSTANCE ": --%s: there is no %s “%s” in the region\n",
            option, what, id);
    return EX_NOINPUT;
}

static int mark_listed(const struct region *region, char *list, const char *option,
                       const char *what,
                       uint32_t (*find)(const struct region *region, const char *id), bool *marks) {
    char *rest = NULL;
    for (char *id = strtok_r(list, ",", &rest); id != NULL; id = strtok_r(NULL, ",", &rest)) {
        uint32_t index = find(region, id);
        if (index == REGION_NONE)
            return missing(option, id, what);
        marks[index] = true;
    }
    return EX_OK;
}

/* Of all links that have an opposite keeps those of the list, each of which must have one. */
static int keep_listed(const struct region *region, char *list, uint32_t *opposites) {
    bool *listed = calloc(region->link_count + 1u, sizeof *listed);
    int status = listed == NULL
                     ? EX_OSERR
                     : mark_listed(region, list, "reversible", "link", region_find_link, listed);
    for (uint32_t l = 0; l < region->link_count && status == EX_OK; l++) {
        if (listed[l] && opposites[l] == UINT32_MAX) {
            fprintf(stderr,
                    "haven " EVACUATION_INSTANCE
                    ": --reversible %s: no one link leads back between its two "
                    "nodes\n",
                    region->links[l].id);
            status = EX_DATAERR;
        }
        opposites[l] = listed[l] ? opposites[l] : UINT32_MAX;
    }
    free(listed);
    return status;
}

static int find_reversible(const struct region *region, struct evacuation_request *request,
                           struct evacuation_work *work) {
    char *list = request->lists.reversible;
    if (contraflow_opposites(region, &work->opposites) != HV_OK)
        return EX_OSERR;
    request->draft.opposites = work->opposites;
    return strcmp(list, "all") == 0 ? EX_OK : keep_listed(region, list, work->opposites);
}

/* "NODE=FIGURE". */
static int read_pair(const struct region *region, char *pair, const char *option,
                     uint32_t *ret_node, int64_t *ret_figure) {
    char *equals = strrchr(pair, '=');
    double figure;
    if (equals == NULL || !cli_number_read(equals + 1, 0, EVACUATION_PEOPLE_MAX, &figure) ||
        figure != floor(figure)) {
        return evacuation_instance_wrong_item(option, pair, "NODE=FIGURE, such as 17=400");
    }
    *equals = '\0';
    *ret_node = region_find_node(region, pair);
    *ret_figure = (int64_t)figure;
    return *ret_node == REGION_NONE ? missing(option, pair, "node") : EX_OK;
}

static int fault_of_row(const char *option, const char *id, int error) {
    fprintf(stderr, "haven " EVACUATION_INSTANCE ": --%s %s: %s\n", option, id,
            hv_error_text(error));
    return hv_error_exit_status(error);
}

static int add_zones(struct region *region, char *list) {
    char *rest = NULL;
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        struct region_zone zone = builder_blank_zone();
        int64_t people = 0;
        int status = read_pair(region, pair, "zone", &zone.node, &people);
        if (status != EX_OK)
            return status;
        zone.id = zone.name = pair;
        zone.people[REGION_DAY][REGION_AGE_UNKNOWN] = people;
        zone.people[REGION_NIGHT][REGION_AGE_UNKNOWN] = people;
        int error = builder_add_zone(region, &zone, 0);
        if (error != HV_OK)
            return fault_of_row("zone", pair, error);
    }
    return EX_OK;
}

static int add_shelters(struct region *region, char *list) {
    char *rest = NULL;
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        struct region_shelter shelter = builder_blank_shelter();
        int64_t places = 0;
        int status = read_pair(region, pair, "shelter", &shelter.node, &places);
        if (status != EX_OK)
            return status;
        shelter.id = shelter.name = pair;
        shelter.stated_total[REGION_DAY] = shelter.stated_total[REGION_NIGHT] = places;
        shelter.activation_min = 0;
        shelter.withstands = UINT32_MAX;
        shelter.accessible = shelter.pets = shelter.frail = REGION_ANSWER_YES;
        int error = builder_add_shelter(region, &shelter, 0);
        if (error != HV_OK)
            return fault_of_row("shelter", pair, error);
    }
    return EX_OK;
}

static int find_exits(const struct region *region, struct evacuation_request *request,
                      struct evacuation_work *work) {
    char *rest = NULL;
    size_t count = 0;
    for (char *id = strtok_r(request->lists.exits, ",", &rest); id != NULL;
         id = strtok_r(NULL, ",", &rest)) {
        uint32_t node = region_find_node(region, id);
        if (node == REGION_NONE)
            return missing("exit", id, "node");
        for (size_t e = 0; e < count; e++)
            if (work->exits[e] == node)
                return evacuation_instance_wrong("--exit names a node twice: ", id);
        work->exits[count++] = node;
    }
    request->draft.exits = work->exits;
    request->draft.exit_count = count;
    return EX_OK;
}

/* "NxSEATS" or "NxSEATS+W". */
static bool read_fleet(const char *text, struct evacuation_bus_fleet *fleet) {
    int end = 0;
    fleet->wheelchair_places = 0;
    if (sscanf(text, "%5" SCNd64 "x%4" SCNd64 "%n", &fleet->buses, &fleet->seats, &end) != 2)
        return false;
    if (text[end] == '+') {
        text += end + 1;
        if (sscanf(text, "%4" SCNd64 "%n", &fleet->wheelchair_places, &end) != 1)
            return false;
    }
    return text[end] == '\0' && fleet->buses >= 0 && fleet->buses <= BUS_BUSES_MAX &&
           fleet->seats >= 0 && fleet->seats <= BUS_SEATS_MAX && fleet->wheelchair_places >= 0 &&
           fleet->wheelchair_places <= BUS_SEATS_MAX;
}

static int find_fleets(const struct region *region, char *list, struct evacuation_work *work) {
    char *rest = NULL;
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        struct evacuation_bus_fleet *fleet = &work->fleets[work->fleet_count];
        char *equals = strrchr(pair, '=');
        if (equals == NULL || !read_fleet(equals + 1, fleet)) {
            return evacuation_instance_wrong_item(
                "fleet", pair,
                "NODE=BUSESxSEATS or NODE=BUSESxSEATS+WHEELCHAIRS, such as 17=8x45+2");
        }
        *equals = '\0';
        fleet->node = region_find_node(region, pair);
        if (fleet->node == REGION_NONE)
            return missing("fleet", pair, "node");
        work->fleet_count++;
    }
    return EX_OK;
}

int evacuation_instance_lists(struct evacuation_request *request, struct evacuation_work *work) {
    struct region *region = work->region;
    struct evacuation_lists *lists = &request->lists;
    int status = EX_OK;
    if (lists->more_zones != NULL)
        status = add_zones(region, lists->more_zones);
    if (status == EX_OK && lists->more_shelters != NULL)
        status = add_shelters(region, lists->more_shelters);
    work->closed = calloc(region->link_count + 1u, sizeof *work->closed);
    work->only = calloc(region->zone_count + 1u, sizeof *work->only);
    work->exits =
        calloc(lists->exits == NULL ? 1 : strlen(lists->exits) / 2 + 2, sizeof *work->exits);
    work->fleets =
        calloc(lists->fleets == NULL ? 1 : strlen(lists->fleets) / 2 + 2, sizeof *work->fleets);
    if (work->closed == NULL || work->only == NULL || work->exits == NULL || work->fleets == NULL)
        return EX_OSERR;
    if (status == EX_OK && lists->closed != NULL)
        status =
            mark_listed(region, lists->closed, "closed", "link", region_find_link, work->closed);
    if (status == EX_OK && lists->zones != NULL)
        status = mark_listed(region, lists->zones, "zones", "zone", region_find_zone, work->only);
    if (status == EX_OK && lists->exits != NULL)
        status = find_exits(region, request, work);
    if (status == EX_OK && lists->fleets != NULL)
        status = find_fleets(region, lists->fleets, work);
    if (status == EX_OK && lists->reversible != NULL)
        status = find_reversible(region, request, work);
    request->draft.closed = work->closed;
    request->draft.only = lists->zones != NULL ? work->only : NULL;
    return status;
}
