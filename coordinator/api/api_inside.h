/* The inside of the HTTP interface, for coordinator/api only. Everything here belongs to its one
 * thread, but for the mailbox. */
#ifndef COORDINATOR_API_API_INSIDE_H
#define COORDINATOR_API_API_INSIDE_H

#include "coordinator/api/api.h"
#include "coordinator/api/api_replica.h"
#include "coordinator/api/api_session.h"
#include "coordinator/api/api_tables.h"
#include "coordinator/api/api_work.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#define API_BODY_MAX 65536u /* of a request; hazards name many ids */
#define API_HAZARD_BODY_MAX (8u << 20)
#define API_CONNECTIONS_MAX 1024u
#define API_ADDRESS_CONNECTIONS_MAX 512u /* of one address, so that it cannot have all */
#define API_IDLE_S 60u
#define API_REQUEST_S 120u /* until a request is whole, at most */
#define API_HEADERS_MAX 8u

enum api_method { API_GET, API_POST, API_PUT, API_PATCH, API_DELETE, API_METHODS };

struct api_call;
typedef void api_handler(struct api *api, struct api_call *call);

struct api_route {
    enum api_method method;
    const char *path; /* below /api/v1 unless it begins with “/”; {id} is any segment */
    uint32_t roles;   /* who may: set of ACCOUNT_ROLE; 0: anybody */
    api_handler *handler;
    const char *parameters; /* words between commas; NULL: the handler knows (a table's filters) */
};

enum api_stage {
    API_READING, /* the body comes in */
    API_WAITING, /* until somebody answers */
    API_READY,   /* the answer is there, to be queued */
    API_GONE     /* queued */
};

struct api_header {
    const char *name;
    char value[512];
};

/* One request from its first line to the last byte of its answer. */
struct api_call {
    struct api_call *next, *before; /* in api->calls */
    struct MHD_Connection *connection;
    enum api_stage stage;
    int target_error;
    struct api_target target;
    enum api_method method;
    bool head;
    const struct api_route *route;
    const char *arguments[2]; /* the segments that stand for {…} */
    struct api_text body;
    size_t body_most;
    json_t *json; /* the body, an object; NULL: none */
    bool looked;  /* its first line and headers have been */

    char address[HV_ID_BYTES_MAX + 1]; /* of the client */
    char account[HV_ID_BYTES_MAX + 1]; /* who asks; "": nobody we know */
    char csrf[API_CSRF_BYTES];
    uint32_t roles;
    struct api_session *session; /* while it is admitted only */
    bool by_session;             /* it came with a session, and of its cookie the hash: */
    uint8_t cookie[32];
    struct api_scene *scene; /* what is answered from: now, or a look back */

    bool suspended;
    uint64_t token; /* API_WAITING: for whose answer */
    uint64_t past;  /* position of the look back that it waits for; 0: none */
    void (*answered)(struct api *api, struct api_call *call, json_t *reply);
    void (*worked)(struct api *api, struct api_call *call, struct api_job *job);
    unsigned created; /* status of a decision that went well */
    char key[132];    /* under which it is decided; "": none */
    uint64_t fingerprint;

    unsigned status;
    const char *type;
    struct api_text out;
    int file; /* -1; else its bytes are the answer */
    uint64_t file_offset, file_size;
    struct api_header headers[API_HEADERS_MAX];
    size_t header_count;
    struct MHD_Response *response; /* made by the handler itself; NULL: of `out` or `file` */
};

struct api_socket;  /* api_http.c */
struct api_stream;  /* api_events.c */
struct api_earlier; /* api_series.c */
struct api_frame;   /* api_events.h */

enum { API_CHUNK = 256, API_CHUNKS_KEPT = 64, API_BATCH = 2048 };

/* Chunks of records, the one made first at `first`. */
struct api_chunks {
    struct api_frame *kept[API_CHUNKS_KEPT];
    uint32_t first, count;
    size_t bytes;
};

enum { API_PASTS = 4, API_SAMPLES = 2048, API_SERIES = 13 };
/* A look back each, and charts two: they may go on to the next while they hold one. */
enum { API_THENS = API_PASTS + 2 };

struct api_then { /* a region that was in force before the one of now: api_then.c */
    bool taken;
    uint8_t hash[REGION_HASH_BYTES];
    struct region *region; /* NULL: it is being read, or could not be */
    uint64_t token;        /* of the job that reads it; 0: it has ended */
};

struct api_past {
    struct state *state; /* NULL: none */
    struct api_scene scene;
    uint64_t used;
};

struct api_sample {
    int64_t wall_ms;
    uint64_t position; /* of the log, up to which it was taken */
    double values[API_SERIES];
};

