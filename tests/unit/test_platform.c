#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/deployment.h"
#include "schemas/platform/http_headers.h"
#include "schemas/platform/keys.h"
#include "schemas/platform/store.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_text(const char *path, const char *text) {
    cr_assert_eq(atomic_file_write(path, text, strlen(text), 0644), HV_OK);
}

Test(keys, come_back_as_they_were_saved) {
    char *dir = scratch_make();
    struct key_pair made, loaded;
    cr_assert_eq(keys_make(&made), HV_OK);
    const char *path = scratch_path(dir, "node.key");
    cr_assert_eq(keys_save(path, &made), HV_OK);
    cr_assert_eq(keys_load(path, &loaded), HV_OK);
    cr_assert_str_eq(made.public_text, loaded.public_text);
    cr_assert_str_eq(made.secret_text, loaded.secret_text);
    cr_assert_eq(keys_save(path, &made), HV_ERR_EXISTS, "a key was overwritten");
    scratch_remove(dir);
}

/* One child for each key, all let go at the same moment; gives how many say that theirs is saved.
 */
static int save_at_once(const char *path, const struct key_pair *pairs, int count) {
    int gate[2], winners = 0;
    cr_assert_eq(pipe(gate), 0);
    for (int i = 0; i < count; i++)
        if (fork() == 0) {
            char byte;
            close(gate[1]);
            if (read(gate[0], &byte, 1) < 0)
                _exit(99);
            int error = keys_save(path, &pairs[i]);
            _exit(error == HV_OK ? i : error == HV_ERR_EXISTS ? 98 : 99);
        }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < count; i++) {
        struct key_pair kept;
        int status;
        cr_assert_gt(wait(&status), 0);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) != 99, "a save failed");
        if (WEXITSTATUS(status) == 98)
            continue;
        winners++;
        cr_assert_eq(keys_load(path, &kept), HV_OK);
        cr_assert_str_eq(kept.secret_text, pairs[WEXITSTATUS(status)].secret_text,
                         "the key is not of who was told that it is saved");
    }
    return winners;
}

Test(keys, saved_by_several_at_once_are_of_one_of_them) {
    enum { AT_ONCE = 6, ROUNDS = 10 };
    char *dir = scratch_make();
    struct key_pair pairs[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++)
        cr_assert_eq(keys_make(&pairs[i]), HV_OK);
    for (int round = 0; round < ROUNDS; round++) {
        char name[16];
        snprintf(name, sizeof name, "%d.key", round);
        cr_assert_eq(save_at_once(scratch_path(dir, name), pairs, AT_ONCE), 1);
    }
    scratch_remove(dir);
}

Test(atomic_file, keeps_others_out_of_a_folder_until_it_is_released) {
    char *dir = scratch_make();
    int claim, other;
    cr_assert_eq(atomic_file_claim(dir, &claim), HV_OK);
    cr_assert_eq(atomic_file_claim(dir, &other), HV_ERR_BUSY);
    atomic_file_release(claim);
    cr_assert_eq(atomic_file_claim(dir, &claim), HV_OK);
    atomic_file_release(claim);
    cr_assert_eq(atomic_file_claim(scratch_path(dir, "nothing"), &claim), HV_ERR_NOT_FOUND);
    scratch_remove(dir);
}

Test(keys, that_others_may_read_are_refused) {
    char *dir = scratch_make();
    struct key_pair pair;
    cr_assert_eq(keys_make(&pair), HV_OK);
    const char *path = scratch_path(dir, "node.key");
    cr_assert_eq(keys_save(path, &pair), HV_OK);
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0600);
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(keys_load(path, &pair), HV_ERR_PERMISSION);
    scratch_remove(dir);
}

Test(keys, are_told_from_other_text) {
    uint8_t key[HV_KEY_BYTES];
    char text[KEYS_TEXT_BYTES];
    struct key_pair pair;
    cr_assert_eq(keys_make(&pair), HV_OK);
    cr_assert_eq(keys_decode(pair.public_text, key), HV_OK);
    keys_encode(key, text);
    cr_assert_str_eq(text, pair.public_text);
    cr_assert_eq(keys_decode("", key), HV_ERR_FORMAT);
    cr_assert_eq(keys_decode("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf", key), HV_ERR_FORMAT);
    cr_assert_eq(
        keys_decode(
            "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
            key),
        HV_ERR_FORMAT);
}

