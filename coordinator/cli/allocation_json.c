/* Writing haven.allocation.solution/1; reading is in allocation_json_read.c. */
#include "coordinator/cli/allocation_json.h"

#include <stdlib.h>

static void free_ids(char **ids, size_t count) {
    for (size_t i = 0; ids != NULL && i < count; i++)
        free(ids[i]);
    free(ids);
}

void allocation_document_deinit(struct allocation_document *document) {
    free_ids(document->item_ids, document->instance.item_count);
    free_ids(document->depot_ids, document->instance.depot_count);
    free_ids(document->shelter_ids, document->instance.shelter_count);
    free_ids(document->vehicle_ids, document->vehicle_count);
    free(document->name);
    free(document->items);
    free(document->depots);
    free(document->shelters);
    free(document->lanes);
    free(document->stock);
    free(document->reserve);
    free(document->need);
    free(document->pack);
    free(document->cold);
    free(document->ways);
    free(document->vehicles);
    *document = (struct allocation_document){0};
}

static void put_text(FILE *file, const char *text) {
    fputc('"', file);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(file, "\\u%04x", *c);
        else
            fputc(*c, file);
    fputc('"', file);
}

static void put_field(FILE *file, const char *field, const char *text) {
    fprintf(file, "\"%s\":", field);
    put_text(file, text);
    fputc(',', file);
}

static void put_shipment(FILE *file, const struct allocation_document *document,
                         const struct allocation_shipment *shipment) {
    const struct allocation_lane *lane = &document->lanes[shipment->lane];
    fputc('{', file);
    put_field(file, "depot", document->depot_ids[lane->depot]);
    put_field(file, "shelter", document->shelter_ids[lane->shelter]);
    put_field(file, "item", document->item_ids[shipment->item]);
    fprintf(file, "\"quantity\":%.17g}", shipment->quantity);
}

static void put_unmet(FILE *file, const struct allocation_document *document,
                      const struct allocation_unmet *unmet) {
    fputc('{', file);
    put_field(file, "shelter", document->shelter_ids[unmet->shelter]);
    put_field(file, "item", document->item_ids[unmet->item]);
    fprintf(file, "\"quantity\":%.17g}", unmet->quantity);
}

static void put_trip(FILE *file, const struct allocation_document *document,
                     const struct fleet_plan *fleet, const struct fleet_trip *trip) {
    const struct allocation_lane *lane = &document->lanes[trip->lane];
    fputc('{', file);
    put_field(file, "vehicle", document->vehicle_ids[trip->vehicle]);
    put_field(file, "depot", document->depot_ids[lane->depot]);
    put_field(file, "shelter", document->shelter_ids[lane->shelter]);
    fprintf(file,
            "\"starts_min\":%.17g,\"arrives_min\":%.17g,\"delivered_min\":%.17g,"
            "\"back_min\":%.17g,\"load\":{",
            trip->starts_min, trip->arrives_min, trip->delivered_min, trip->back_min);
    for (size_t i = 0; i < trip->load_count; i++) {
        const struct fleet_load *load = &fleet->loads[trip->first_load + i];
        if (i > 0)
            fputc(',', file);
        put_text(file, document->item_ids[load->item]);
        fprintf(file, ":%.17g", load->quantity);
    }
    fputs("}}", file);
}

static void put_left(FILE *file, const struct allocation_document *document,
                     const struct fleet_left *left) {
    const struct allocation_lane *lane = &document->lanes[left->lane];
    fputc('{', file);
    put_field(file, "depot", document->depot_ids[lane->depot]);
    put_field(file, "shelter", document->shelter_ids[lane->shelter]);
    put_field(file, "item", document->item_ids[left->item]);
    put_field(file, "reason", fleet_reason_name(left->reason));
    fprintf(file, "\"quantity\":%.17g}", left->quantity);
}

static void put_deliveries(FILE *file, const struct allocation_document *document,
                           const struct fleet_plan *fleet) {
    fprintf(file,
            ",\n\"last_delivery_min\":%.17g,\"last_delivery_bound_min\":%.17g,\n"
            "\"deliveries\":[",
            fleet->last_min, fleet->last_bound_min);
    for (size_t i = 0; i < fleet->trip_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", file);
        put_trip(file, document, fleet, &fleet->trips[i]);
    }
    fputs("],\n\"without_vehicle\":[", file);
    for (size_t i = 0; i < fleet->left_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", file);
        put_left(file, document, &fleet->left[i]);
    }
    fputc(']', file);
}

int allocation_json_write(FILE *file, const struct allocation_document *document,
                          const struct allocation_plan *plan,
                          const struct allocation_carried *carried) {
    fputs("{\"format\":\"haven.allocation.solution/1\",", file);
    put_field(file, "instance", document->name);
    fprintf(file, "\n\"objective\":%.17g,\"lower_bound\":%.17g,\"min_fill_rate\":%.17g,\n",
            plan->objective, plan->lower_bound, plan->min_fill_rate);
    if (document->instance.maxmin)
        fprintf(file, "\"objective_without_fairness\":%.17g,\"price_of_fairness\":%.17g,\n",
                plan->unfair_cost,
                (carried != NULL ? carried->first_cost : plan->objective) - plan->unfair_cost);
    fputs("\"shipments\":[", file);
    for (size_t i = 0; i < plan->shipment_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", file);
        put_shipment(file, document, &plan->shipments[i]);
    }
    fputs("],\n\"unmet\":[", file);
    for (size_t i = 0; i < plan->unmet_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", file);
        put_unmet(file, document, &plan->unmet[i]);
    }
    fputc(']', file);
    if (carried != NULL) {
        fprintf(file, ",\n\"rounds\":%u,\"cost_of_carrying\":%.17g,\"cost_of_what_is_left\":%.17g",
                carried->rounds, plan->objective - carried->first_cost, carried->lack);
        put_deliveries(file, document, &carried->fleet);
    }
    fputs("}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
