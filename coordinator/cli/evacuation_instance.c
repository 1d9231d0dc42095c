/* `haven evacuation instance`: from a region to documents that the solvers read. */
#include "coordinator/cli/evacuation_instance.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/evacuation_draft_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

/* ---- what is said ---------------------------------------------------------------------------- */

/* For each code: its name in JSON, and what it says with the id of the zone or shelter (%s) and the
 * amount (%lld) in this order where both are there. */
static const struct {
    const char *name, *of_one, *of_all;
} note_texts[NOTE_CODES] = {
    [NOTE_ZONE_WITHOUT_NODE] = {"zone-without-node",
                                "zone %s stands at no road: %lld people left out", NULL},
    [NOTE_ZONE_PEOPLE_UNKNOWN] = {"zone-people-unknown",
                                  "zone %s: nobody knows how many people; left out", NULL},
    [NOTE_ZONE_VEHICLES_UNKNOWN] = {"zone-vehicles-unknown",
                                    "zone %s: who has a vehicle is unknown; all %lld count as "
                                    "having one",
                                    NULL},
    [NOTE_ZONE_CANNOT_LEAVE] = {"zone-cannot-leave",
                                "zone %s: the hazard is there already; %lld people cannot leave",
                                NULL},
    [NOTE_ZONE_STAYS] = {"zone-stays", "zone %s shelters in place: moving is worse; %lld people",
                         NULL},
    [NOTE_ZONE_LEAVES_EARLY] = {"zone-leaves-early",
                                "zone %s: who has not left by step %lld had better stay", NULL},
    [NOTE_STAY_WEIGHS_NOTHING] = {"stay-weighs-nothing", NULL,
                                  "--stay changes nothing: no timeline brings to any of the %lld "
                                  "zones a hazard against which walls help (nuclear, chemical, "
                                  "volcano, typhoon, snow)"},
    [NOTE_ELSEWHERE_LEFT_OUT] = {"elsewhere-left-out", NULL,
                                 "%lld people go elsewhere and are left out; --exit NODE puts them "
                                 "on the roads"},
    [NOTE_BY_BUS] = {"by-bus", NULL, "%lld people need a bus and are not in the instance"},
    [NOTE_SHELTER_WITHOUT_NODE] = {"shelter-without-node", "shelter %s stands at no road; left out",
                                   NULL},
    [NOTE_SHELTER_UNKNOWN] = {"shelter-unknown",
                              "shelter %s: nobody knows how many places; left out", NULL},
    [NOTE_SHELTER_UNFIT] = {"shelter-unfit",
                            "shelter %s does not withstand the hazard; %lld places left out", NULL},
    [NOTE_SHELTER_UNPROVEN] = {"shelter-unproven",
                               "shelter %s: unknown whether it withstands the hazard; %lld places "
                               "left out (--trust-unknown takes them)",
                               NULL},
    [NOTE_SHELTER_TRUSTED] = {"shelter-trusted",
                              "shelter %s: unknown whether it withstands the hazard; its %lld "
                              "places count all the same",
                              NULL},
    [NOTE_SHELTER_LOST] = {"shelter-lost",
                           "shelter %s: the hazard reaches it; %lld places left out", NULL},
    [NOTE_SHELTER_ACTIVATION] = {"shelter-activation",
                                 "shelter %s: time to open unknown, %lld minutes taken", NULL},
    [NOTE_LINK_LENGTH_UNKNOWN] = {"link-length-unknown", NULL,
                                  "%lld roads of unknown length: for walking 1.2 times the "
                                  "straight line"},
};

static const char *subject_of(const struct region *region, const struct evacuation_note *note) {
    if (note->index == REGION_NONE)
        return "";
    return note->code >= NOTE_SHELTER_WITHOUT_NODE ? region->shelters[note->index].id
                                                   : region->zones[note->index].id;
}

static void say_note(const struct region *region, const struct evacuation_note *note) {
    char text[256];
    const char *subject = subject_of(region, note), *format = note_texts[note->code].of_one;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (format != NULL)
        snprintf(text, sizeof text, format, subject, (long long)note->amount);
    else
        snprintf(text, sizeof text, note_texts[note->code].of_all, (long long)note->amount);
#pragma GCC diagnostic pop
    fprintf(stderr, "  %s\n", text);
}

static void print_json(const struct evacuation_work *work, int64_t people, int64_t places) {
    const struct evacuation_draft *draft = work->draft;
    printf("{\"nodes\":%zu,\"links\":%zu,\"zones\":%zu,\"shelters\":%zu,\"people\":%" PRId64
           ",\"places\":%" PRId64 ",\"footways\":%zu,\"notes\":[",
           draft->instance.node_count, draft->instance.link_count, draft->instance.zone_count,
           draft->instance.shelter_count, people, places, draft->travellers.footway_count);
    for (size_t i = 0; i < draft->note_count; i++) {
        const struct evacuation_note *note = &draft->notes[i];
        printf("%s{\"code\":\"%s\",\"subject\":", i > 0 ? "," : "", note_texts[note->code].name);
        cli_file_put_text(stdout, subject_of(work->region, note));
        printf(",\"amount\":%" PRId64 "}", note->amount);
    }
    puts("]}");
}