Test(hex, goes_both_ways) {
    uint8_t bytes[4] = {0, 0x7f, 0xff, 1}, back[4];
    char text[9];
    keys_to_hex(bytes, sizeof bytes, text);
    cr_assert_str_eq(text, "007fff01");
    cr_assert_eq(keys_from_hex(text, back, sizeof back), HV_OK);
    cr_assert_arr_eq(bytes, back, sizeof bytes);
    cr_assert_eq(keys_from_hex("007fff0", back, sizeof back), HV_ERR_FORMAT);
    cr_assert_eq(keys_from_hex("007fff0g", back, sizeof back), HV_ERR_FORMAT);
}

Test(atomic_file, is_the_old_or_the_new_one) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "file");
    uint8_t *bytes = NULL;
    size_t size = 0;
    write_text(path, "old");
    write_text(path, "newer");
    cr_assert_eq(atomic_file_read(path, 100, &bytes, &size), HV_OK);
    cr_assert_eq(size, 5);
    cr_assert_str_eq((char *)bytes, "newer");
    free(bytes);
    cr_assert_eq(atomic_file_read(path, 4, &bytes, &size), HV_ERR_LIMIT);
    cr_assert_eq(atomic_file_read(scratch_path(dir, "none"), 4, &bytes, &size), HV_ERR_NOT_FOUND);
    cr_assert_eq(atomic_file_write(scratch_path(dir, "no/such"), "x", 1, 0600), HV_ERR_NOT_FOUND);
    scratch_remove(dir);
}

static int mode_of(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (int)(status.st_mode & 0777) : -1;
}

Test(atomic_file, makes_a_folder_and_those_above_it) {
    char *dir = scratch_make();
    char long_name[PATH_MAX] = {0};
    umask(022);
    cr_assert_eq(atomic_file_make_folder(scratch_path(dir, "a//b/c/")), HV_OK);
    cr_assert_eq(mode_of(scratch_path(dir, "a/b")), 0755);
    cr_assert_eq(mode_of(scratch_path(dir, "a/b/c")), 0700);
    cr_assert_eq(chmod(scratch_path(dir, "a/b/c"), 0750), 0);
    cr_assert_eq(atomic_file_make_folder(scratch_path(dir, "a/b/c")), HV_OK);
    cr_assert_eq(mode_of(scratch_path(dir, "a/b/c")), 0750, "it stays as it is");
    write_text(scratch_path(dir, "a/file"), "x");
    cr_assert_eq(atomic_file_make_folder(scratch_path(dir, "a/file/d")), HV_ERR_NOT_FOUND);
    memset(long_name, 'x', 300);
    cr_assert_eq(atomic_file_make_folder(scratch_path(dir, long_name)), HV_ERR_LIMIT);
    cr_assert_eq(atomic_file_make_folder(""), HV_ERR_NOT_FOUND);
    scratch_remove(dir);
}

/* A number that no process has: of a child that is over. */
static long number_of_the_dead(void) {
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    cr_assert_eq(waitpid(child, &status, 0), child);
    return (long)child;
}

/* A file beside `dir`'s others whose name is BEFORE, a number of a process, AFTER. */
static const char *numbered(const char *dir, const char *before, long number, const char *after) {
    char name[64];
    snprintf(name, sizeof name, "%s%ld%s", before, number, after);
    return scratch_path(dir, name);
}

static bool lies(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0;
}

