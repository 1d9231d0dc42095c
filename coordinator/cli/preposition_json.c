/* Writing haven.preposition.solution/1; reading is in preposition_json_read.c. */
#include "coordinator/cli/preposition_json.h"

#include <stdlib.h>

static void free_ids(char **ids, size_t count) {
    for (size_t i = 0; ids != NULL && i < count; i++)
        free(ids[i]);
    free(ids);
}

void preposition_document_deinit(struct preposition_document *document) {
    const struct preposition_instance *instance = &document->instance;
    free_ids(document->site_ids, instance->site_count);
    free_ids(document->size_ids, instance->size_count);
    free_ids(document->item_ids, instance->item_count);
    free_ids(document->arc_ids, instance->arc_count);
    free_ids(document->scenario_ids, instance->scenario_count);
    free(document->name);
    free(document->sites);
    free(document->sizes);
    free(document->items);
    free(document->arcs);
    free(document->scenarios);
    free(document->demands);
    free(document->survivals);
    free(document->blocked);
    *document = (struct preposition_document){0};
}

void preposition_json_put_text(FILE *file, const char *text) {
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
    preposition_json_put_text(file, text);
}

static void put_lines(FILE *file, const char *array, const char *field, char *const *place_ids,
                      char *const *item_ids, const struct preposition_line *lines, size_t first,
                      size_t count) {
    fprintf(file, ",\"%s\":[", array);
    for (size_t i = first; i < first + count; i++) {
        fputs(i > first ? ",{" : "{", file);
        put_field(file, field, place_ids[lines[i].place]);
        fputc(',', file);
        put_field(file, "item", item_ids[lines[i].item]);
        fprintf(file, ",\"quantity\":%.17g}", lines[i].quantity);
    }
    fputc(']', file);
}

static void put_decision(FILE *file, const struct preposition_document *document,
                         const struct preposition_decision *decision) {
    const struct preposition_instance *instance = &document->instance;
    bool first = true;
    fputs(",\n\"open\":[", file);
    for (uint32_t i = 0; i < instance->site_count; i++) {
        if (decision->open[i] == PREPOSITION_SITE_CLOSED)
            continue;
        fputs(first ? "{" : ",{", file);
        first = false;
        put_field(file, "site", document->site_ids[i]);
        fputc(',', file);
        put_field(file, "size", document->size_ids[decision->open[i]]);
        fputc('}', file);
    }
    first = true;
    fputs("],\n\"stock\":[", file);
    for (uint32_t i = 0; i < instance->site_count; i++)
        for (uint32_t k = 0; k < instance->item_count; k++) {
            double quantity = decision->stock[(size_t)i * instance->item_count + k];
            if (quantity <= 0)
                continue;
            fputs(first ? "{" : ",\n{", file);
            first = false;
            put_field(file, "site", document->site_ids[i]);
            fputc(',', file);
            put_field(file, "item", document->item_ids[k]);
            fprintf(file, ",\"quantity\":%.17g}", quantity);
        }
    fputc(']', file);
}

int preposition_json_write(FILE *file, const struct preposition_document *document,
                           const struct preposition_decision *decision,
                           const struct preposition_plan *plan) {
    fputs("{\"format\":\"haven.preposition.solution/1\",", file);
    put_field(file, "instance", document->name);
    fprintf(file, ",\n\"objective\":%.17g,\"lower_bound\":%.17g", plan->objective, decision->bound);
    put_decision(file, document, decision);
    fputs(",\n\"scenarios\":[", file);
    for (uint32_t s = 0; s < plan->scenario_count; s++) {
        const struct preposition_outcome *outcome = &plan->outcomes[s];
        fputs(s > 0 ? ",\n{" : "\n{", file);
        put_field(file, "id", document->scenario_ids[s]);
        fprintf(file, ",\"cost\":%.17g", outcome->cost);
        if (decision->least != NULL) /* what regret is against: first stage and recourse */
            fprintf(file, ",\"least_cost\":%.17g", decision->least[s]);
        put_lines(file, "flows", "arc", document->arc_ids, document->item_ids, plan->lines,
                  outcome->flow_first, outcome->flow_count);
        put_lines(file, "unmet", "site", document->site_ids, document->item_ids, plan->lines,
                  outcome->unmet_first, outcome->unmet_count);
        put_lines(file, "unused", "site", document->site_ids, document->item_ids, plan->lines,
                  outcome->unused_first, outcome->unused_count);
        fputc('}', file);
    }
    fputs("]}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
