/* Milestones: what a look back starts from, and that nothing which happens to them changes what it
 * shows. */
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/milestones.h"
#include "coordinator/state/state_checkpoint.h"
#include "tests/support/chance.h"
#include "tests/support/core_bench.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVERY = 100, CHECKPOINTS = 30, LATE = 2500 };

static struct core_bench *bench;
static char *dir;

static void begin(void) {
    bench = core_bench_new();
    dir = scratch_make();
}

static void end(void) {
    core_bench_free(bench);
    scratch_remove(dir);
}

TestSuite(milestones, .init = begin, .fini = end, .timeout = 120);

/* ---- a log and what is kept of it ---- */

static void note(void) {
    char text[64];
    snprintf(text, sizeof text, "note after %" PRIu64, log_last(bench->log));
    cr_assert_eq(
        core_bench_decide(bench, (struct hv_record){.kind = HV_RECORD_NOTE,
                                                    .actor = HV_ACTOR_OPERATOR,
                                                    .name = "x",
                                                    .note = {.text = text, .subject = ""}}),
        0);
}

/* The checkpoint as of the end of the log, which becomes a milestone. */
static void keep(void) {
    struct state *state = NULL;
    uint8_t hash[HV_HASH_BYTES];
    uint64_t position = log_last(bench->log);
    cr_assert_eq(founding_fold_until(bench->log, position, &state), 0);
    cr_assert_eq(founding_hash_at(bench->log, position, hash), 0);
    cr_assert_eq(checkpoint_write(state, scratch_path(dir, LAYOUT_CHECKPOINT), hash), 0);
    milestones_keep(dir, position);
    state_free(state);
}

static void grow(unsigned checkpoints) {
    for (unsigned i = 0; i < checkpoints; i++) {
        for (unsigned j = 0; j < EVERY; j++)
            note();
        keep();
    }
}

static const char *path_of(uint64_t position) {
    char name[64];
    snprintf(name, sizeof name, LAYOUT_MILESTONES "/%020" PRIu64, position);
    return scratch_path(dir, name);
}

/* Their positions, sorted. */
static size_t list(uint64_t positions[64]) {
    size_t count = 0;
    struct dirent **names;
    int found = scandir(scratch_path(dir, LAYOUT_MILESTONES), &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        if (strlen(names[i]->d_name) == 20 && count < 64)
            positions[count++] = strtoull(names[i]->d_name, NULL, 10);
        free(names[i]);
    }
    if (found >= 0)
        free(names);
    return count;
}

static size_t count_all(void) {
    uint64_t positions[64] = {0};
    return list(positions);
}

static void assert_same(const struct state *one, const struct state *other) {
    uint8_t hashes[2][HV_HASH_BYTES];
    cr_assert_eq(state_digest(one, hashes[0]), 0);
    cr_assert_eq(state_digest(other, hashes[1]), 0);
    cr_assert_arr_eq(hashes[0], hashes[1], HV_HASH_BYTES);
}

static void assert_shows_what_was(uint64_t position) {
    struct state *whole = NULL, *near = NULL;
    cr_assert_eq(founding_fold_until(bench->log, position, &whole), 0);
    cr_assert_eq(milestones_fold(dir, bench->log, position, &near), 0);
    cr_assert_eq(state_position(near), position);
    assert_same(whole, near);
    state_free(whole);
    state_free(near);
}

/* From now on the log can be folded from a milestone alone. */
static void lose_first_record(void) {
    cr_assert_eq(log_memory_damage(bench->disk, 1, 40), 0);
}

static int try_fold(uint64_t position) {
    struct state *state = NULL;
    int error = milestones_fold(dir, bench->log, position, &state);
    cr_assert_eq(state == NULL, error != 0);
    state_free(state);
    return error;
}

/* ---- which stay ---- */

static uint64_t widest(const struct milestone *kept, size_t count) {
    uint64_t most = 0, before = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept[i].position - before > most)
            most = kept[i].position - before;
        before = kept[i].position;
    }
    return most;
}

Test(milestones, one_is_within_an_eighth_of_the_log_before_every_moment) {
    struct chance chance = {.state = 5};
    for (unsigned round = 0; round < 50; round++) {
        struct milestone kept[MILESTONES_MAX + 1] = {{0}};
        size_t count = 0;
        uint64_t position = 0, apart = 0, growth = 1 + chance_below(&chance, 400000);
        for (unsigned i = 0; i < 500; i++) {
            uint64_t step = 1 + chance_below(&chance, (uint32_t)growth);
            apart = step > apart ? step : apart;
            kept[count++].position = position += step;
            if (count > MILESTONES_MAX) {
                size_t spare = milestones_spare(kept, count--);
                cr_assert_lt(spare, count, "the newest stays");
                memmove(kept + spare, kept + spare + 1, (count - spare) * sizeof *kept);
            }
            uint64_t bound = position / 8 > apart ? position / 8 : apart;
            cr_assert_leq(widest(kept, count), bound, "round %u, position %" PRIu64, round,
                          position);
        }
    }
}

