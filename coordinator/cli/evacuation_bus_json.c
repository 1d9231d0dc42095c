#include "coordinator/cli/evacuation_bus_json.h"

#include "schemas/limits.h"

#include <inttypes.h>
#include <math.h>

/* By kind of draft->bus. */
static const char *const classes[3] = {"seated", "wheelchair", "medical"};

static void put_field(FILE *file, const char *field, const char *text) {
    fprintf(file, "\"%s\":", field);
    cli_file_put_text(file, text);
}

static void separate(FILE *file, bool *first) {
    fputs(*first ? "\n" : ",\n", file);
    *first = false;
}

static int64_t seconds_of(const struct evacuation_bus_draft *buses, int64_t steps) {
    return llround((double)steps * buses->draft->step_s);
}

/* The step by which all is to be done: when the hazard reaches the first zone that has anybody to
 * fetch. Roads that close later are open, others are left out: no bus is to be caught on one. */
static int32_t last_step(const struct evacuation_bus_draft *buses) {
    const struct evacuation_draft *draft = buses->draft;
    int32_t last = draft->instance.horizon_steps;
    for (uint32_t z = 0; z < buses->region->zone_count; z++)
        if (draft->bus[0][z] + draft->bus[1][z] + draft->bus[2][z] > 0 &&
            draft->zone_deadline[z] >= 0 && draft->zone_deadline[z] < last)
            last = draft->zone_deadline[z];
    return last;
}

static bool is_open(const struct evacuation_link *link, int32_t last) {
    bool open = link->capacity_per_step > 0;
    for (size_t c = 0; c < link->change_count; c++)
        open = open || link->changes[c].capacity > 0;
    return open && link->closes_at_step > last;
}

static void put_link(FILE *file, const char *from, const char *to, int64_t seconds) {
    fputc('{', file);
    put_field(file, "from", from);
    fputc(',', file);
    put_field(file, "to", to);
    fprintf(file, ",\"travel_s\":%" PRId64 "}", seconds);
}

/* Nodes that only may be left from and arrived at are two in the draft; a bus does both. */
static void put_turns(FILE *file, const struct evacuation_bus_draft *buses, bool *first) {
    size_t twin = buses->region->node_count;
    for (size_t v = 0; v < buses->region->node_count; v++) {
        if (buses->region->nodes[v].passable)
            continue;
        separate(file, first);
        put_link(file, buses->draft->node_ids[twin++], buses->draft->node_ids[v], 0);
    }
}

static void put_links(FILE *file, const struct evacuation_bus_draft *buses) {
    const struct evacuation_draft *draft = buses->draft;
    const int32_t last = last_step(buses);
    bool first = true;
    fputs("\"links\":[", file);
    for (size_t l = 0; l < draft->instance.link_count; l++) {
        const struct evacuation_link *link = &draft->instance.links[l];
        if (!is_open(link, last))
            continue;
        separate(file, &first);
        put_link(file, draft->node_ids[link->from], draft->node_ids[link->to],
                 seconds_of(buses, link->travel_steps));
    }
    put_turns(file, buses, &first);
    fputs("],\n", file);
}

static void put_fleets(FILE *file, const struct evacuation_bus_draft *buses) {
    bool first = true;
    fputs("\"fleets\":[", file);
    for (size_t f = 0; f < buses->fleet_count; f++) {
        const struct evacuation_bus_fleet *fleet = &buses->fleets[f];
        separate(file, &first);
        fprintf(file, "{\"id\":\"fleet-%zu\",", f + 1);
        put_field(file, "node", buses->region->nodes[fleet->node].id);
        fprintf(file,
                ",\"buses\":%" PRId64 ",\"seats\":%" PRId64 ",\"wheelchair_places\":%" PRId64 "}",
                fleet->buses, fleet->seats, fleet->wheelchair_places);
    }
    fputs("],\n", file);
}

/* Zone, class and, of several pick-up points, which; the number of the zone where that would be too
 * long. */
static void put_pickup_id(FILE *file, const char *zone, uint32_t index, const char *class,
                          int point) {
    char id[HV_ID_BYTES_MAX + 1], which[16] = "";
    if (point > 0)
        snprintf(which, sizeof which, ".%d", point);
    if (snprintf(id, sizeof id, "%s.%s%s", zone, class, which) >= (int)sizeof id)
        snprintf(id, sizeof id, "zone-%" PRIu32 ".%s%s", index + 1, class, which);
    fputc('{', file);
    put_field(file, "id", id);
    fputc(',', file);
}