static void say_what_was_made(const struct evacuation_request *request,
                              const struct evacuation_work *work) {
    const struct evacuation_draft *draft = work->draft;
    int64_t people = evacuation_instance_people(&draft->instance), places = 0;
    for (size_t s = 0; s < draft->instance.shelter_count; s++)
        places += draft->instance.shelters[s].capacity;
    if (request->json) {
        print_json(work, people, places);
        return;
    }
    printf("%zu nodes, %zu links, %zu zones with %" PRId64 " people, %zu shelters with %" PRId64
           " places; %" PRId32 " steps of %g s\n",
           draft->instance.node_count, draft->instance.link_count, draft->instance.zone_count,
           people, draft->instance.shelter_count, places, draft->instance.horizon_steps,
           draft->step_s);
    for (size_t i = 0; i < draft->note_count; i++)
        say_note(work->region, &draft->notes[i]);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int open_files(struct evacuation_request *request, struct evacuation_work *work,
                      struct hv_fault_list *faults) {
    const char *profile = request->profile == NULL ? "sphere-2018" : request->profile;
    int error = region_load(request->region, faults, &work->region);
    if (error == HV_OK)
        error = profile_open(profile, faults, &work->profile);
    if (error == HV_OK && request->timeline != NULL) {
        error = hazard_load(request->timeline, work->region, faults, &work->timeline);
        request->draft.timeline = &work->timeline;
    }
    request->draft.profile = work->profile;
    if (error == HV_ERR_IO)
        return EX_NOINPUT;
    return error == HV_OK ? EX_OK : hv_error_exit_status(error);
}

static int fail_draft(const struct evacuation_request *request, int error) {
    const char *remedy = "";
    if (error == HV_ERR_VALUE)
        remedy = ": the region has no roads; import some (haven region import --help)";
    else if (error == HV_ERR_LIMIT)
        remedy = ": a longer --step-s, a shorter --horizon or --steady helps";
    else if (error == HV_ERR_OVERFLOW)
        remedy = ": more than 2000000000 people";
    else if (error == HV_ERR_EXISTS)
        remedy = ": an exit has the id of a shelter";
    fprintf(stderr, "haven " EVACUATION_INSTANCE ": %s: %s%s\n", request->region,
            hv_error_text(error), remedy);
    return hv_error_exit_status(error);
}

static int make(struct evacuation_request *request, struct evacuation_work *work) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int status = open_files(request, work, &faults);
    if (status != EX_OK)
        cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (status == EX_OK)
        status = evacuation_instance_lists(request, work);
    if (status != EX_OK)
        return status;
    int error = evacuation_draft_new(work->region, &request->draft, &work->draft);
    if (error != HV_OK)
        return fail_draft(request, error);
    status = cli_file_write(EVACUATION_INSTANCE, request->output, evacuation_draft_write_instance,
                            work->draft);
    if (status == EX_OK && request->travellers != NULL)
        status = cli_file_write(EVACUATION_INSTANCE, request->travellers,
                                evacuation_draft_write_travellers, work->draft);
    const struct evacuation_bus_draft buses = {work->draft, work->region, work->fleets,
                                               work->fleet_count};
    if (status == EX_OK && request->buses != NULL)
        status = cli_file_write(EVACUATION_INSTANCE, request->buses, evacuation_bus_write, &buses);
    if (status == EX_OK)
        say_what_was_made(request, work);
    return status;
}

static void clean_up(struct evacuation_request *request, struct evacuation_work *work) {
    evacuation_draft_free(work->draft);
    hazard_free(&work->timeline);
    profile_free(work->profile);
    region_free(work->region);
    free(work->closed);
    free(work->opposites);
    free(work->only);
    free(work->exits);
    free(work->fleets);
    free(request->lists.closed);
    free(request->lists.reversible);
    free(request->lists.zones);
    free(request->lists.more_zones);
    free(request->lists.more_shelters);
    free(request->lists.exits);
    free(request->lists.fleets);
}

int cli_evacuation_instance(int argc, char **argv) {
    struct evacuation_request request = {.draft = {.step_s = 60,
                                                   .horizon_steps = 720,
                                                   .time = REGION_NIGHT,
                                                   .stage = PROFILE_TEMPORARY,
                                                   .stay_exposure = -1}};
    struct evacuation_work work = {0};
    bool helped;
    int status = evacuation_instance_options(argc, argv, &request, &helped);
    if (status == EX_OK && !helped)
        status = make(&request, &work);
    clean_up(&request, &work);
    return status;
}
