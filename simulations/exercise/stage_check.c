/* What an exercise measures and checks about its programs: acknowledgements timed, everything
 * acknowledged, every record audited. */
#include "simulations/exercise/records.h"
#include "simulations/exercise/stage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 500
#define NEAR_US 30000u /* watched closely for so long, then now and then */

static int lane_figure(struct stage *stage, struct desk *desk, const char *lane, const char *figure,
                       uint64_t *ret_figure) {
    json_t *reply = NULL;
    int error = desk_ask(stage, desk, json_pack("{s:s}", "verb", "status"), &reply);
    if (error != 0)
        return error;
    json_t *lanes = json_object_get(json_object_get(reply, "lanes"), lane);
    *ret_figure = (uint64_t)json_integer_value(json_object_get(lanes, figure));
    json_decref(reply);
    return 0;
}

/* ---- timing ---- */

static int look(struct stage *stage, struct desk *desk) {
    uint64_t acked = 0;
    int error = lane_figure(stage, desk, "history", "acked", &acked);
    if (error != 0 || acked < desk->sample_sequence)
        return error;
    uint64_t took_us = stage_now_us() - desk->sample_from_us;
    if (stage->sample_count < STAGE_SAMPLES_MAX)
        stage->acknowledged_us[stage->sample_count++] =
            (uint32_t)(took_us < UINT32_MAX ? took_us : UINT32_MAX);
    desk->sample_sequence = 0;
    return 0;
}

/* Closely for a moment, so that the time taken is that of the acknowledgement and not of looking.
 */
int desk_sample(struct stage *stage, struct desk *desk) {
    int error = 0;
    while (error == 0 && desk->sample_sequence != 0 && desk->client != NULL &&
           stage->headquarters != NULL && stage_now_us() - desk->sample_from_us < NEAR_US)
        error = look(stage, desk);
    return error;
}

int stage_sample(struct stage *stage) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < stage->desk_count; i++)
        if (stage->desks[i].sample_sequence != 0 && stage->desks[i].client != NULL)
            error = look(stage, &stage->desks[i]);
    return error;
}

static int by_size(const void *left, const void *right) {
    uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;
    return (l > r) - (l < r);
}

uint32_t stage_percentile(struct stage *stage, double share) {
    if (stage->sample_count == 0)
        return 0;
    qsort(stage->acknowledged_us, stage->sample_count, sizeof *stage->acknowledged_us, by_size);
    size_t index = (size_t)(share * (double)stage->sample_count);
    return stage->acknowledged_us[index < stage->sample_count ? index : stage->sample_count - 1];
}

/* ---- all acknowledged ---- */

int stage_settle(struct stage *stage, unsigned timeout_ms) {
    uint64_t until_us = stage_now_us() + (uint64_t)timeout_ms * 1000;
    for (size_t i = 0; i < stage->desk_count;) {
        struct desk *desk = &stage->desks[i];
        uint64_t waiting = 0, present = 0;
        if (desk->client != NULL) {
            int error = lane_figure(stage, desk, "history", "waiting", &waiting);
            if (error == 0)
                error = lane_figure(stage, desk, "present", "waiting", &present);
            if (error != 0)
                return error;
        }
        if (waiting + present == 0) {
            i++;
            continue;
        }
        if (children_asked_to_stop())
            return stage_fail(stage, HV_ERR_STOPPED, "stopped");
        if (stage_now_us() > until_us)
            return stage_fail(stage, HV_ERR_TIMEOUT,
                              "node %s still has %" PRIu64 " reports that nobody acknowledged",
                              desk->id, waiting + present);
        children_sleep_ms(10);
    }
    return 0;
}

/* ---- the audit ---- */

static int take_page(struct stage *stage, struct desk *desk, const char *lane, uint64_t *from) {
    json_t *reply = NULL, *record;
    size_t index;
    int error = desk_ask(stage, desk,
                         json_pack("{s:s, s:s, s:I, s:i}", "verb", "records", "lane", lane, "from",
                                   (json_int_t)*from, "limit", PAGE),
                         &reply);
    if (error != 0)
        return error;
    json_array_foreach(json_object_get(reply, "records"), index, record) if (error == 0) error =
        records_take(stage->audit, desk->id, record);
    json_t *next = json_object_get(reply, "next");
    *from = json_is_integer(next) ? (uint64_t)json_integer_value(next) : 0;
    json_decref(reply);
    return error == HV_ERR_FORMAT
               ? stage_fail(stage, error, "a record of node %s cannot be read", desk->id)
               : error;
}

static int audit_desk(struct stage *stage, struct desk *desk) {
    static const char *const lanes[] = {"history", "present"};
    int error = 0;
    for (size_t lane = 0; error == 0 && lane < 2; lane++)
        for (uint64_t from = 1; error == 0 && from != 0;)
            error = take_page(stage, desk, lanes[lane], &from);
    return error;
}

static int audit_log(struct stage *stage) {
    json_t *reply = NULL, *record;
    size_t index;
    uint64_t from = 1, last = 0;
    int error = stage_ask(stage, json_pack("{s:s}", "verb", "status"), &reply);
    if (error != 0)
        return error;
    last = (uint64_t)json_integer_value(json_object_get(reply, "position"));
    json_decref(reply);
    for (; error == 0 && from <= last; from += PAGE) {
        error = stage_ask(stage,
                          json_pack("{s:s, s:I, s:I, s:i}", "verb", "log", "from", (json_int_t)from,
                                    "to", (json_int_t)(from + PAGE - 1), "limit", PAGE),
                          &reply);
        if (error != 0)
            break;
        json_array_foreach(json_object_get(reply, "records"), index, record) if (error == 0) error =
            records_take_logged(stage->audit, record);
        json_decref(reply);
    }
    return error;
}

static int audit_picture(struct stage *stage) {
    json_t *reply = NULL;
    int error = stage_ask(stage, json_pack("{s:s}", "verb", "shelters"), &reply);
    if (error == 0) {
        error = records_take_shelters(stage->audit, reply);
        json_decref(reply);
    }
    if (error == 0)
        error = stage_ask(stage, json_pack("{s:s}", "verb", "depots"), &reply);
    if (error == 0) {
        error = records_take_depots(stage->audit, reply);
        json_decref(reply);
    }
    return error;
}

static int audit_goods(struct stage *stage) {
    json_t *ledger = NULL, *proof = NULL;
    int error = stage_ask(stage, json_pack("{s:s}", "verb", "ledger"), &ledger);
    if (error == 0)
        error = stage_ask(stage, json_pack("{s:s}", "verb", "ledger-verify"), &proof);
    if (error == 0)
        records_take_ledger(stage->audit, ledger, proof);
    json_decref(ledger);
    json_decref(proof);
    return error;
}

int stage_audit(struct stage *stage) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < stage->desk_count; i++)
        error = audit_desk(stage, &stage->desks[i]);
    if (error == 0)
        error = audit_log(stage);
    if (error == 0)
        error = audit_goods(stage);
    return error == 0 ? audit_picture(stage) : error;
}
