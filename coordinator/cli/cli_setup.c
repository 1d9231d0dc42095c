/* Commands that make, guard and end a coordinator: init, enroll, backup, restore, verify. */
#include "coordinator/cli/cli.h"

#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/region.h"
#include "coordinator/cli/scenarios.h"
#include "coordinator/cli/solve.h"
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "schemas/codec.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/deployment.h"
#include "schemas/platform/http_address.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what, const char *where, int error) {
    fprintf(stderr, "haven: %s %s: %s\n", what, where, hv_error_text(error));
    return hv_error_exit_status(error);
}

static const char *below(const char *dir, const char *name, char path[PATH_MAX]) {
    if (snprintf(path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
        path[0] = '\0';
    return path;
}

/* ---- init ---- */

enum { FOUNDING_RECORDS = 2 };

struct founding {
    struct deployment deployment;
    struct settings settings;
    struct key_pair key;
};

/* A host that nodes can reach is not known to a wildcard address: this machine's name stands in for
 * it. */
static void endpoint_of_bind(const char *bind, char *endpoint, size_t bytes) {
    char host[128] = "localhost";
    const char *port = strrchr(bind, ':');
    bool any = strstr(bind, "//*") != NULL || strstr(bind, "//0.0.0.0") != NULL ||
               strstr(bind, "//[::]") != NULL;
    if (any)
        gethostname(host, sizeof host - 1);
    if (any && port != NULL)
        snprintf(endpoint, bytes, "tcp://%s%s", host, port);
    else
        snprintf(endpoint, bytes, "%s", bind);
}

/* Beyond this machine nothing is served in the clear. */
static bool read_http(const struct cli *cli, struct settings *settings) {
    const char *http = cli_option(cli, "--http"), *certificate = cli_option(cli, "--certificate"),
               *key = cli_option(cli, "--certificate-key");
    struct http_address address = {.loopback = true};
    if (http == NULL)
        http = DEPLOYMENT_HTTP_USUAL;
    if (strlen(http) >= sizeof settings->http || (certificate == NULL) != (key == NULL) ||
        (strcmp(http, "off") != 0 && http_address_read(http, &address) != HV_OK) ||
        (!address.loopback && certificate == NULL))
        return false;
    snprintf(settings->http, sizeof settings->http, "%s", http);
    if (certificate == NULL)
        return true;
    char path[PATH_MAX];
    return realpath(certificate, path) != NULL &&
           snprintf(settings->http_certificate, sizeof settings->http_certificate, "%s", path) <
               (int)sizeof settings->http_certificate &&
           realpath(key, path) != NULL &&
           snprintf(settings->http_key, sizeof settings->http_key, "%s", path) <
               (int)sizeof settings->http_key;
}

/* The port of an address such as tcp://10.0.0.1:5670; 0: there is none. */
static unsigned long port_of(const char *endpoint) {
    const char *port = strrchr(endpoint, ':');
    if (strncmp(endpoint, "tcp://", 6) != 0 || port <= endpoint + 6)
        return 0;
    size_t digits = strspn(++port, "0123456789");
    unsigned long number = digits > 0 && digits <= 5 ? strtoul(port, NULL, 10) : 0;
    return port[digits] == '\0' && number <= UINT16_MAX ? number : 0;
}

/* A port that the system chooses anew at each start: what an invitation says of it is of no use. */
static bool is_any_port(const char *endpoint) {
    return strncmp(endpoint, "tcp://", 6) == 0 && port_of(endpoint) == 0;
}

/* Listens where nodes are told to come: without --bind at the ports of all endpoints. */
static void bind_to_port(struct settings *settings, unsigned long port) {
    char bind[DEPLOYMENT_ENDPOINT_BYTES];
    snprintf(bind, sizeof bind, "tcp://*:%lu", port);
    for (size_t i = 0; i < settings->bind_count; i++)
        if (strcmp(settings->bind[i], bind) == 0)
            return;
    memcpy(settings->bind[settings->bind_count++], bind, sizeof bind);
}

static const char *read_endpoints(const struct cli *cli, bool binds, struct founding *founding) {
    struct deployment *deployment = &founding->deployment;
    for (int i = 1; i + 1 < cli->count; i++) {
        const char *endpoint = cli->words[i + 1];
        if (strcmp(cli->words[i], "--endpoint") != 0)
            continue;
        if (deployment->endpoint_count == HV_ENDPOINTS_MAX)
            return "at most 8 endpoints";
        if (strlen(endpoint) >= DEPLOYMENT_ENDPOINT_BYTES || port_of(endpoint) == 0)
            return "an endpoint is an address with a port, such as tcp://10.0.0.1:5670";
        snprintf(deployment->endpoints[deployment->endpoint_count++], DEPLOYMENT_ENDPOINT_BYTES,
                 "%s", endpoint);
        if (binds && deployment->endpoint_count == 1)
            founding->settings.bind_count = 0;
        if (binds)
            bind_to_port(&founding->settings, port_of(endpoint));
    }
    if (deployment->endpoint_count == 0)
        endpoint_of_bind(founding->settings.bind[0],
                         deployment->endpoints[deployment->endpoint_count++],
                         DEPLOYMENT_ENDPOINT_BYTES);
    return NULL;
}

/* What is wrong; NULL: nothing. */
static const char *read_line(const struct cli *cli, struct founding *founding) {
    struct deployment *deployment = &founding->deployment;
    const char *name = cli_option(cli, "--name"), *mode = cli_option(cli, "--mode"),
               *bind = cli_option(cli, "--bind");
    deployment->mode = cli_flag(cli, "--exercise") ? HV_MODE_EXERCISE
                       : mode == NULL              ? HV_MODE_LIVE
                                                   : hv_mode_of(mode);
    founding->settings = settings_default();
    if (deployment->mode == HV_MODE_UNKNOWN)
        return "--mode is live or exercise";
    if (!read_http(cli, &founding->settings))
        return "--http is ADDRESS:PORT or off, and beyond this machine needs a certificate and its "
               "key";
    if (name != NULL && strlen(name) >= sizeof deployment->name)
        return "the name is too long";
    if (bind != NULL && (strlen(bind) >= DEPLOYMENT_ENDPOINT_BYTES || strstr(bind, "://") == NULL))
        return "--bind is an address such as tcp://*:5670";
    snprintf(deployment->name, sizeof deployment->name, "%s", name == NULL ? "Haven" : name);
    if (bind != NULL)
        snprintf(founding->settings.bind[0], DEPLOYMENT_ENDPOINT_BYTES, "%s", bind);
    return read_endpoints(cli, bind == NULL, founding);
}

static int take_founding(void *context, const struct log_record *record) {
    struct deployment *deployment = context;
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_record *decoded = NULL;
    hv_arena_init(&arena, 0);
    int error = hv_record_decode(record->bytes, record->size, &arena, &verdict, &decoded);
    if (error == HV_OK &&
        (decoded->kind != HV_RECORD_LOG_STARTED || decoded->started.mode != deployment->mode))
        error = HV_ERR_EXISTS;
    if (error == HV_OK) {
        memcpy(deployment->id, decoded->started.deployment, sizeof deployment->id);
        snprintf(deployment->name, sizeof deployment->name, "%s", decoded->started.name);
    }
    hv_arena_deinit(&arena);
    return error;
}

/* A log in which nothing has happened yet is of an init that was cut short: it is taken over. */
static int start_log(const char *dir, struct deployment *deployment) {
    char path[PATH_MAX];
    struct hv_log_started started = {.mode = deployment->mode, .name = deployment->name};
    struct log *log = NULL;
    int error = log_lmdb_open(below(dir, LAYOUT_LOG, path), NULL, &log);
    if (error != HV_OK)
        return error;
    if (log_last(log) == 0) {
        keys_random(deployment->id, sizeof deployment->id);
        keys_random(started.log, sizeof started.log);
        memcpy(started.deployment, deployment->id, sizeof started.deployment);
        error = founding_start(log, &started, clock_wall_ms());
    } else {
        error = log_last(log) == FOUNDING_RECORDS
                    ? log_read(log, 1, 1, take_founding, deployment, NULL)
                    : HV_ERR_EXISTS;
    }
    log_close(log);
    return error;
}

/* The key of an init that was cut short is as good as a new one. */
static int have_key(const char *path, struct key_pair *ret_key) {
    if (access(path, F_OK) == 0)
        return keys_load(path, ret_key);
    int error = keys_make(ret_key);
    return error == HV_OK ? keys_save(path, ret_key) : error;
}

/* The invitation comes last: a folder that has one is whole, and in any other this can be repeated.
 */
static int fill_folder(const char *dir, struct founding *founding) {
    char path[PATH_MAX];
    int error = access(below(dir, LAYOUT_INVITATION, path), F_OK) == 0 ? HV_ERR_EXISTS : HV_OK;
    if (error == HV_OK)
        error = atomic_file_sync_name(dir);
    if (error == HV_OK)
        error = have_key(below(dir, LAYOUT_KEY, path), &founding->key);
    if (error == HV_OK)
        error = start_log(dir, &founding->deployment);
    if (error == HV_OK)
        error = settings_save(below(dir, LAYOUT_SETTINGS, path), &founding->settings);
    if (error == HV_OK && mkdir(below(dir, LAYOUT_REGIONS, path), 0700) != 0 && errno != EEXIST)
        error = HV_ERR_IO;
    if (error != HV_OK)
        return error;
    memcpy(founding->deployment.server_key, founding->key.public_text, KEYS_TEXT_BYTES);
    return deployment_save(below(dir, LAYOUT_INVITATION, path), &founding->deployment);
}

/* Two at once would mix their files: one goes first. */
static int found(const char *dir, struct founding *founding) {
    int claim;
    int error = atomic_file_make_folder(dir);
    if (error == HV_OK)
        error = atomic_file_claim(dir, &claim);
    if (error != HV_OK)
        return error;
    atomic_file_tidy(dir);
    error = fill_folder(dir, founding);
    atomic_file_release(claim);
    return error;
}

int cli_init(const struct cli *cli) {
    const char *dir = cli_word(cli, 1, "--exercise");
    struct founding founding = {.key.secret_text = ""};
    if (dir == NULL)
        dir = cli->dir[0] == '\0' ? NULL : cli->dir;
    const char *wrong = dir == NULL ? "name the folder" : read_line(cli, &founding);
    if (wrong != NULL)
        return cli_usage(cli, wrong);
    int error = found(dir, &founding);
    sodium_memzero(&founding.key, sizeof founding.key);
    if (error == HV_ERR_EXISTS) {
        fprintf(stderr,
                "haven: there is a coordinator in %s already\n  start it: haven-coordinator %s\n",
                dir, dir);
        return EX_CANTCREAT;
    }
    if (error == HV_ERR_BUSY) {
        fprintf(stderr, "haven: another haven init is at work in %s\n  look at what it says\n",
                dir);
        return EX_TEMPFAIL;
    }
    if (error != HV_OK)
        return fail("cannot make a coordinator in", dir, error);
    if (is_any_port(founding.deployment.endpoints[0]))
        fprintf(
            stderr,
            "haven: the port of %s is chosen anew at each start: no node can use the invitation\n"
            "  give --endpoint ADDRESS:PORT, or --bind with a port, such as tcp://*:5670; or "
            "put “endpoints” right in %s/%s\n",
            founding.deployment.endpoints[0], dir, LAYOUT_INVITATION);
    if (cli->json) {
        json_t *reply = json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "dir", dir, "mode",
                                  hv_mode_word(founding.deployment.mode), "endpoint",
                                  founding.deployment.endpoints[0]);
        cli_print_json(reply);
        json_decref(reply);
        return EX_OK;
    }
    printf("a coordinator for “%s” (%s) is in %s\n"
           "  start it           haven-coordinator %s\n"
           "  listens at         %s%s\n"
           "  invite nodes with  %s/%s  (no secret in it; nodes reach us at %s)\n"
           "  settings           %s/%s\n"
           "  command centre     %s%s\n",
           founding.deployment.name, hv_mode_word(founding.deployment.mode), dir, dir,
           founding.settings.bind[0], founding.settings.bind_count > 1 ? " and others" : "", dir,
           LAYOUT_INVITATION, founding.deployment.endpoints[0], dir, LAYOUT_SETTINGS,
           strcmp(founding.settings.http, "off") == 0      ? ""
           : founding.settings.http_certificate[0] == '\0' ? "http://"
                                                           : "https://",
           founding.settings.http);
    return EX_OK;
}

/* ---- who may report ---- */

int cli_enroll(const struct cli *cli) {
    const char *node = cli_word(cli, 1, ""), *role = cli_option(cli, "--role"),
               *key = cli_option(cli, "--key"), *place = cli_option(cli, "--place");
    if (node == NULL || role == NULL || key == NULL)
        return cli_usage(cli, "name the node, its role and its public key");
    json_t *request =
        json_pack("{s:s, s:s, s:s, s:s}", "verb", "enroll", "node", node, "role", role, "key", key);
    if (place != NULL)
        json_object_set_new(request, "place", json_string(place));
    return cli_ask(cli, request, NULL);
}

int cli_revoke(const struct cli *cli) {
    const char *node = cli_word(cli, 1, ""), *reason = cli_option(cli, "--reason");
    if (node == NULL)
        return cli_usage(cli, "name the node");
    json_t *request = json_pack("{s:s, s:s}", "verb", "revoke", "node", node);
    cli_set_text(request, "reason", reason);
    return cli_ask(cli, request, NULL);
}

/* ---- regions and problems ---- */

static void print_region(const json_t *reply) {
    printf("%s %s, in the log at %lld\n", json_string_value(json_object_get(reply, "name")),
           json_string_value(json_object_get(reply, "version")),
           (long long)json_integer_value(json_object_get(reply, "position")));
}

static const char *absolute(const char *path, char buffer[PATH_MAX]) {
    return realpath(path, buffer) == NULL ? path : buffer;
}

/* Hands the words on to a program of its own, with --json where it was given before them. */
static int hand_on(const struct cli *cli, int (*run)(int argc, char **argv)) {
    int count = cli->count;
    char **words = calloc((size_t)count + 2, sizeof *words);
    if (words == NULL)
        return EX_OSERR;
    memcpy(words, cli->words, (size_t)count * sizeof *words);
    if (cli->json)
        words[count++] = "--json";
    int status = run(count, words);
    free(words);
    return status;
}

/* `region load` and `region show` are for the coordinator; check and import work on files alone. */
int cli_region_command(const struct cli *cli) {
    const char *what = cli->count > 1 ? cli->words[1] : NULL, *dir = cli_word(cli, 2, "");
    char path[PATH_MAX];
    if (what != NULL && strcmp(what, "load") == 0 && dir != NULL)
        return cli_ask(
            cli, json_pack("{s:s, s:s}", "verb", "region-load", "path", absolute(dir, path)), NULL);
    if (what != NULL && strcmp(what, "show") == 0 && dir == NULL && cli->dir[0] != '\0')
        return cli_ask(cli, json_pack("{s:s}", "verb", "region"), print_region);
    return hand_on(cli, cli_region);
}

int cli_solve_command(const struct cli *cli) {
    return hand_on(cli, cli_solve);
}

int cli_scenarios_command(const struct cli *cli) {
    return hand_on(cli, cli_scenarios);
}

int cli_evacuation_command(const struct cli *cli) {
    return hand_on(cli, cli_evacuation);
}

/* ---- backup, restore, verify ---- */

static void print_backup(const json_t *reply) {
    printf("log up to position %lld copied; keys are not in it: keep coordinator.key elsewhere\n",
           (long long)json_integer_value(json_object_get(reply, "position")));
}

int cli_backup(const struct cli *cli) {
    const char *to = cli_word(cli, 1, "");
    char path[2 * PATH_MAX], here[PATH_MAX];
    if (to == NULL)
        return cli_usage(cli, "name the folder to copy into");
    if (to[0] == '/' || getcwd(here, sizeof here) == NULL)
        snprintf(path, sizeof path, "%s", to);
    else
        snprintf(path, sizeof path, "%s/%s", here, to);
    return cli_ask(cli, json_pack("{s:s, s:s}", "verb", "backup", "path", path), print_backup);
}

/* Block by block: a log may be larger than memory. Synced before it counts as copied. */
static int copy_file(const char *from, const char *to, mode_t mode) {
    static char block[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    ssize_t got = out < 0 ? -1 : read(in, block, sizeof block), put = 0;
    for (; got > 0 && put >= 0; got = put < 0 ? -1 : read(in, block, sizeof block))
        for (ssize_t at = 0; put >= 0 && at < got; at += put)
            put = write(out, block + at, (size_t)(got - at));
    int error = got == 0 && fsync(out) == 0 ? HV_OK
                : errno == ENOSPC           ? HV_ERR_FULL
                : errno == EACCES           ? HV_ERR_PERMISSION
                                            : HV_ERR_IO;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0 && error == HV_OK)
        error = HV_ERR_IO;
    return error;
}

/* Copies a folder and what is in it; the target must be absent. Symbolic links and sockets are left
 * out. */
static int copy_tree(const char *from, const char *to) {
    struct stat info;
    if (stat(from, &info) != 0)
        return HV_ERR_NOT_FOUND;
    if (S_ISREG(info.st_mode))
        return copy_file(from, to, info.st_mode & 0777);
    DIR *folder = S_ISDIR(info.st_mode) ? opendir(from) : NULL;
    if (folder == NULL)
        return S_ISDIR(info.st_mode) ? HV_ERR_PERMISSION : HV_OK;
    int error = atomic_file_make_folder(to);
    for (struct dirent *entry; error == HV_OK && (entry = readdir(folder)) != NULL;) {
        char source[PATH_MAX], target[PATH_MAX];
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            error = copy_tree(below(from, entry->d_name, source), below(to, entry->d_name, target));
    }
    closedir(folder);
    if (error == HV_OK)
        error = atomic_file_sync(to);
    return error;
}

struct verified {
    uint64_t term, last;
};

static int take_term(void *context, const struct log_record *record) {
    struct verified *verified = context;
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_record *decoded = NULL;
    verified->last = record->position;
    if (record->kind != HV_RECORD_TERM)
        return 0;
    hv_arena_init(&arena, 0);
    int error = hv_record_decode(record->bytes, record->size, &arena, &verdict, &decoded);
    if (error == HV_OK && decoded->term.term > verified->term)
        verified->term = decoded->term.term;
    hv_arena_deinit(&arena);
    return error;
}

/* Checks every checksum and hash of a log that nobody has open. */
static int verify_log(const char *dir, struct verified *ret_verified) {
    char path[PATH_MAX];
    struct log_lmdb_options options = {.read_only = true};
    struct log *log = NULL;
    uint64_t bad = 0;
    int error = log_lmdb_open(below(dir, LAYOUT_LOG, path), &options, &log);
    if (error != HV_OK)
        return fail("cannot read the log in", dir, error);
    error = log_verify(log, take_term, ret_verified, &bad);
    log_close(log);
    if (error != HV_OK) {
        fprintf(stderr, "haven: the log in %s is damaged at position %llu: %s\n", dir,
                (unsigned long long)bad, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    return EX_OK;
}

static void print_verified(const json_t *reply) {
    printf("%lld records, every checksum and hash right\n",
           (long long)json_integer_value(json_object_get(reply, "verified")));
}

int cli_verify(const struct cli *cli) {
    const char *dir = cli_word(cli, 1, "");
    struct verified verified = {0};
    if (dir == NULL)
        return cli_ask(cli, json_pack("{s:s}", "verb", "verify"), print_verified);
    int status = verify_log(dir, &verified);
    if (status != EX_OK)
        return status;
    json_t *reply = json_pack("{s:b, s:I, s:I}", "ok", 1, "verified", (json_int_t)verified.last,
                              "term", (json_int_t)verified.term);
    if (cli->json)
        cli_print_json(reply);
    else
        print_verified(reply);
    json_decref(reply);
    return EX_OK;
}

/* The term of a restored log is above any that nodes can have seen of the one that was lost:
 * seconds since 1970 are, for terms otherwise rise by one. */
static int raise_term(const char *dir, const char *reason, uint64_t *ret_term) {
    char path[PATH_MAX];
    uint8_t id[HV_ID128_BYTES];
    struct log *log = NULL;
    *ret_term = (uint64_t)(clock_wall_ms() / 1000);
    keys_random(id, sizeof id);
    int error = log_lmdb_open(below(dir, LAYOUT_LOG, path), NULL, &log);
    if (error == HV_OK)
        error = founding_raise_term(log, *ret_term, id, reason, "operator", clock_wall_ms());
    log_close(log);
    return error;
}

/* Terms are times. A clock that was lost with its battery gives one that nodes have passed: they
 * would refuse the restored log, or obey the old one beside it. */
static bool clock_is_behind(const struct verified *verified) {
    static const int64_t written_s = 1735689600; /* 2025, before which no log was */
    const int64_t now_s = clock_wall_ms() / 1000;
    if (now_s > written_s && (uint64_t)now_s > verified->term)
        return false;
    const time_t now = (time_t)now_s;
    struct tm parts;
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", gmtime_r(&now, &parts));
    fprintf(stderr,
            "haven: this machine's clock says %s UTC, which is before this log was restored last, "
            "or before there was any; nodes would refuse what is restored\n"
            "  set the clock right first: timedatectl\n",
            text);
    return true;
}

int cli_restore(const struct cli *cli) {
    const char *from = cli_word(cli, 1, ""), *to = cli_word(cli, 2, ""),
               *key = cli_option(cli, "--key");
    char path[PATH_MAX];
    struct verified verified = {0};
    if (from == NULL || to == NULL || key == NULL)
        return cli_usage(cli,
                         "name the backup, the new folder and the file with the coordinator's key");
    if (access(to, F_OK) == 0)
        return fail("will not restore over", to, HV_ERR_EXISTS);
    if (access(below(from, LAYOUT_INVITATION, path), F_OK) != 0) /* what a backup writes last */
        return fail("the backup was not finished, or is none, for want of", path, HV_ERR_NOT_FOUND);
    struct key_pair pair;
    int error = keys_load(key, &pair);
    if (error != HV_OK)
        return fail("cannot use the key", key, error);
    int status = verify_log(from, &verified);
    if (status != EX_OK)
        return status;
    if (clock_is_behind(&verified))
        return EX_CONFIG;
    uint64_t term = 0;
    error = copy_tree(from, to);
    (void)unlink(below(to, LAYOUT_KEY, path)); /* of a folder that was copied whole */
    if (error == HV_OK)
        error = keys_save(below(to, LAYOUT_KEY, path), &pair);
    sodium_memzero(&pair, sizeof pair);
    if (error == HV_OK)
        error = raise_term(to, "restored from a backup", &term);
    if (error != HV_OK)
        return fail("cannot restore into", to, error);
    printf("%llu records restored into %s, term %llu\n"
           "  nodes send again what is missing here, up to 30 days back\n"
           "  make sure that the old coordinator is off, then: haven-coordinator %s\n",
           (unsigned long long)verified.last, to, (unsigned long long)term, to);
    return EX_OK;
}

int cli_stop(const struct cli *cli) {
    return cli_ask(cli, json_pack("{s:s}", "verb", "stop"), NULL);
}