Test(atomic_file, tidies_up_what_the_dead_left_and_nothing_else) {
    static const struct {
        const char *before, *after;
    } others[] = {{"notes.", "-1.new.txt"}, {"notes.", ".new"},   {"notes.", "-.new"},
                  {".", "-1.new"},          {"a", "-1.new"},      {"notes.-", "-1.new"},
                  {"", "-1.new"},           {"notes.", "-1.neu"}, {"notes.new", ""}};
    char *dir = scratch_make();
    const long dead = number_of_the_dead();
    write_text(numbered(dir, "haven.yaml.", dead, "-0.new"), "");
    write_text(numbered(dir, "a.b.", dead, "-4294967295.new"), "");
    write_text(numbered(dir, "own.", getpid(), "-7.new"), "");
    write_text(numbered(dir, "parent.", getppid(), "-7.new"), "");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        write_text(numbered(dir, others[i].before, dead, others[i].after), "");
    cr_assert_eq(mkdir(numbered(dir, "folder.", dead, "-1.new"), 0700), 0);
    cr_assert_eq(symlink("notes", numbered(dir, "link.", dead, "-1.new")), 0);

    atomic_file_tidy(dir);
    cr_assert(!lies(numbered(dir, "haven.yaml.", dead, "-0.new")));
    cr_assert(!lies(numbered(dir, "a.b.", dead, "-4294967295.new")));
    cr_assert(!lies(numbered(dir, "own.", getpid(), "-7.new")), "of an earlier one of this number");
    cr_assert(lies(numbered(dir, "parent.", getppid(), "-7.new")), "who lives may be writing");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_assert(lies(numbered(dir, others[i].before, dead, others[i].after)), "%s…%s",
                  others[i].before, others[i].after);
    cr_assert(lies(numbered(dir, "folder.", dead, "-1.new")));
    cr_assert(lies(numbered(dir, "link.", dead, "-1.new")));
    atomic_file_tidy(scratch_path(dir, "nothing"));
    scratch_remove(dir);
}

static int assert_like_lmdb(void *arguments) {
    store_assertion(NULL, "page 7");
    *(bool *)arguments = true;
    return HV_OK;
}

static int guard_within(void *arguments) {
    bool damaged = false;
    cr_assert_eq(store_guard(assert_like_lmdb, arguments, &damaged), HV_ERR_CORRUPT);
    cr_assert(damaged);
    return HV_ERR_BUSY;
}

Test(store, a_damaged_page_ends_the_call_and_not_the_process) {
    bool went_on = false, damaged = false;
    cr_assert_eq(store_guard(guard_within, &went_on, &damaged), HV_ERR_BUSY);
    cr_assert_not(went_on);
    cr_assert_not(damaged, "the inner call only");
    store_assertion(NULL, "outside of a call nothing happens");
}

static int look_at(void *arguments) {
    return *(const volatile uint8_t *)arguments == 0 ? HV_OK : HV_ERR_VALUE;
}

/* As of a file that was cut short, or a disk that does not give a page back. */
Test(store, a_page_that_is_not_there_ends_the_call_and_not_the_process) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *dir = scratch_make();
    int file = open(scratch_path(dir, "map"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(ftruncate(file, (off_t)(2 * page)), 0);
    uint8_t *map = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, file, 0);
    cr_assert_neq(map, MAP_FAILED);
    cr_assert_eq(ftruncate(file, (off_t)page), 0);
    for (int i = 0; i < 2; i++) { /* the signal is not left blocked */
        bool damaged = false;
        cr_assert_eq(store_guard(look_at, map, &damaged), HV_OK);
        cr_assert_not(damaged);
        cr_assert_eq(store_guard(look_at, map + page, &damaged), HV_ERR_CORRUPT);
        cr_assert(damaged);
    }
    munmap(map, 2 * page);
    close(file);
    scratch_remove(dir);
}

Test(store, outside_of_calls_a_bus_error_is_what_it_was, .signal = SIGBUS) {
    bool damaged = false, went_on = false;
    (void)signal(SIGBUS, SIG_DFL); /* no sanitizer's */
    cr_assert_eq(store_guard(assert_like_lmdb, &went_on, &damaged), HV_ERR_CORRUPT);
    raise(SIGBUS);
    raise(SIGBUS); /* the first gives it back */
}

Test(store, says_what_its_codes_mean) {
    cr_assert_eq(store_error(0), HV_OK);
    cr_assert_eq(store_error(MDB_MAP_FULL), HV_ERR_FULL);
    cr_assert_eq(store_error(ENOSPC), HV_ERR_FULL);
    cr_assert_eq(store_error(MDB_NOTFOUND), HV_ERR_NOT_FOUND);
    cr_assert_eq(store_error(MDB_CORRUPTED), HV_ERR_CORRUPT);
    cr_assert_eq(store_error(EROFS), HV_ERR_PERMISSION);
    cr_assert_eq(store_error(EIO), HV_ERR_IO);
}

