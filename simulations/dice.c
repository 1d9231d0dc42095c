#include "simulations/dice.h"

static uint64_t rotate(uint64_t word, unsigned by) {
    return (word << by) | (word >> (64u - by));
}

static uint64_t split(uint64_t *seed) {
    uint64_t mixed = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

void dice_init(struct dice *dice, uint64_t seed) {
    for (size_t i = 0; i < 4; i++)
        dice->word[i] = split(&seed);
}

struct dice dice_fork(const struct dice *dice, uint64_t purpose) {
    struct dice fork;
    dice_init(&fork,
              dice->word[0] ^ rotate(dice->word[3], 17) ^ purpose * UINT64_C(0x2545f4914f6cdd1d));
    return fork;
}

uint64_t dice_next(struct dice *dice) {
    uint64_t *word = dice->word;
    uint64_t result = rotate(word[1] * 5, 7) * 9, shifted = word[1] << 17;
    word[2] ^= word[0];
    word[3] ^= word[1];
    word[1] ^= word[2];
    word[0] ^= word[3];
    word[2] ^= shifted;
    word[3] = rotate(word[3], 45);
    return result;
}

uint64_t dice_below(struct dice *dice, uint64_t below) {
    if (below < 2)
        return 0;
    uint64_t refuse = (UINT64_MAX - below + 1) % below; /* 2^64 mod below */
    uint64_t drawn = dice_next(dice);
    while (drawn < refuse)
        drawn = dice_next(dice);
    return drawn % below;
}

uint64_t dice_between(struct dice *dice, uint64_t lowest, uint64_t highest) {
    return highest <= lowest ? lowest : lowest + dice_below(dice, highest - lowest + 1);
}

bool dice_chance(struct dice *dice, unsigned permille) {
    return dice_below(dice, 1000) < permille;
}

void dice_fill(struct dice *dice, uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)dice_next(dice);
}
