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
    free(document->name);
    free(document->items);
    free(document->depots);
    free(document->shelters);
    free(document->lanes);
    free(document->stock);
    free(document->reserve);
    free(document->need);
    free(document->pack);
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

int allocation_json_write(FILE *file, const struct allocation_document *document,
                          const struct allocation_plan *plan) {
    fputs("{\"format\":\"haven.allocation.solution/1\",", file);
    put_field(file, "instance", document->name);
    fprintf(file, "\n\"objective\":%.17g,\"lower_bound\":%.17g,\"min_fill_rate\":%.17g,\n",
            plan->objective, plan->lower_bound, plan->min_fill_rate);
    if (document->instance.maxmin)
        fprintf(file, "\"objective_without_fairness\":%.17g,\"price_of_fairness\":%.17g,\n",
                plan->unfair_cost, plan->objective - plan->unfair_cost);
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
    fputs("]}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