static struct deployment sample(void) {
    struct deployment deployment = {.id = {1, 2, 3},
                                    .name = "河岸演练",
                                    .mode = HV_MODE_EXERCISE,
                                    .endpoint_count = 2,
                                    .endpoints = {"tcp://10.0.0.1:5670", "tcp://[fe80::1]:5670"}};
    struct key_pair pair;
    cr_assert_eq(keys_make(&pair), HV_OK);
    memcpy(deployment.server_key, pair.public_text, sizeof deployment.server_key);
    return deployment;
}

Test(deployment, comes_back_as_it_was_saved) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "deployment.json");
    struct deployment saved = sample(), loaded;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    cr_assert_eq(deployment_save(path, &saved), HV_OK);
    cr_assert_eq(deployment_load(path, &faults, &loaded), HV_OK);
    cr_assert_arr_eq(loaded.id, saved.id, sizeof saved.id);
    cr_assert_str_eq(loaded.name, saved.name);
    cr_assert_eq(loaded.mode, HV_MODE_EXERCISE);
    cr_assert_eq(loaded.endpoint_count, 2);
    cr_assert_str_eq(loaded.endpoints[1], saved.endpoints[1]);
    cr_assert_str_eq(loaded.server_key, saved.server_key);
    hv_fault_list_deinit(&faults);
    scratch_remove(dir);
}

Test(deployment, names_every_fault) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "deployment.json");
    struct deployment loaded;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    write_text(path,
               "{\"format\": \"haven.deployment/1\", \"deployment\": \"12\", \"mode\": \"drill\", "
               "\"endpoints\": [], \"server_key\": \"x\"}");
    cr_assert_eq(deployment_load(path, &faults, &loaded), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 4);
    write_text(path, "{\"format\": \"haven.deployment/9\"}");
    cr_assert_eq(deployment_load(path, &faults, &loaded), HV_ERR_VERSION);
    write_text(path, "{\n\n!");
    cr_assert_eq(deployment_load(path, &faults, &loaded), HV_ERR_FORMAT);
    cr_assert_eq(faults.faults[faults.count - 1].line, 3);
    hv_fault_list_deinit(&faults);
    scratch_remove(dir);
}

Test(settings, come_back_as_they_were_saved) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "haven.yaml");
    struct settings saved = settings_default(), loaded;
    saved.bind_count = 2;
    snprintf(saved.bind[1], sizeof saved.bind[1], "tcp://127.0.0.1:7000");
    snprintf(saved.http_certificate, sizeof saved.http_certificate, "/a \"new\" one\\cert.pem");
    snprintf(saved.http_key, sizeof saved.http_key, "/钥匙.pem");
    saved.approval = APPROVAL_AUTOMATIC;
    saved.stale = STALE_EXCLUDE;
    saved.beat_s = 3;
    saved.plan_work = 1u << 31;
    saved.need_days = 5;
    saved.ahead_days = 2;
    saved.transfer_above_days = 6;
    saved.fairness = FAIRNESS_NONE;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    cr_assert_eq(settings_save(path, &saved), HV_OK);
    int error = settings_load(path, &faults, &loaded);
    cr_assert_eq(error, HV_OK, "%s", faults.count > 0 ? faults.faults[0].wrong : "");
    cr_assert_eq(loaded.bind_count, 2);
    cr_assert_str_eq(loaded.bind[0], saved.bind[0]);
    cr_assert_str_eq(loaded.bind[1], saved.bind[1]);
    cr_assert_eq(loaded.approval, saved.approval);
    cr_assert_eq(loaded.stale, saved.stale);
    cr_assert_str_eq(loaded.http_certificate, saved.http_certificate);
    cr_assert_str_eq(loaded.http_key, saved.http_key);
    cr_assert_eq(loaded.beat_s, 3);
    cr_assert_eq(loaded.plan_work, saved.plan_work);
    cr_assert_eq(loaded.need_days, 5);
    cr_assert_eq(loaded.ahead_days, 2);
    cr_assert_eq(loaded.transfer_above_days, 6);
    cr_assert_eq(loaded.fairness, FAIRNESS_NONE);
    cr_assert_str_eq(loaded.profile, saved.profile);
    hv_fault_list_deinit(&faults);
    scratch_remove(dir);
}

