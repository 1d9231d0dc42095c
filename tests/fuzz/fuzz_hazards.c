/* Definitions of hazards for a small region: refused with faults, or made into a catalogue whose
 * probabilities add up, and into an instance that the checks of pre-positioning take. */
#include "coordinator/cli/hazards_json.h"
#include "coordinator/cli/scenarios_preposition.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define HITS_MAX 20000000.0

static void require(bool holds) {
    if (!holds)
        abort();
}

static const struct region *town(void) {
    static struct region *region;
    if (region == NULL) {
        struct hv_fault_list faults;
        hv_fault_list_init(&faults);
        require(region_load("simulations/regions/siouxfalls", &faults, &region) == HV_OK);
        hv_fault_list_deinit(&faults);
    }
    return region;
}

/* Winds to be worked out: what would take too long here is left. */
static double count_work(const struct hazards_document *document) {
    double work = 0;
    for (uint32_t h = 0; h < document->definitions.hazard_count; h++)
        for (uint32_t t = 0; t < document->hazards[h].track_count; t++) {
            const struct typhoon_track *track = &document->hazards[h].tracks[t];
            double hours = track->points[track->point_count - 1].hour - track->points[0].hour;
            work += track->members * hours * 2 * 150;
        }
    return work;
}

static void use(const struct hazards_document *document) {
    struct catalogue catalogue;
    int error = catalogue_make(town(), &document->definitions, 1, &catalogue);
    require(error == HV_OK || error == HV_ERR_VALUE || error == HV_ERR_LIMIT);
    if (error != HV_OK)
        return;
    double sum = 0;
    for (uint32_t s = 0; s < catalogue.scenario_count; s++)
        sum += catalogue.scenarios[s].probability;
    require(fabs(sum - 1) < 1e-6);
    for (uint32_t i = 0; i < catalogue.hit_count; i++)
        require(catalogue.hits[i].share > 0 && catalogue.hits[i].share <= 1 &&
                catalogue.hits[i].from_h < catalogue.hits[i].to_h);
    struct preposition_document instance;
    if (scenarios_preposition_make(town(), document, &catalogue, NULL, &instance) == HV_OK)
        preposition_document_deinit(&instance);
    catalogue_deinit(&catalogue);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct hazards_document document;
    hv_fault_list_init(&faults);
    int error = hazards_json_parse("fuzz", (const char *)bytes, size, town(), &faults, &document);
    require((error == HV_OK) == (faults.errors == 0));
    if (error == HV_OK) {
        if (count_work(&document) < HITS_MAX)
            use(&document);
        hazards_document_deinit(&document);
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
