/* A directory of its own for a test, removed with all that is in it. */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

/* Makes a new empty directory; the path is the caller's to free by scratch_remove. Never NULL. */
char *scratch_make(void);
void scratch_remove(char *dir);

/* DIR/name in a static buffer, overwritten by the next call but three. */
const char *scratch_path(const char *dir, const char *name);

#endif
