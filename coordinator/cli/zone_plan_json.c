/* Writing zone plans; reading rules is in zone_plan_json_read.c. */
#include "coordinator/cli/zone_plan_json.h"

#include "coordinator/cli/cli_file.h"

#include <inttypes.h>

const char *zone_plan_json_reason(enum zone_plan_reason reason) {
    switch (reason) {
    case ZONE_PLAN_SERVED:
        return "served";
    case ZONE_PLAN_NO_SHELTER:
        return "no-shelter";
    case ZONE_PLAN_NO_WAY:
        return "no-way";
    case ZONE_PLAN_NO_TIME:
        return "no-time";
    case ZONE_PLAN_PLACES_FULL:
        return "places-full";
    case ZONE_PLAN_ROADS_FULL:
        return "roads-full";
    case ZONE_PLAN_RULES:
        return "limits-on-orders";
    }
    return "unknown";
}

static void put_value(FILE *file, const char *field, struct evacuation_value value) {
    fprintf(file, "\"%s\":{\"unserved\":%" PRId64 ",\"total_arrival_steps\":%" PRId64 "}", field,
            value.unserved, value.total_arrival_steps);
}

/* Whom an order is for: a zone, or the place of which it is the first part. */
static void put_whom(FILE *file, const struct evacuation_document *document, int32_t zone) {
    fputs("{\"zone\":", file);
    cli_file_put_text(file, document->zone_ids[zone]);
    if (document->places[zone] < 0)
        return;
    fputs(",\"place\":", file);
    cli_file_put_text(file, document->place_ids[document->places[zone]]);
}

static void put_stream(FILE *file, const struct evacuation_document *document,
                       const struct zone_plan *plan, const struct zone_plan_stream *stream) {
    put_whom(file, document, stream->zone);
    fputs(",\"shelter\":", file);
    cli_file_put_text(file, document->shelter_ids[stream->shelter]);
    fprintf(file,
            ",\"people\":%" PRId64 ",\"first_departure_step\":%" PRId32
            ",\"last_departure_step\":%" PRId32 ",\"rate_per_step\":%" PRId64
            ",\"steady\":%s,\"travel_steps\":%" PRId32 ",\"links\":[",
            stream->people, stream->first_step, stream->last_step, stream->rate,
            stream->steady ? "true" : "false", stream->travel_steps);
    for (size_t i = 0; i < stream->link_count; i++) {
        if (i > 0)
            fputc(',', file);
        cli_file_put_text(file, document->link_ids[plan->plan.links[stream->link_first + i]]);
    }
    fputs("]}", file);
}

static void put_zone(FILE *file, const struct evacuation_document *document,
                     const struct zone_plan *plan, size_t zone) {
    int64_t people = document->instance.zones[zone].people;
    fputs("{\"zone\":", file);
    cli_file_put_text(file, document->zone_ids[zone]);
    fprintf(file, ",\"people\":%" PRId64 ",\"served\":%" PRId64 ",\"reason\":\"%s\"", people,
            people - plan->plan.unserved_by_zone[zone], zone_plan_json_reason(plan->reasons[zone]));
    if (plan->stages[zone] >= 0)
        fprintf(file, ",\"stage\":%" PRId32, plan->stages[zone]);
    fputc('}', file);
}

static void put_orders(FILE *file, const struct evacuation_document *document,
                       const struct zone_plan *plan) {
    fputs(",\n\"zone_plan\":{\"orders\":[", file);
    for (size_t i = 0; i < plan->order_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", file);
        put_stream(file, document, plan, &plan->orders[i]);
    }
    fputs("],\n\"zones\":[", file);
    for (size_t z = 0; z < document->instance.zone_count; z++) {
        fputs(z > 0 ? ",\n" : "\n", file);
        put_zone(file, document, plan, z);
    }
    fputs("],\n", file);
    put_value(file, "flow_bound", plan->flow_bound);
    fputs(",", file);
    put_value(file, "class_bound", plan->class_bound);
    fprintf(file, ",\"changed\":%" PRId64, plan->changed);
    if (plan->has_without_price) {
        fputc(',', file);
        put_value(file, "without_change_price", plan->without_price);
    }
    if (plan->has_without_reversal) {
        fputc(',', file);
        put_value(file, "without_contraflow", plan->without_reversal);
    }
    fputc('}', file);
}

static void put_reversed(FILE *file, const struct evacuation_document *document,
                         const struct zone_plan *plan) {
    fputs(",\n\"reversed\":[", file);
    for (size_t i = 0; i < plan->reversal_count; i++) {
        fputs(i > 0 ? ",{\"link\":" : "{\"link\":", file);
        cli_file_put_text(file, document->link_ids[plan->reversals[i].link]);
        fprintf(file, ",\"from_step\":%" PRId32 "}", plan->reversals[i].from_step);
    }
    fputs("]", file);
}

void zone_plan_json_put_classes(FILE *file, const struct evacuation_document *document,
                                const struct zone_plan *plan,
                                const struct travellers_document *travellers) {
    struct travellers_outcome outcomes[TRAVELLER_CLASSES_MAX];
    travellers_outcomes(&travellers->travellers, &document->instance, plan, outcomes);
    fputc('[', file);
    for (size_t c = 0; c < travellers->travellers.class_count; c++) {
        const struct travellers_outcome *outcome = &outcomes[c];
        fputs(c > 0 ? ",{\"class\":" : "{\"class\":", file);
        cli_file_put_text(file, travellers->class_ids[c]);
        fprintf(file,
                ",\"people\":%" PRId64 ",\"unserved\":%" PRId64 ",\"total_arrival_steps\":%" PRId64
                ",\"last_arrival_step\":%" PRId32 "}",
                outcome->people, outcome->unserved, outcome->arrival_steps,
                outcome->last_arrival_step);
    }
    fputc(']', file);
}

int zone_plan_json_write(FILE *file, const struct evacuation_document *document,
                         const struct zone_plan *plan,
                         const struct travellers_document *travellers) {
    evacuation_json_put_plan(file, document, &plan->plan);
    put_reversed(file, document, plan);
    put_orders(file, document, plan);
    if (travellers != NULL) {
        fputs(",\n\"classes\":", file);
        zone_plan_json_put_classes(file, document, plan, travellers);
    }
    fputs("}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