Test(settings, name_file_line_and_remedy) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "haven.yaml");
    struct settings loaded;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    write_text(path, "# comment\nbeat_s: 0\napproval: sometimes\n");
    cr_assert_eq(settings_load(path, &faults, &loaded), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 2);
    cr_assert_eq(faults.faults[0].line, 2);
    cr_assert_str_eq(faults.faults[0].right, "1 to 3600");
    cr_assert_eq(faults.faults[1].line, 3);
    hv_fault_list_deinit(&faults);
    hv_fault_list_init(&faults);
    write_text(path, "need_days: 2\nahead_days: 3\ntransfer_above_days: 1\nfairness: equal\n");
    cr_assert_eq(settings_load(path, &faults, &loaded), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 3);
    cr_assert_eq(faults.faults[0].line, 2);
    cr_assert_eq(faults.faults[1].line, 3);
    cr_assert_str_eq(faults.faults[2].right, "affordable, maxmin or none");
    hv_fault_list_deinit(&faults);
    hv_fault_list_init(&faults);
    write_text(path, "beat_s: 4\nnonsense: 1\n");
    cr_assert_eq(settings_load(path, &faults, &loaded), HV_ERR_FORMAT);
    cr_assert_eq(faults.faults[0].line, 2, "line %u: %s", faults.faults[0].line,
                 faults.faults[0].wrong);
    write_text(path, "beat_s: many\n");
    cr_assert_eq(settings_load(path, &faults, &loaded), HV_ERR_FORMAT);
    write_text(path, "bind: [\n");
    cr_assert_eq(settings_load(path, &faults, &loaded), HV_ERR_FORMAT);
    hv_fault_list_deinit(&faults);
    scratch_remove(dir);
}

Test(settings, of_remarks_alone_are_what_is_usual_and_of_nothing_are_gone) {
    static const char *const blank[] = {"", "\n", " \r\n\t \n"};
    static const char *const usual[] = {"# beat_s: 3\n", "{}\n", "  # all as usual"};
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "haven.yaml");
    struct settings loaded;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        write_text(path, usual[i]);
        loaded = (struct settings){0};
        cr_expect_eq(settings_load(path, &faults, &loaded), HV_OK, "%s", usual[i]);
        cr_expect_eq(loaded.beat_s, settings_default().beat_s);
    }
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++) {
        write_text(path, blank[i]);
        cr_expect_eq(settings_load(path, &faults, &loaded), HV_ERR_FORMAT);
        cr_expect_eq(faults.errors, i + 1);
    }
    hv_fault_list_deinit(&faults);
    scratch_remove(dir);
}

Test(settings, take_numbers_as_they_are_written) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "haven.yaml");
    struct settings loaded;
    struct hv_fault_list faults;
    static const char *const numbers[] = {"need_days: 1.5\n", "# hours\nbus_hours: 12h\n",
                                          "arrival_margin_min: 010\n", "plan_work: 5e6\n",
                                          "need_days: 0x3 # in hex\n"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        hv_fault_list_init(&faults);
        write_text(path, numbers[i]);
        cr_expect_eq(settings_load(path, &faults, &loaded), HV_ERR_VALUE, "%s", numbers[i]);
        cr_expect_eq(faults.count, 1u, "%s", numbers[i]);
        hv_fault_list_deinit(&faults);
    }
    write_text(path, "need_days:   4   # as agreed\r\nahead_days: 0\nbus_hours: 0");
    hv_fault_list_init(&faults);
    cr_expect_eq(settings_load(path, &faults, &loaded), HV_OK);
    cr_expect_eq(loaded.need_days, 4u);
    cr_expect_eq(loaded.bus_hours, 0u);
    hv_fault_list_deinit(&faults);
    scratch_remove(dir);
}

Test(clock, tells_times_of_any_sign) {
    char text[32];
    cr_assert_str_eq(clock_wall_text(0, text, sizeof text), "1970-01-01T00:00:00Z");
    cr_assert_str_eq(clock_wall_text(-1, text, sizeof text), "1969-12-31T23:59:59Z");
    cr_assert_str_eq(clock_wall_text(1700000000000, text, sizeof text), "2023-11-14T22:13:20Z");
    cr_assert_eq(strlen(clock_boot_id()), 36);
    cr_assert_leq(clock_real_ms(), clock_real_ms());
}