struct api_mail {
    pthread_mutex_t lock;
    struct {
        uint64_t token;
        json_t *json;
    } * asked, *answered; /* to the main thread; from it */
    size_t asked_count, asked_room, answered_count, answered_room;
    struct api_pulse pulse;
    const struct region *region;
    uint8_t region_hash[REGION_HASH_BYTES];
    char region_fault[512];
    struct region **old;
    size_t old_count, old_room;
    bool region_new;
};

struct api {
    struct api_options options;
    pthread_t thread;
    bool running;
    int to_main, to_api; /* eventfds */
    atomic_bool stop;
    _Atomic uint64_t durable;
    struct api_mail mail;
    char *certificate, *key; /* PEM; NULL without TLS */

    /* of the thread */
    struct MHD_Daemon *server;
    char address[80]; /* as bound */
    char web[512];    /* folder of the command centre; "" where there is none */
    uint64_t retry_ms;
    bool loaded, broken, closing;
    struct api_replica replica;
    struct api_scene scene;
    struct hv_arena arena; /* of the request in hand */
    struct api_pulse pulse;
    const struct region *region;            /* in force; its hash, zeros where there is none, */
    uint8_t region_hash[REGION_HASH_BYTES]; /* and why it is not in memory; "": it is */
    char region_fault[512];
    struct api_call *calls;
    struct api_socket *sockets; /* api_http.c */
    uint64_t slow_next_ms;
    uint64_t last_token;
    struct api_work *work;
    struct account_list accounts;
    struct stat accounts_file; /* as it was when it was read */
    bool accounts_read;
    struct api_sessions sessions;
    struct api_attempts attempts;
    struct api_stream *streams;
    uint32_t stream_count;
    uint64_t events_next_ms, events_look_ms, event_turn;
    struct api_chunks chunks;
    uint64_t records_next_ms;  /* the newest of those who keep up */
    uint64_t records_rest_us;  /* until then none are made */
    uint64_t records_error_ms; /* until then it is not said again that some cannot be read */
    struct api_past pasts[API_PASTS];
    struct api_then thens[API_THENS];
    uint64_t past_used;
    struct api_sample samples[API_SAMPLES];
    uint32_t sample_count;
    uint64_t sample_ms, sample_next_ms;
    struct api_earlier *earlier; /* NULL: all is there */
};

/* ---- api.c ---- */

/* Folds what has become durable, so that an answer is as new as can be; and reads the clocks. True:
 * there is more to fold. */
bool api_catch_up(struct api *api);

/* Folds at least up to this position, which is durable. */
void api_reach(struct api *api, uint64_t position);

/* ---- api_http.c ---- */
int api_http_open(struct api *api, uint64_t now_ms);
void api_http_run(struct api *api);
void api_http_close(struct api *api);

/* ---- api_wait.c ---- */

/* Hands the request to the main thread and lets the call wait. */
void api_wait(struct api *api, struct api_call *call, json_t *request,
              void (*answered)(struct api *api, struct api_call *call, json_t *reply));
void api_answers(struct api *api, uint64_t token, json_t *reply);

/* Decisions that the main thread has not begun with. */
size_t api_wait_depth(struct api *api);

/* The same for a job, which is freed with api_job_drop afterwards. */
void api_wait_job(struct api *api, struct api_call *call, struct api_job *job,
                  void (*worked)(struct api *api, struct api_call *call, struct api_job *job));

/* Waits for the same job as the other call. */
void api_join(struct api_call *call, const struct api_call *other);
void api_jobs_ended(struct api *api);

/* Suspends a call that waits, and resumes one that waits no longer, suspended or not yet. */
void api_wait_suspend(struct api_call *call);
void api_wait_end(struct api_call *call);

/* ---- api_request.c ---- */

/* What can be said before the body is there: an answer means that nobody waits for it. */
void api_request_look(struct api *api, struct api_call *call, const char *method);
bool api_request_needs_picture(const struct api_route *route);

/* The body into call->json, an object, or NULL where it is empty. False: answered. */
bool api_request_read_json(struct api_call *call);

/* ---- api_reply.c ---- */

/* call->response with its headers, of `out`, of `file` or the handler's own. False without memory.
 */
bool api_reply_make(struct api_call *call);

