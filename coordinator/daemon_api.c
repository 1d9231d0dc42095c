#include "coordinator/daemon_api.h"

#include "coordinator/api/api.h"
#include "coordinator/daemon_control.h"
#include "coordinator/daemon_planner.h"
#include "schemas/platform/clock.h"

int daemon_api_open(struct daemon *daemon) {
    struct api_options options = {.dir = daemon->dir,
                                  .settings = &daemon->settings,
                                  .deployment = &daemon->deployment,
                                  .profiles = daemon_planner_profiles(daemon),
                                  .log = daemon->log};
    if (strcmp(daemon->settings.http, "off") == 0)
        return HV_OK;
    int error = api_new(&options, &daemon->api);
    if (error != HV_OK)
        return error;
    daemon_api_region(daemon, NULL);
    daemon_api_tell(daemon);
    return HV_OK;
}

void daemon_api_region(struct daemon *daemon, struct region *old) {
    const struct api_region now = {.region = daemon->region,
                                   .hash = state_general(core_state(daemon->core))->region_hash,
                                   .fault = daemon->region_fault};
    api_set_region(daemon->api, &now, old);
}

void daemon_api_close(struct daemon *daemon) {
    api_free(daemon->api);
    daemon->api = NULL;
}

int daemon_api_fd(const struct daemon *daemon) {
    return daemon->api == NULL ? -1 : api_fd(daemon->api);
}

void daemon_api_serve(struct daemon *daemon) {
    uint64_t token;
    json_t *request;
    while (daemon->api != NULL && api_take(daemon->api, &token, &request)) {
        daemon_request(daemon, token, request);
        json_decref(request);
    }
}

bool daemon_api_owns(uint64_t token) {
    return (token & API_TOKEN_BIT) != 0;
}

void daemon_api_answer(struct daemon *daemon, uint64_t token, json_t *reply) {
    if (daemon->api != NULL)
        api_answer(daemon->api, token, reply);
    else
        json_decref(reply);
}

void daemon_api_committed(struct daemon *daemon) {
    if (daemon->api != NULL)
        api_committed(daemon->api, state_position(core_state(daemon->core)));
}

void daemon_api_tell(struct daemon *daemon) {
    if (daemon->api == NULL)
        return;
    struct api_pulse pulse = {.real_ms = clock_real_ms(), .counters = *core_counters(daemon->core)};
    pulse.mono_ms = core_mono_ms(daemon->core, pulse.real_ms);
    pulse.log_last = state_position(core_state(daemon->core));
    struct daemon_writer_times times = daemon_writer_times(daemon->writer);
    pulse.commit_count = times.count;
    pulse.commit_us_sum = times.sum_us;
    memcpy(pulse.commit_us, times.buckets, sizeof pulse.commit_us);
    daemon_planner_fares(daemon, &pulse.plan_ms, &pulse.planning);
    api_tell(daemon->api, &pulse);
}
