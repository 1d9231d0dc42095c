/* What a coordinator and its nodes are told in files: the invitation and the settings.
 *
 * The invitation (deployment.json) is what a node needs to find and recognise its coordinator; it
 * holds no secret:
 *     {"format": "haven.deployment/1", "deployment": "32 hex digits", "name": "…", "mode":
 * "exercise", "endpoints": ["tcp://10.0.0.1:5670"], "server_key": "40 characters of Z85"} The
 * settings (haven.yaml, in the coordinator's folder) are written by `haven init` with every setting
 * and its meaning. */
#ifndef HV_PLATFORM_DEPLOYMENT_H
#define HV_PLATFORM_DEPLOYMENT_H

#include "schemas/error.h"
#include "schemas/fault.h"
#include "schemas/limits.h"
#include "schemas/model.h"
#include "schemas/platform/keys.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEPLOYMENT_ENDPOINT_BYTES 256u
#define DEPLOYMENT_NAME_BYTES 256u
#define DEPLOYMENT_HTTP_BYTES 64u
#define DEPLOYMENT_PATH_BYTES 512u
#define DEPLOYMENT_HTTP_USUAL "127.0.0.1:8670" /* what `haven init` writes */

struct deployment {
    uint8_t id[HV_ID128_BYTES];
    char name[DEPLOYMENT_NAME_BYTES]; /* UTF-8 */
    enum hv_mode mode;                /* LIVE or EXERCISE */
    size_t endpoint_count;            /* 1 to HV_ENDPOINTS_MAX, in order of preference */
    char endpoints[HV_ENDPOINTS_MAX][DEPLOYMENT_ENDPOINT_BYTES];
    char server_key[KEYS_TEXT_BYTES];
};

/* Reads an invitation. Every fault is added to `faults` with its field. HV_ERR_NOT_FOUND,
 * HV_ERR_FORMAT, HV_ERR_VALUE, HV_ERR_VERSION, HV_ERR_IO. */
int deployment_load(const char *path, struct hv_fault_list *faults,
                    struct deployment *ret_deployment) HV_MUST_USE;

/* Reads what an invitation says out of an object that may say more (a node's own settings do).
 * HV_ERR_VALUE: see the faults. */
int deployment_read(const json_t *file, const char *path, struct hv_fault_list *faults,
                    struct deployment *ret_deployment) HV_MUST_USE;

/* A file that holds one JSON object, owned by the caller. Errors as deployment_load. */
int deployment_load_json(const char *path, struct hv_fault_list *faults,
                         json_t **ret_file) HV_MUST_USE;

/* Writes an invitation, mode 0644. */
int deployment_save(const char *path, const struct deployment *deployment) HV_MUST_USE;

enum approval_policy {
    APPROVAL_MANUAL,    /* a person approves every plan */
    APPROVAL_AUTOMATIC, /* a plan that leaves nobody behind is approved at once: drills and trials
                         */
    APPROVAL_TWO        /* a person, and not the one who asked for the plan */
};

enum stale_policy {
    STALE_COUNT,   /* a stale shelter counts like any other */
    STALE_CAUTION, /* its free places count in part: stale_percent */
    STALE_EXCLUDE  /* nobody new is sent there */
};

enum goods_fairness {
    FAIRNESS_NONE,
    FAIRNESS_AFFORDABLE, /* shared fairly where that costs at most a hundredth more */
    FAIRNESS_MAXMIN
};
enum goods_packs { PACKS_OPEN, PACKS_WHOLE };

struct settings {
    size_t bind_count;
    char bind[HV_ENDPOINTS_MAX][DEPLOYMENT_ENDPOINT_BYTES]; /* ZeroMQ addresses to listen at */
    uint32_t io_threads;                                    /* of ZeroMQ: encryption runs there */
    uint32_t log_map_gib;      /* most that the live log can hold; address space only */
    uint32_t checkpoint_every; /* records between two checkpoints */
    uint32_t beat_s;           /* a node silent for three of them is stale */
    uint32_t plan_every_ms;    /* least time between two plans */
    uint64_t plan_work;        /* work limit of one plan, pivots */
    uint32_t
        change_price_s; /* what moving one person away from the plan in force must gain, seconds */
    uint32_t goods_change_price; /* what taking back an order for goods must save, cost units: 1,000
                                    are a person without one item for one day */
    uint32_t
        contraflow_gain_min; /* of arrival, on the mean, that reversing roads must gain; 0: never */
    uint32_t delivery_hours; /* deliveries are planned so far ahead; 0: not at all */
    uint32_t bus_hours;      /* runs of buses, the same */
    uint32_t arrival_margin_min;  /* after which who has not checked in is overdue */
    uint32_t need_days;           /* of goods, for people who are at a shelter */
    uint32_t ahead_days;          /* for those who are expected there, at most need_days */
    uint32_t transfer_above_days; /* what a shelter has for longer may go to another; 0: never */
    enum goods_fairness fairness; /* whether goods go by fill rates first, or by cost */
    enum goods_packs packs;
    enum approval_policy approval;
    enum stale_policy stale;
    uint32_t stale_percent;
    char profile[64];                 /* standards profile */
    char http[DEPLOYMENT_HTTP_BYTES]; /* where the HTTP interface listens; "off": nowhere */
    char http_certificate[DEPLOYMENT_PATH_BYTES]; /* PEM; "" without TLS, on loopback only */
    char http_key[DEPLOYMENT_PATH_BYTES];
    uint32_t escalate_minutes; /* an order unanswered for so long goes one step up; 0: never */
    char escalate_to[256];     /* to whom, step by step, with commas between */
    bool http_open;            /* whoever reaches it may look without an account */
};

/* What holds where haven.yaml says nothing. */
struct settings settings_default(void);

/* Reads haven.yaml over the defaults. Faults name file, line and what would be right. Errors as
 * deployment_load. */
int settings_load(const char *path, struct hv_fault_list *faults,
                  struct settings *ret_settings) HV_MUST_USE;

/* The names of a list with commas between, without the blanks around them: how many, 0 where it is
 * no such list (empty, too many, or a name that is no id). */
size_t settings_names(const char *list,
                      char ret_names[HV_ESCALATION_LEVELS_MAX][HV_ID_BYTES_MAX + 1]) HV_MUST_USE;

/* Writes a commented haven.yaml, mode 0644. */
int settings_save(const char *path, const struct settings *settings) HV_MUST_USE;

#endif