/* ---- headers of requests ---- */

struct header_line {
    const char *name, *value;
};

static enum http_fault judge(const struct header_line *lines, size_t count) {
    struct http_headers headers = {0};
    for (size_t i = 0; i < count; i++)
        http_headers_take(&headers, lines[i].name, strlen(lines[i].name), lines[i].value,
                          strlen(lines[i].value));
    return http_headers_judge(&headers);
}

Test(http_headers, that_can_be_read_in_two_ways_are_refused) {
    static const struct {
        struct header_line lines[2];
        enum http_fault fault;
    } cases[] = {
        {{{"Host", "a"}, {"X-Any_thing!", "b\tc \xc3\xa9"}}, HTTP_PLAIN},
        {{{"Host", "a"}, {"content-length", "12"}}, HTTP_PLAIN},
        {{{"Host", "a"}, {"transfer-encoding", "CHUNKED"}}, HTTP_BODY_IN_CHUNKS},
        {{{"Host", "a"}, {"Content-Encoding", "identity"}}, HTTP_PLAIN},
        {{{"Host", "a"}, {"host", "a"}}, HTTP_HOST_TWICE},
        {{{"Authorization", "Bearer a"}, {"authorization", "Bearer b"}}, HTTP_HEADER_TWICE},
        {{{"Idempotency-Key", "aaaaaaaa"}, {"Idempotency-Key", "aaaaaaaa"}}, HTTP_HEADER_TWICE},
        {{{"Authorization", "Bearer a"}, {"Content-Type", "application/json"}}, HTTP_PLAIN},
        {{{"Content-Length", "5"}, {"Content-Length", "5"}}, HTTP_LENGTH_TWICE},
        {{{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}, HTTP_LENGTH_TWICE},
        {{{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "x"}}, HTTP_LENGTH_TWICE},
        {{{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}}, HTTP_TRANSFER_CODING},
        {{{"Host", "a"}, {"Transfer-Encoding", "identity"}}, HTTP_TRANSFER_CODING},
        {{{"Host", "a"}, {"Content-Encoding", "gzip"}}, HTTP_BODY_PACKED},
        {{{"Host", "a"}, {"Content-Length", "+5"}}, HTTP_LENGTH_UNREAD},
        {{{"Host", "a"}, {"Content-Length", ""}}, HTTP_LENGTH_UNREAD},
        {{{"Host", "a"}, {"Content-Length", "5, 5"}}, HTTP_LENGTH_UNREAD},
        {{{"Host", "a"}, {"Content-Length", "99999999999999999999"}}, HTTP_LENGTH_UNREAD},
        {{{"Host", "a"}, {"Content-Length ", "5"}}, HTTP_HEADER_MALFORMED},
        {{{"Host", "a"}, {"", "5"}}, HTTP_HEADER_MALFORMED},
        {{{"Host", "a"}, {"X\xc3", "5"}}, HTTP_HEADER_MALFORMED},
        {{{"Host", "a"}, {"X", "a\rb"}}, HTTP_HEADER_MALFORMED},
        {{{"Host", "a"}, {"X", "a\x7f"}}, HTTP_HEADER_MALFORMED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(judge(cases[i].lines, 2), cases[i].fault, "case %zu", i);
    struct http_headers headers = {0};
    http_headers_take(&headers, "X", 1, "a\0b", 3);
    cr_assert_eq(http_headers_judge(&headers), HTTP_HEADER_MALFORMED, "a NUL");
    headers = (struct http_headers){0};
    http_headers_take(&headers, "Content-Length", 14, "18446744073709551599", 20);
    cr_assert_eq(headers.length, 18446744073709551599u);
    for (int fault = 1; fault < HTTP_FAULTS; fault++)
        cr_assert(http_fault_status((enum http_fault)fault) >= 400 &&
                  *http_fault_text((enum http_fault)fault) != '\0' &&
                  *http_fault_remedy((enum http_fault)fault) != '\0');
}