void api_header(struct api_call *call, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void api_reply(struct api_call *call, unsigned status, const char *type);
void api_reply_json(struct api_call *call, unsigned status, json_t *json); /* takes it over */
void api_problem(struct api_call *call, unsigned status, const char *name, const char *detail,
                 const char *remedy);

/* What the console refused, or a code of Haven, as a problem. */
void api_refused(struct api_call *call, const json_t *reply);
void api_failed(struct api_call *call, int error);

/* What api_ask gave: the thing, or where that is NULL what was refused. Takes both over. */
void api_reply_asked(struct api_call *call, json_t *thing, json_t *refusal);

bool api_takes_gzip(const struct api_call *call);

/* Sets the ETag of what depends on `version` and answers 304 where the client has it. */
bool api_unchanged(struct api_call *call, uint64_t version, enum api_format format);

/* The same for what tells ages or what is overdue: the tag also goes with the log clock, in steps
 * of ten seconds. */
bool api_unchanged_aged(struct api_call *call, uint64_t version, enum api_format format);

/* By ?format=, else by Accept; JSON where nothing is said. False: answered with 406. */
bool api_choose_format(struct api_call *call, bool placed, bool tabular,
                       enum api_format *ret_format);
const char *api_type_of(enum api_format format);

/* Whether the query has no other parameters than these words, and those that say yes or no say one
 * of them; else the call is answered. */
bool api_knows_parameters(struct api_call *call, const char *words);

/* Whether the parameter is “true”. */
bool api_is_true(const struct api_call *call, const char *name);

/* Puts the parameter into the request of the console, under its own name; without it, nothing. */
void api_pass_on(const struct api_call *call, json_t *request, const char *name);

/* limit and offset of a page; false: answered. */
bool api_read_page(struct api_call *call, uint64_t *limit, uint64_t *offset);

/* The same of what is taken away whole, GeoJSON and CSV: all there is, unless they say otherwise.
 */
bool api_read_whole(struct api_call *call, uint64_t *limit, uint64_t *offset);

/* What every list says about itself, around its items, which are taken over. */
json_t *api_list_frame(const struct api_scene *scene, size_t total, uint64_t offset,
                       json_t *items) HV_MUST_USE;

/* What stands on the page of a list of so many from `offset` on; taken over. */
void api_reply_list(struct api_call *call, size_t total, uint64_t offset, json_t *items);

/* Leaves of the list those rows that `keeps` says, in their order. Takes no memory. NULL: nothing.
 */
void api_keep(json_t *list, bool (*keeps)(const json_t *row, const void *context),
              const void *context);

/* Puts the items in the order that `sort` asks for; as they are where the parameter is not there.
 * False: it is malformed, or there is no memory, which is answered. */
bool api_sort(struct api_call *call, json_t *items);

/* A page of the items, in the order asked for, and one member more where it is named; both are
 * taken over. NULL: there was no memory for them, which is answered. */
void api_reply_page(struct api_call *call, json_t *items, const char *member, json_t *more);

/* ---- api_features.c ---- */

/* Writes one thing that the console lists as a feature of GeoJSON. */
typedef void api_feature(const struct api_scene *scene, const json_t *row, struct api_text *text);
api_feature api_feature_of_hazard;
api_feature api_feature_of_journey; /* "from" and "to" are places */

/* Whether a thing of that kind has anything in the box: a hazard what it hits, a journey its ends.
 */
typedef bool api_place(const struct api_scene *scene, const json_t *row, const struct api_box *box);
api_place api_hazard_is_in, api_journey_is_in;

/* Leaves of the list (NULL: none could be made) what `bbox` asks for; all where the parameter is
 * not there. False: it is malformed, which is answered, and the list is gone. */
bool api_keep_in_box(struct api_call *call, json_t **list, api_place *is_in);

/* All items, or those that limit and offset name, as a collection; taken over. NULL as above. */
void api_reply_features(struct api_call *call, json_t *items, api_feature *feature);

/* Each move of a plan as the line of its route. */
void api_features_of_routes(const struct api_scene *scene, const json_t *plan,
                            struct api_text *text);

/* ---- api_plans.c ---- */

/* The number that the address ends with, to be freed; NULL: it is none, and that is answered. */
json_t *api_number_argument(struct api_call *call, const char *what) HV_MUST_USE;

/* ---- api_log.c ---- */

/* The record at a position of the log, in the arena of the request; NULL: there is none. */
const struct hv_record *api_record_at(struct api *api, uint64_t position);

/* ---- api_route.c ---- */
extern const struct api_route api_routes[];
extern const size_t api_route_count;

/* The route of a method and a path; where only the method is wrong the others are in *ret_methods
 * (set of 1u << method, 0: no such path). */
const struct api_route *api_route_find(const struct api_target *target, enum api_method method,
                                       const char *ret_arguments[2], uint32_t *ret_methods);
const char *api_method_word(enum api_method method);

/* ---- api_events.c ---- */
void api_events_tick(struct api *api, uint64_t now_ms);
int api_events_wait_ms(const struct api *api); /* until it has something to do, at most */

/* Ends the streams of those who are logged out or whose accounts have changed. */
void api_events_follow(struct api *api);
void api_events_close(struct api *api);

/* ---- api_past.c ---- */

/* Keeps what a job has folded, whoever still waits for it. */
void api_past_ended(struct api *api, struct api_job *job);

/* Whether the call asks for a look back: then it is answered, now or later. */
bool api_past_wanted(struct api *api, struct api_call *call);

/* Clocks of a scene whose state is of an earlier moment, and the region of then (NULL: none, or its
 * files are gone: places are known by what they reported). `now`: of the same log. */
void api_scene_of_then(struct api_scene *then, const struct api_scene *now,
                       const struct region *region);
void api_past_free(struct api_past *past);
void api_past_drop(struct api_job *job);

/* ---- api_then.c ---- */
enum api_then_found {
    API_THEN_FOUND,   /* NULL: there was none, or it cannot be read, which the machine's log says */
    API_THEN_READING, /* a job of that token reads it */
    API_THEN_BUSY     /* not now */
};

/* The region that was in force in that state, borrowed: for as long as a look back that is kept, or
 * charts, have a state that names it. */
enum api_then_found api_then_region(struct api *api, const struct state *state,
                                    const struct region **ret_region, uint64_t *ret_token);
void api_then_ended(struct api *api, struct api_job *job);
void api_then_drop(struct api_job *job);
void api_then_free(struct api *api);

/* ---- api_series.c ---- */

/* The state that the charts of before the start are at; NULL: none. And whether they look at that
 * region. `earlier` may be NULL. */
const struct state *api_series_state(const struct api_earlier *earlier);
bool api_series_looks_at(const struct api_earlier *earlier, const struct region *region);
void api_series_tick(struct api *api, uint64_t now_ms);

/* Begins to work out what was before the position that the replica has just been loaded to; a piece
 * of that; how long to wait until the next, at most; and what of it goes with a region. */
void api_series_begin(struct api *api);
void api_series_recall(struct api *api);
int api_series_wait_ms(const struct api *api, int most);
void api_series_region(struct api *api);
void api_series_free(struct api *api);

/* ---- api_login.c ---- */
void api_login_open(struct api *api);
void api_login_follow(struct api *api); /* what the file of accounts says now */
void api_login_save(struct api *api);

/* Whether who asks may; else the call is answered. */
bool api_admit(struct api *api, struct api_call *call);

/* Counts an attempt with a password of the account; false: answered, there were too many. */
bool api_may_try(struct api *api, struct api_call *call, const char *id);
void api_job_drop(struct api_job *job);

/* ---- api_write.c ---- */

/* Whether the body has no other members than these words; else the call is answered. */
bool api_only(struct api_call *call, const char *members);

/* ---- handlers ---- */
api_handler api_get_session, api_post_session, api_delete_session, api_put_password;
api_handler api_put_link, api_put_hazard, api_put_sweep, api_put_alert, api_post_incident,
    api_put_phase, api_put_clock, api_post_note, api_post_report, api_post_plan, api_put_approval,
    api_delete_approval, api_put_directive, api_delete_directive, api_put_owner, api_delete_owner,
    api_post_handover, api_get_handovers, api_post_order, api_patch_order, api_delete_order,
    api_post_answer, api_post_node, api_delete_node, api_put_verdict, api_put_waybill_end,
    api_post_return;
api_handler api_get_links, api_get_link, api_get_stock, api_get_items, api_get_requests,
    api_get_request, api_get_orders, api_get_order, api_get_transfers, api_get_background,
    api_get_incidents, api_get_directives, api_get_alerts, api_get_notes, api_get_hazards,
    api_get_plans, api_get_plan, api_get_plan_diff, api_get_region, api_get_exercises, api_get_log,
    api_get_record, api_get_attention;
api_handler api_get_progress; /* of the evacuation */
api_handler api_get_waybills, api_get_ledger, api_get_warnings, api_get_supplies;
api_handler api_get_events, api_get_metrics, api_get_series, api_get_situation;
api_handler api_get_accounts, api_put_account, api_delete_account;
api_handler api_get_health, api_get_ready, api_get_shelters, api_get_shelter, api_get_depots,
    api_get_depot, api_get_zones, api_get_zone, api_get_nodes, api_get_node, api_get_status;

/* ---- api_file.c: the command centre ---- */
void api_file_find(struct api *api);
void api_get_file(struct api *api, struct api_call *call);

#endif
