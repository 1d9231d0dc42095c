#include "coordinator/cli/scenarios_json.h"

#include "coordinator/cli/cli_file.h"

#include <inttypes.h>

const char *scenarios_target_id(const struct region *region, enum hazard_target target,
                                uint32_t index) {
    return target == HAZARD_ZONE      ? region->zones[index].id
           : target == HAZARD_LINK    ? region->links[index].id
           : target == HAZARD_SHELTER ? region->shelters[index].id
                                      : region->depots[index].id;
}

const char *scenarios_target_name(const struct region *region, enum hazard_target target,
                                  uint32_t index, bool chinese) {
    switch (target) {
    case HAZARD_ZONE:
        return chinese ? region->zones[index].name_zh : region->zones[index].name;
    case HAZARD_LINK:
        return chinese ? "" : region->links[index].name;
    case HAZARD_SHELTER:
        return chinese ? region->shelters[index].name_zh : region->shelters[index].name;
    default:
        return chinese ? region->depots[index].name_zh : region->depots[index].name;
    }
}

static void put_hits(FILE *file, const struct region *region, const struct catalogue *catalogue,
                     const struct catalogue_scenario *scenario) {
    static const char *const fields[] = {"zones", "links", "shelters", "depots"};
    for (int target = 0; target < HAZARD_TARGETS; target++) {
        bool first = true;
        fprintf(file, ",\"%s\":[", fields[target]);
        for (uint32_t i = 0; i < scenario->count; i++) {
            const struct catalogue_hit *hit = &catalogue->hits[scenario->first + i];
            if ((int)hit->target != target)
                continue;
            fputs(first ? "{\"id\":" : ",{\"id\":", file);
            first = false;
            cli_file_put_text(file, scenarios_target_id(region, hit->target, hit->index));
            fprintf(file, ",\"intensity\":%.6g,\"lost\":%.6g,\"from_h\":%.6g,\"to_h\":%.6g}",
                    hit->intensity, hit->share, hit->from_h, hit->to_h);
        }
        fputc(']', file);
    }
}

int scenarios_json_write(FILE *file, const struct region *region,
                         const struct hazards_document *document, const struct catalogue *catalogue,
                         uint64_t seed) {
    static const char *const sizes[] = {[CATALOGUE_NO_SIZE] = NULL,
                                        [CATALOGUE_LEVEL_M] = "level_m",
                                        [CATALOGUE_PRESSURE_HPA] = "pressure_hpa",
                                        [CATALOGUE_MAGNITUDE] = "mw",
                                        [CATALOGUE_INTENSITY] = "mmi"};
    fputs("{\"format\":\"haven.scenarios/1\",\"name\":", file);
    cli_file_put_text(file, document->name);
    fputs(",\"region\":", file);
    cli_file_put_text(file, region->id);
    fputs(",\"region_version\":", file);
    cli_file_put_text(file, region->version);
    fprintf(file, ",\"period_years\":%.17g,\"seed\":%" PRIu64 ",\n\"scenarios\":[",
            document->definitions.period_years, seed);
    for (uint32_t s = 0; s < catalogue->scenario_count; s++) {
        const struct catalogue_scenario *scenario = &catalogue->scenarios[s];
        fputs(s > 0 ? ",\n{\"id\":" : "\n{\"id\":", file);
        cli_file_put_text(file, scenario->id);
        fprintf(file, ",\"probability\":%.17g", scenario->probability);
        if (scenario->hazard != UINT32_MAX)
            fprintf(file, ",\"hazard\":\"%s\",\"%s\":%.6g",
                    region_hazard_name(document->hazards[scenario->hazard].kind),
                    sizes[scenario->size_of], scenario->size);
        put_hits(file, region, catalogue, scenario);
        fputc('}', file);
    }
    fputs("]}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
