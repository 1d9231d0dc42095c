/* Writing haven.bus.plan/1; reading instances is in bus_json_read.c. */
#include "coordinator/cli/bus_json.h"

#include "coordinator/cli/cli_file.h"

#include <inttypes.h>

static void put_field(FILE *file, const char *field, const char *text) {
    fprintf(file, "\"%s\":", field);
    cli_file_put_text(file, text);
}

static void put_value(FILE *file, const char *field, struct bus_value value) {
    fprintf(file, "\"%s\":{\"unserved\":%" PRId64 ",\"total_arrival_s\":%" PRId64 "}", field,
            value.unserved, value.arrival_s);
}

/* Number of a bus within its fleet, from 1. */
static int32_t number_of(const struct bus_instance *instance, const struct bus_run *run) {
    int32_t before = 0;
    for (int32_t f = 0; f < run->fleet; f++)
        before += instance->fleets[f].buses;
    return run->bus - before + 1;
}

static void put_run(FILE *file, const struct bus_document *document, const struct bus_plan *plan,
                    const struct bus_run *run) {
    fputc('{', file);
    put_field(file, "fleet", document->fleet_ids[run->fleet]);
    fprintf(file, ",\"bus\":%" PRId32 ",", number_of(&document->instance, run));
    put_field(file, "shelter", document->shelter_ids[run->shelter]);
    fprintf(file,
            ",\"people\":%" PRId32 ",\"start_s\":%" PRId32 ",\"arrive_s\":%" PRId32
            ",\"free_s\":%" PRId32 ",\"stops\":[",
            run->people, run->start_s, run->arrive_s, run->free_s);
    for (int32_t i = 0; i < run->stop_count; i++) {
        const struct bus_stop *stop = &plan->stops[run->stop_first + (size_t)i];
        fputs(i > 0 ? ",{" : "{", file);
        put_field(file, "pickup", document->pickup_ids[stop->pickup]);
        fprintf(file, ",\"people\":%" PRId32 ",\"arrive_s\":%" PRId32 ",\"leave_s\":%" PRId32 "}",
                stop->people, stop->arrive_s, stop->leave_s);
    }
    fputs("]}", file);
}

static void put_unserved(FILE *file, const struct bus_document *document,
                         const struct bus_plan *plan) {
    bool first = true;
    fputs("\"unserved_by_pickup\":{", file);
    for (size_t p = 0; p < document->instance.pickup_count; p++) {
        if (plan->unserved[p] == 0)
            continue;
        fputs(first ? "" : ",", file);
        first = false;
        cli_file_put_text(file, document->pickup_ids[p]);
        fprintf(file, ":%" PRId32, plan->unserved[p]);
    }
    fputs("}", file);
}

int bus_json_write(FILE *file, const struct bus_document *document, const struct bus_plan *plan) {
    fputs("{\"format\":\"haven.bus.plan/1\",", file);
    put_field(file, "instance", document->name);
    fprintf(file,
            ",\n\"unserved\":%" PRId64 ",\"total_arrival_s\":%" PRId64
            ",\"last_arrival_s\":%" PRId32 ",\n",
            plan->value.unserved, plan->value.arrival_s, plan->last_arrival_s);
    put_value(file, "lower_bound", plan->bound);
    fputs(",\n\"runs\":[", file);
    for (size_t r = 0; r < plan->run_count; r++) {
        fputs(r > 0 ? ",\n" : "\n", file);
        put_run(file, document, plan, &plan->runs[r]);
    }
    fputs("],\n", file);
    put_unserved(file, document, plan);
    fputs("}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
