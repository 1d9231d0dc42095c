#include "simulations/exercise/children.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_BYTES_MAX (64u << 20)

static volatile sig_atomic_t asked_to_stop;

static void ask_to_stop(int signal_number) {
    (void)signal_number;
    asked_to_stop = 1;
}

void children_catch_signals(void) {
    struct sigaction action = {.sa_handler = ask_to_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool children_asked_to_stop(void) {
    return asked_to_stop != 0;
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void children_sleep_ms(unsigned ms) {
    struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* ---- starting ---- */

/* In the child: end with the parent, hear signals again, write to the log. A terminal's Ctrl-C is
 * for the parent, which ends its children in good order. */
static void settle_in(pid_t parent, const char *log) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(70);
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDONLY);
    int written = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    if (written >= 0)
        dup2(written, STDERR_FILENO);
}

static int open_notify(struct child *child, char path[108]) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    static unsigned counter;
    int size = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "haven-exercise-%d-%u",
                        (int)getpid(), ++counter);
    child->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (child->notify_fd < 0)
        return HV_ERR_IO;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)size);
    if (bind(child->notify_fd, (struct sockaddr *)&address, length) != 0)
        return HV_ERR_IO;
    snprintf(path, 108, "@%s", address.sun_path + 1);
    return 0;
}

static void name_child(struct child *child, const char *name, const char *log) {
    *child = (struct child){.notify_fd = -1};
    snprintf(child->name, sizeof child->name, "%s", name);
    snprintf(child->log, sizeof child->log, "%s", log);
}

static void close_notify(struct child *child) {
    if (child->notify_fd >= 0)
        close(child->notify_fd);
    child->notify_fd = -1;
}

int child_start(struct child *child, const char *name, const char *const argv[], const char *log,
                bool notify) {
    char socket_name[108] = "";
    name_child(child, name, log);
    if (access(argv[0], X_OK) != 0 || (notify && open_notify(child, socket_name) != 0))
        return HV_ERR_IO;
    pid_t parent = getpid();
    child->pid = fork();
    if (child->pid == 0) {
        settle_in(parent, log);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        if (notify)
            setenv("NOTIFY_SOCKET", socket_name, 1);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
        _exit(71);
    }
    if (child->pid > 0)
        return 0;
    child->pid = 0;
    close_notify(child);
    return HV_ERR_IO;
}

int child_fork(struct child *child, const char *name, int (*body)(void *context), void *context) {
    name_child(child, name, "/dev/null");
    pid_t parent = getpid();
    child->pid = fork();
    if (child->pid == 0) {
        settle_in(parent, "/dev/null");
        _exit(body(context));
    }
    if (child->pid > 0)
        return 0;
    child->pid = 0;
    return HV_ERR_IO;
}

/* ---- waiting ---- */

bool child_is_running(struct child *child) {
    if (child->pid <= 0)
        return false;
    pid_t ended = waitpid(child->pid, &child->status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return true;
    child->pid = 0;
    close_notify(child);
    return false;
}

char *child_end_text(const struct child *child, char *buffer, size_t bytes) {
    if (WIFSIGNALED(child->status))
        snprintf(buffer, bytes, "by signal %d (%s)", WTERMSIG(child->status),
                 strsignal(WTERMSIG(child->status)));
    else
        snprintf(buffer, bytes, "with status %d", WEXITSTATUS(child->status));
    return buffer;
}

static bool says_ready(int notify_fd) {
    char text[512];
    ssize_t size = recv(notify_fd, text, sizeof text - 1, MSG_DONTWAIT);
    if (size <= 0)
        return false;
    text[size] = '\0';
    return strstr(text, "READY=1") != NULL;
}

int child_wait_ready(struct child *child, int timeout_ms) {
    long long until = now_ms() + timeout_ms;
    while (!children_asked_to_stop()) {
        struct pollfd wait = {.fd = child->notify_fd, .events = POLLIN};
        if (poll(&wait, 1, 20) > 0 && says_ready(child->notify_fd)) {
            close_notify(child);
            return 0;
        }
        if (!child_is_running(child))
            return HV_ERR_CLOSED;
        if (now_ms() > until)
            return HV_ERR_TIMEOUT;
    }
    return HV_ERR_STOPPED;
}

static void reap(struct child *child) {
    while (child->pid > 0 && waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR) {
    }
    child->pid = 0;
    close_notify(child);
}

void child_kill(struct child *child) {
    if (child->pid <= 0) /* kill(2) takes -1 for everybody */
        return;
    kill(child->pid, SIGKILL);
    reap(child);
}

void child_freeze(struct child *child, bool frozen) {
    if (child->pid > 0)
        kill(child->pid, frozen ? SIGSTOP : SIGCONT);
}

bool child_stop(struct child *child, int timeout_ms) {
    if (!child_is_running(child))
        return true;
    long long until = now_ms() + timeout_ms;
    kill(child->pid, SIGCONT);
    kill(child->pid, SIGTERM);
    while (child_is_running(child)) {
        if (now_ms() > until) {
            child_kill(child);
            return false;
        }
        children_sleep_ms(5);
    }
    return WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0;
}

/* ---- running to the end ---- */

static int read_all(int from, char **ret_text) {
    size_t used = 0, room = 4096;
    char *text = malloc(room);
    if (text == NULL)
        return HV_ERR_MEMORY;
    for (ssize_t got = 1; got > 0;) {
        if (used + 1 == room) {
            char *grown = room >= OUTPUT_BYTES_MAX ? NULL : realloc(text, room * 2);
            if (grown == NULL) {
                free(text);
                return room >= OUTPUT_BYTES_MAX ? HV_ERR_LIMIT : HV_ERR_MEMORY;
            }
            text = grown;
            room *= 2;
        }
        got = read(from, text + used, room - used - 1);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            used += (size_t)got;
    }
    text[used] = '\0';
    *ret_text = text;
    return 0;
}

int child_run(const char *const argv[], const char *log, char **ret_output, int *ret_status) {
    struct child child;
    int ends[2];
    char *output = NULL;
    name_child(&child, argv[0], log);
    if (access(argv[0], X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return HV_ERR_IO;
    pid_t parent = getpid();
    child.pid = fork();
    if (child.pid == 0) {
        settle_in(parent, log);
        dup2(ends[1], STDOUT_FILENO);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(71);
    }
    close(ends[1]);
    int error = child.pid < 0 ? HV_ERR_IO : read_all(ends[0], &output);
    close(ends[0]);
    if (child.pid > 0 && error != 0)
        kill(child.pid, SIGKILL);
    reap(&child);
    if (error != 0)
        return error;
    *ret_output = output;
    *ret_status =
        WIFEXITED(child.status) ? WEXITSTATUS(child.status) : 128 + WTERMSIG(child.status);
    return 0;
}
