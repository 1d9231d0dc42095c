/* Writing the documents; reading is in evacuation_json_read.c. */
#include "coordinator/cli/evacuation_json.h"

#include "coordinator/cli/cli_file.h"

#include <inttypes.h>
#include <stdlib.h>

void evacuation_document_deinit(struct evacuation_document *document) {
    free(document->name);
    free(document->node_ids);
    free(document->link_ids);
    free(document->link_names);
    free(document->link_lanes);
    free(document->zone_ids);
    free(document->shelter_ids);
    free(document->links);
    free(document->opposites);
    free(document->zones);
    free(document->places);
    free(document->place_ids);
    free(document->shelters);
    free(document->changes);
    free(document->texts);
    *document = (struct evacuation_document){0};
}

static void put_field(FILE *file, const char *field, const char *text) {
    fprintf(file, "\"%s\":", field);
    cli_file_put_text(file, text);
}

static void put_route(FILE *file, const struct evacuation_document *document,
                      const struct evacuation_plan *plan, const struct evacuation_route *route) {
    fputc('{', file);
    put_field(file, "zone", document->zone_ids[route->zone]);
    fputc(',', file);
    put_field(file, "shelter", document->shelter_ids[route->shelter]);
    fputs(",\"links\":[", file);
    for (size_t i = 0; i < route->link_count; i++) {
        if (i > 0)
            fputc(',', file);
        cli_file_put_text(file, document->link_ids[plan->links[route->link_first + i]]);
    }
    fputs("],\"departures\":[", file);
    for (size_t i = 0; i < route->departure_count; i++) {
        const struct evacuation_departure *departure =
            &plan->departures[route->departure_first + i];
        fprintf(file, "%s[%" PRId32 ",%" PRId64 "]", i > 0 ? "," : "", departure->step,
                departure->people);
    }
    fputs("]}", file);
}

static void put_unserved(FILE *file, const struct evacuation_document *document,
                         const struct evacuation_plan *plan) {
    bool first = true;
    fputs("\"unserved_by_zone\":{", file);
    for (size_t i = 0; i < document->instance.zone_count; i++) {
        if (plan->unserved_by_zone[i] == 0)
            continue;
        if (!first)
            fputc(',', file);
        first = false;
        cli_file_put_text(file, document->zone_ids[i]);
        fprintf(file, ":%" PRId64, plan->unserved_by_zone[i]);
    }
    fputc('}', file);
}

void evacuation_json_put_plan(FILE *file, const struct evacuation_document *document,
                              const struct evacuation_plan *plan) {
    fputs("{\"format\":\"haven.evacuation.solution/1\",", file);
    put_field(file, "instance", document->name);
    fprintf(file,
            ",\n\"unserved\":%" PRId64 ",\"total_arrival_steps\":%" PRId64
            ",\"last_arrival_step\":%" PRId32 ",\n\"lower_bound\":{\"unserved\":%" PRId64
            ",\"total_arrival_steps\":%" PRId64 "},\n\"flows\":[",
            plan->value.unserved, plan->value.total_arrival_steps, plan->last_arrival_step,
            plan->bound.unserved, plan->bound.total_arrival_steps);
    for (size_t i = 0; i < plan->route_count; i++) {
        fputs(i > 0 ? ",\n" : "\n", file);
        put_route(file, document, plan, &plan->routes[i]);
    }
    fputs("],\n", file);
    put_unserved(file, document, plan);
}

int evacuation_json_write_plan(FILE *file, const struct evacuation_document *document,
                               const struct evacuation_plan *plan) {
    evacuation_json_put_plan(file, document, plan);
    fputs("}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}

int evacuation_json_write_certificate(FILE *file, const struct evacuation_document *document,
                                      const struct evacuation_plan *plan) {
    const struct evacuation_prices *prices = &plan->prices;
    bool first = true;
    fputs("{\"format\":\"haven.evacuation.certificate/1\",", file);
    put_field(file, "instance", document->name);
    fprintf(file, ",\n\"unserved_cost\":%" PRId64 ",\n\"node_price\":{", prices->unserved_cost);
    for (size_t v = 0; v < prices->node_count; v++) {
        if (prices->first[v] == prices->first[v + 1])
            continue;
        fputs(first ? "\n" : ",\n", file);
        first = false;
        cli_file_put_text(file, document->node_ids[v]);
        fputs(":[", file);
        for (size_t i = prices->first[v]; i < prices->first[v + 1]; i++)
            fprintf(file, "%s[%" PRId32 ",%" PRId64 "]", i > prices->first[v] ? "," : "",
                    prices->steps[i], prices->values[i]);
        fputc(']', file);
    }
    fputs("}}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
