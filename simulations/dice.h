/* Random numbers that are the same everywhere for the same seed (xoshiro256**, Blackman and Vigna
 * 2018; seeded by splitmix64). For exercises and simulations, never for keys.
 *
 * `dice_fork` gives an independent stream, so that drawing more in one place leaves every other
 * place as it was. */
#ifndef SIMULATIONS_DICE_H
#define SIMULATIONS_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t word[4];
};

void dice_init(struct dice *dice, uint64_t seed);

/* A stream of its own for this purpose; the parent is not changed. */
struct dice dice_fork(const struct dice *dice, uint64_t purpose);

uint64_t dice_next(struct dice *dice);

/* 0 to below - 1, every value equally likely; 0 for below 0 or 1. */
uint64_t dice_below(struct dice *dice, uint64_t below);

/* lowest to highest, both included. */
uint64_t dice_between(struct dice *dice, uint64_t lowest, uint64_t highest);

/* True so many times in a thousand. */
bool dice_chance(struct dice *dice, unsigned permille);

void dice_fill(struct dice *dice, uint8_t *bytes, size_t count);

#endif
