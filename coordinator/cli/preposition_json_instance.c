/* Writing haven.preposition.instance/1. */
#include "coordinator/cli/preposition_json.h"

static void put_sites(FILE *file, const struct preposition_document *document) {
    const struct preposition_instance *instance = &document->instance;
    fputs("\"sites\":[", file);
    for (uint32_t i = 0; i < instance->site_count; i++) {
        const struct preposition_site *site = &instance->sites[i];
        fputs(i > 0 ? ",\n{\"id\":" : "\n{\"id\":", file);
        preposition_json_put_text(file, document->site_ids[i]);
        fputs(",\"sizes\":[", file);
        for (uint32_t z = 0; z < site->size_count; z++) {
            const struct preposition_size *size = &instance->sizes[site->size_first + z];
            fputs(z > 0 ? ",{\"id\":" : "{\"id\":", file);
            preposition_json_put_text(file, document->size_ids[site->size_first + z]);
            fprintf(file, ",\"fixed_cost\":%.17g,\"capacity_m3\":%.17g}", size->fixed_cost,
                    size->capacity_m3);
        }
        fputs("]}", file);
    }
    fputs("],\n", file);
}

static void put_items(FILE *file, const struct preposition_document *document) {
    fputs("\"items\":[", file);
    for (uint32_t k = 0; k < document->instance.item_count; k++) {
        const struct preposition_item *item = &document->instance.items[k];
        fputs(k > 0 ? ",\n{\"id\":" : "\n{\"id\":", file);
        preposition_json_put_text(file, document->item_ids[k]);
        fprintf(file,
                ",\"volume_m3\":%.17g,\"price\":%.17g,\"holding_cost\":%.17g,"
                "\"shortage_cost\":%.17g,\"transport_cost\":%.17g",
                item->volume_m3, item->price, item->holding_cost, item->shortage_cost,
                item->transport_cost);
        if (item->has_available)
            fprintf(file, ",\"available\":%.17g", item->available);
        fputc('}', file);
    }
    fputs("],\n", file);
}

static void put_arcs(FILE *file, const struct preposition_document *document) {
    fputs("\"arcs\":[", file);
    for (uint32_t a = 0; a < document->instance.arc_count; a++) {
        const struct preposition_arc *arc = &document->instance.arcs[a];
        fputs(a > 0 ? ",\n{\"id\":" : "\n{\"id\":", file);
        preposition_json_put_text(file, document->arc_ids[a]);
        fputs(",\"from\":", file);
        preposition_json_put_text(file, document->site_ids[arc->from]);
        fputs(",\"to\":", file);
        preposition_json_put_text(file, document->site_ids[arc->to]);
        fprintf(file, ",\"km\":%.17g}", arc->km);
    }
    fputs("],\n", file);
}

/* Demands of a site stand together in one object, wherever they are in the list. */
static void put_demands(FILE *file, const struct preposition_document *document,
                        const struct preposition_scenario *scenario) {
    const struct preposition_demand *demands = &document->instance.demands[scenario->demand_first];
    bool first = true;
    for (uint32_t d = 0; d < scenario->demand_count; d++) {
        bool again = d > 0 && demands[d - 1].site == demands[d].site;
        for (uint32_t e = 0; !again && e < d; e++)
            again = demands[e].site == demands[d].site;
        if (again)
            continue;
        fputs(first ? "" : ",", file);
        first = false;
        preposition_json_put_text(file, document->site_ids[demands[d].site]);
        fputs(":{", file);
        for (uint32_t e = d; e < scenario->demand_count; e++) {
            if (demands[e].site != demands[d].site)
                continue;
            fputs(e > d ? "," : "", file);
            preposition_json_put_text(file, document->item_ids[demands[e].item]);
            fprintf(file, ":%.17g", demands[e].quantity);
        }
        fputc('}', file);
    }
}

static void put_scenarios(FILE *file, const struct preposition_document *document) {
    const struct preposition_instance *instance = &document->instance;
    fputs("\"scenarios\":[", file);
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        const struct preposition_scenario *scenario = &instance->scenarios[s];
        fputs(s > 0 ? ",\n{\"id\":" : "\n{\"id\":", file);
        preposition_json_put_text(file, document->scenario_ids[s]);
        fprintf(file, ",\"probability\":%.17g,\"demand\":{", scenario->probability);
        put_demands(file, document, scenario);
        fputs("},\"surviving\":{", file);
        for (uint32_t i = 0; i < scenario->survival_count; i++) {
            const struct preposition_survival *survival =
                &instance->survivals[scenario->survival_first + i];
            fputs(i > 0 ? "," : "", file);
            preposition_json_put_text(file, document->site_ids[survival->site]);
            fprintf(file, ":%.17g", survival->share);
        }
        fputs("},\"blocked_arcs\":[", file);
        for (uint32_t i = 0; i < scenario->blocked_count; i++) {
            fputs(i > 0 ? "," : "", file);
            preposition_json_put_text(
                file, document->arc_ids[instance->blocked[scenario->blocked_first + i]]);
        }
        fputs("]}", file);
    }
    fputs("]", file);
}

static void put_wishes(FILE *file, const struct preposition_instance *instance) {
    if (instance->measure == PREPOSITION_CVAR)
        fprintf(file, ",\n\"risk\":{\"measure\":\"cvar\",\"alpha\":%.17g,\"lambda\":%.17g}",
                instance->alpha, instance->lambda);
    else if (instance->measure == PREPOSITION_REGRET)
        fputs(",\n\"risk\":{\"measure\":\"minimax_regret\"}", file);
    if (instance->has_service)
        fprintf(file, ",\n\"service\":{\"probability\":%.17g}", instance->service_probability);
    if (instance->has_budget)
        fprintf(file, ",\n\"budget\":%.17g", instance->budget);
}

int preposition_json_write_instance(FILE *file, const struct preposition_document *document) {
    fputs("{\"format\":\"haven.preposition.instance/1\",\"name\":", file);
    preposition_json_put_text(file, document->name);
    fputs(",\n", file);
    put_sites(file, document);
    put_items(file, document);
    put_arcs(file, document);
    put_scenarios(file, document);
    put_wishes(file, &document->instance);
    fputs("}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