/* `point`: which of the zone's, from 1; 0: its only one. */
static void put_pickup(FILE *file, const struct evacuation_bus_draft *buses, uint32_t index,
                       int kind, int point, const char *node, int64_t people) {
    const char *zone = buses->region->zones[index].id;
    put_pickup_id(file, zone, index, classes[kind], point);
    put_field(file, "zone", zone);
    fputc(',', file);
    put_field(file, "node", node);
    fprintf(file, ",\"people\":%" PRId64 ",\"class\":\"%s\"}", people, classes[kind]);
}

static int64_t all_shares(const char *pickups) {
    int64_t shares = 0;
    for (const char *part = pickups; part != NULL;) {
        char node[HV_ID_BYTES_MAX + 1];
        int32_t share;
        part = region_pickup_part(part, node, sizeof node, &share);
        shares += share;
    }
    return shares;
}

/* By the shares of the zone's points, those with nobody left out. */
static void put_shared(FILE *file, const struct evacuation_bus_draft *buses, uint32_t index,
                       int kind, bool *first) {
    const char *pickups = buses->region->zones[index].pickups;
    const int64_t people = buses->draft->bus[kind][index], shares = all_shares(pickups);
    int64_t before = 0;
    int point = 1;
    for (const char *part = pickups; part != NULL; point++) {
        char node[HV_ID_BYTES_MAX + 1];
        int32_t share;
        part = region_pickup_part(part, node, sizeof node, &share);
        const int64_t here = people * (before + share) / shares - people * before / shares;
        before += share;
        if (here == 0)
            continue;
        separate(file, first);
        put_pickup(file, buses, index, kind, point, node, here);
    }
}

static void put_pickups(FILE *file, const struct evacuation_bus_draft *buses) {
    bool first = true;
    fputs("\"pickups\":[", file);
    for (uint32_t z = 0; z < buses->region->zone_count; z++)
        for (int kind = 0; kind < 3; kind++) {
            const struct region_zone *zone = &buses->region->zones[z];
            const int64_t people = buses->draft->bus[kind][z];
            if (people == 0 || zone->node == REGION_NONE)
                continue;
            if (zone->pickups[0] != '\0') {
                put_shared(file, buses, z, kind, &first);
                continue;
            }
            separate(file, &first);
            put_pickup(file, buses, z, kind, 0, buses->region->nodes[zone->node].id, people);
        }
    fputs("],\n", file);
}

static void put_shelters(FILE *file, const struct evacuation_bus_draft *buses) {
    const struct evacuation_draft *draft = buses->draft;
    bool first = true;
    fputs("\"shelters\":[", file);
    for (size_t s = 0; s < draft->instance.shelter_count; s++) {
        const struct evacuation_shelter *shelter = &draft->instance.shelters[s];
        const uint32_t takes = draft->travellers.takes[s];
        if (draft->shelter_of[s] == REGION_NONE)
            continue; /* where roads leave the region */
        separate(file, &first);
        fputc('{', file);
        put_field(file, "id", draft->shelter_ids[s]);
        fputc(',', file);
        put_field(file, "node", draft->node_ids[shelter->node]);
        fprintf(file, ",\"places\":%" PRId64 ",\"opens_s\":%" PRId64 ",\"takes\":[\"seated\"%s%s]}",
                shelter->capacity < INT32_MAX ? shelter->capacity : INT32_MAX,
                seconds_of(buses, shelter->opens_at_step),
                (takes >> DRAFT_WHEELCHAIR & 1) != 0 ? ",\"wheelchair\"" : "",
                (takes >> DRAFT_MEDICAL & 1) != 0 ? ",\"medical\"" : "");
    }
    fputs("]}\n", file);
}

int evacuation_bus_write(FILE *file, const void *context) {
    const struct evacuation_bus_draft *buses = context;
    fputs("{\"format\":\"haven.bus.instance/1\",", file);
    put_field(file, "name", buses->draft->name);
    fprintf(file,
            ",\n\"horizon_s\":%" PRId64
            ",\"classes\":[{\"id\":\"seated\"},{\"id\":\"wheelchair\",\"wheelchair\":true},"
            "{\"id\":\"medical\"}],\n",
            seconds_of(buses, last_step(buses)));
    put_links(file, buses);
    put_fleets(file, buses);
    put_pickups(file, buses);
    put_shelters(file, buses);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