Test(milestones, are_at_most_sixteen_and_lie_all_over_the_log) {
    uint64_t positions[64] = {0};
    grow(CHECKPOINTS);
    size_t count = list(positions);
    cr_assert_eq(count, (size_t)MILESTONES_MAX);
    cr_assert_eq(positions[count - 1], log_last(bench->log));
    for (size_t i = 0; i < count; i++)
        cr_assert_leq(positions[i] - (i == 0 ? 0 : positions[i - 1]), CHECKPOINTS * EVERY / 8 + 2);
}

Test(milestones, take_no_more_than_their_bytes_beside_the_newest) {
    grow(1);
    for (uint64_t i = 1; i <= 8; i++) { /* with holes: they take no room */
        int file = open(path_of(i * 10), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        cr_assert_geq(file, 0);
        cr_assert_eq(ftruncate(file, 100 << 20), 0);
        close(file);
    }
    grow(1);
    uint64_t positions[64] = {0};
    size_t count = list(positions);
    cr_assert_eq(count, 7, "five of 100 MiB and two small ones: %zu", count);
    cr_assert_eq(positions[count - 1], log_last(bench->log));
}

Test(milestones, are_links_to_the_checkpoint_and_outlive_it) {
    struct stat one, other;
    grow(1);
    uint64_t position = log_last(bench->log);
    cr_assert_eq(stat(scratch_path(dir, LAYOUT_CHECKPOINT), &one), 0);
    cr_assert_eq(stat(path_of(position), &other), 0);
    cr_assert_eq(one.st_ino, other.st_ino);
    keep(); /* the same moment again: after a start without anything new */
    cr_assert_eq(stat(path_of(position), &other), 0);
    cr_assert_neq(one.st_ino, other.st_ino);
    cr_assert_eq(count_all(), 1);
    grow(1);
    lose_first_record();
    cr_assert_eq(try_fold(position + EVERY / 2), 0);
}

/* ---- looking back ---- */

Test(milestones, a_look_back_shows_the_same_with_and_without_them) {
    grow(CHECKPOINTS);
    for (uint64_t position = 1; position <= log_last(bench->log); position += 97)
        assert_shows_what_was(position);
    uint64_t positions[64] = {0};
    size_t count = list(positions);
    for (size_t i = 0; i < count; i++) {
        assert_shows_what_was(positions[i] - 1);
        assert_shows_what_was(positions[i]);
        assert_shows_what_was(positions[i] + 1 > log_last(bench->log) ? 1 : positions[i] + 1);
    }
}

Test(milestones, a_look_back_begins_at_the_nearest) {
    grow(CHECKPOINTS);
    lose_first_record();
    cr_assert_eq(try_fold(LATE), 0);
    cr_assert_eq(try_fold(3), HV_ERR_CORRUPT, "there is none so early");
}

Test(milestones, a_state_in_hand_that_is_nearer_is_gone_on_from) {
    struct state *state = NULL, *whole = NULL;
    grow(CHECKPOINTS);
    cr_assert_eq(founding_fold_until(bench->log, LATE - 1, &state), 0);
    const struct state *in_hand = state;
    cr_assert_eq(milestones_fold(dir, bench->log, LATE, &state), 0);
    cr_assert_eq(state, in_hand);
    cr_assert_eq(founding_fold_until(bench->log, LATE, &whole), 0);
    assert_same(state, whole);
    state_free(whole);
    state_free(state);
    state = NULL;
    cr_assert_eq(founding_fold_until(bench->log, 1, &state), 0);
    cr_assert_eq(milestones_fold(dir, bench->log, LATE, &state), 0, "one that is far");
    cr_assert_eq(state_position(state), LATE);
    state_free(state);
}

/* ---- what may befall them ---- */

static void write_over(const char *path, off_t at, const char *bytes, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_geq(file, 0);
    cr_assert_eq(pwrite(file, bytes, size, at), (ssize_t)size);
    close(file);
}

Test(milestones, broken_ones_are_let_go_and_the_one_before_is_taken) {
    uint64_t positions[64] = {0};
    grow(MILESTONES_MAX);
    size_t count = list(positions);
    cr_assert_eq(count, (size_t)MILESTONES_MAX);
    write_over(path_of(positions[15]), 60, "\xff\xff", 2);  /* damaged */
    cr_assert_eq(truncate(path_of(positions[14]), 100), 0); /* cut off */
    cr_assert_eq(truncate(path_of(positions[13]), 0), 0);   /* empty */
    write_over(path_of(positions[12]), 7, "!", 1);          /* of another version */
    cr_assert_eq(rename(path_of(positions[10]), path_of(positions[11])),
                 0); /* under a false name */
    assert_shows_what_was(log_last(bench->log));
    cr_assert_eq(list(positions), 10, "%zu are left", list(positions));
    lose_first_record();
    cr_assert_eq(try_fold(log_last(bench->log)), 0, "one of the others serves");
}

/* The newest of them is the checkpoint itself, and as broken. */
Test(milestones, a_start_with_a_broken_checkpoint_begins_at_the_newest_that_is_sound) {
    uint64_t positions[64] = {0}, from = 0, bad = 0;
    struct state *state = NULL, *whole = NULL;
    char checkpoint[PATH_MAX];
    grow(4);
    snprintf(checkpoint, sizeof checkpoint, "%s", scratch_path(dir, LAYOUT_CHECKPOINT));
    size_t count = list(positions);
    cr_assert_eq(milestones_open(dir, bench->log, &state, &from, &bad), 0);
    cr_assert_eq(from, positions[count - 1], "the checkpoint is sound");
    state_free(state);
    cr_assert_eq(founding_fold_until(bench->log, UINT64_MAX, &whole), 0);
    lose_first_record();
    write_over(checkpoint, 60, "\xff\xff", 2);
    cr_assert_eq(milestones_open(dir, bench->log, &state, &from, &bad), 0);
    cr_assert_eq(from, positions[count - 2]);
    assert_same(state, whole);
    state_free(state);
    cr_assert_eq(unlink(checkpoint), 0);
    cr_assert_eq(milestones_open(dir, bench->log, &state, &from, &bad), 0);
    cr_assert_eq(from, positions[count - 2], "nor need it be there");
    state_free(state);
    state_free(whole);
    cr_assert_gt(milestones_drop(dir), (size_t)0);
    cr_assert_eq(milestones_open(dir, bench->log, &state, &from, &bad), HV_ERR_CORRUPT);
    cr_assert_eq(bad, 1);
}

Test(milestones, without_any_the_log_is_folded_from_its_first_record) {
    grow(2);
    cr_assert_eq(milestones_drop(dir), 2);
    cr_assert_eq(count_all(), 0);
    cr_assert_eq(milestones_drop(dir), 0);
    assert_shows_what_was(EVERY);
    cr_assert_eq(rmdir(scratch_path(dir, LAYOUT_MILESTONES)), 0);
    milestones_check(dir, bench->log);
    assert_shows_what_was(EVERY);
}

Test(milestones, what_is_none_is_left_alone) {
    grow(1);
    cr_assert_eq(mkdir(path_of(50), 0700), 0);
    cr_assert_eq(symlink("/dev/zero", path_of(51)), 0);
    write_over(scratch_path(dir, LAYOUT_MILESTONES "/README"), 0, "x", 1);
    write_over(scratch_path(dir, LAYOUT_MILESTONES "/99999999999999999999"), 0, "x", 1);
    milestones_check(dir, bench->log);
    assert_shows_what_was(60);
    cr_assert_eq(milestones_drop(dir), 1);
    cr_assert_eq(count_all(), 3, "the folder, the link and the number that is none");
}

Test(milestones, of_another_log_or_version_are_let_go_when_the_log_is_opened) {
    uint64_t positions[64] = {0};
    grow(3);
    size_t count = list(positions);
    write_over(path_of(positions[1]), 7, "!", 1);
    milestones_check(dir, bench->log);
    cr_assert_eq(count_all(), count - 1);
    struct core_bench *other = core_bench_new(); /* as long, with other records */
    for (unsigned i = 0; i < 3 * EVERY; i++)
        core_bench_decide(other, (struct hv_record){.kind = HV_RECORD_NOTE,
                                                    .actor = HV_ACTOR_OPERATOR,
                                                    .name = "x",
                                                    .note = {.text = "other", .subject = ""}});
    struct state *state = NULL, *whole = NULL;
    cr_assert_eq(milestones_fold(dir, other->log, 3 * EVERY, &state), 0);
    cr_assert_eq(founding_fold_until(other->log, 3 * EVERY, &whole), 0);
    assert_same(state, whole);
    state_free(state);
    state_free(whole);
    milestones_check(dir, other->log);
    cr_assert_eq(count_all(), 0);
    core_bench_free(other);
}

Test(milestones, a_folder_that_takes_none_harms_nothing) {
    write_over(scratch_path(dir, LAYOUT_MILESTONES), 0, "x", 1); /* a file where the folder goes */
    grow(2);
    assert_shows_what_was(log_last(bench->log));
    struct state *state = NULL;
    uint64_t from = 0;
    cr_assert_eq(
        founding_fold(bench->log, scratch_path(dir, LAYOUT_CHECKPOINT), &state, &from, NULL), 0);
    cr_assert_eq(from, log_last(bench->log), "the checkpoint is there all the same");
    state_free(state);
}
