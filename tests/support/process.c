#include "tests/support/process.h"

#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

void build_path(const char *name, char *path, size_t bytes) {
    const char *build = getenv("BUILD"), *top = getenv("HAVEN_TOP");
    if (build == NULL)
        build = "build";
    if (build[0] == '/' || top == NULL)
        snprintf(path, bytes, "%s/%s", build, name);
    else
        snprintf(path, bytes, "%s/%s/%s", top, build, name);
}

static int listen_for_ready(struct process *process) {
    static unsigned number;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(process->notify_path, sizeof process->notify_path, "/tmp/haven-notify-%d-%u",
             (int)getpid(), number++);
    unlink(process->notify_path);
    memcpy(address.sun_path, process->notify_path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0,
              "no notify socket");
    return fd;
}

static void spawn(struct process *process, const char *const argv[], const char *log_path) {
    int output[2] = {-1, -1};
    if (process->stdout_fd == 0)
        cr_assert_eq(pipe2(output, O_CLOEXEC), 0);
    pid_t parent = getpid();
    process->pid = fork();
    cr_assert(process->pid >= 0, "no process");
    if (process->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(125);
        int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
        dup2(log, STDERR_FILENO);
        dup2(output[1] >= 0 ? output[1] : log, STDOUT_FILENO);
        if (process->notify_fd >= 0)
            setenv("NOTIFY_SOCKET", process->notify_path, 1);
        else
            unsetenv("NOTIFY_SOCKET");
        execv(argv[0], (char *const *)argv);
        _exit(126);
    }
    if (output[1] >= 0)
        close(output[1]);
    process->stdout_fd = output[0];
}

static void wait_ready(struct process *process, const char *name, const char *log_path) {
    char message[512];
    for (;;) {
        struct pollfd ready = {.fd = process->notify_fd, .events = POLLIN};
        int status;
        int count = poll(&ready, 1, 50);
        if (count == 0) {
            cr_assert_eq(waitpid(process->pid, &status, WNOHANG), 0,
                         "%s ended before it was ready, see %s", name, log_path);
            continue;
        }
        ssize_t size = recv(process->notify_fd, message, sizeof message - 1, 0);
        cr_assert(size >= 0);
        message[size] = '\0';
        if (strstr(message, "READY=1") != NULL)
            return;
    }
}

void daemon_start(struct process *process, const char *const argv[], const char *log_path) {
    *process = (struct process){.stdout_fd = -1};
    process->notify_fd = listen_for_ready(process);
    spawn(process, argv, log_path);
    wait_ready(process, argv[0], log_path);
}

void program_start(struct process *process, const char *const argv[], const char *log_path) {
    *process = (struct process){.notify_fd = -1, .stdout_fd = 0};
    spawn(process, argv, log_path);
}

/* Only what was started here and has not been reaped: kill(2) takes 0 and -1 for everybody. */
static void check_runs(const struct process *process) {
    cr_assert_gt(process->pid, 0, "the process is not running");
}

static int reap(struct process *process) {
    int status = 0;
    check_runs(process);
    cr_assert_eq(waitpid(process->pid, &status, 0), process->pid);
    if (process->notify_fd >= 0) {
        close(process->notify_fd);
        unlink(process->notify_path);
    }
    if (process->stdout_fd >= 0)
        close(process->stdout_fd);
    process->pid = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void process_kill(struct process *process) {
    check_runs(process);
    kill(process->pid, SIGKILL);
    reap(process);
}

int process_stop(struct process *process) {
    check_runs(process);
    kill(process->pid, SIGTERM);
    return reap(process);
}

int process_wait(struct process *process) {
    return reap(process);
}

int program_run(const char *const argv[], const char *log_path, char **ret_output) {
    struct process process;
    program_start(&process, argv, log_path);
    size_t size = 0, capacity = 4096;
    char *output = malloc(capacity);
    cr_assert_not_null(output);
    for (;;) {
        ssize_t part = read(process.stdout_fd, output + size, capacity - size - 1);
        if (part <= 0)
            break;
        size += (size_t)part;
        if (size + 1 == capacity) {
            capacity *= 2;
            char *larger = realloc(output, capacity);
            cr_assert_not_null(larger);
            output = larger;
        }
    }
    output[size] = '\0';
    int status = process_wait(&process);
    if (ret_output != NULL)
        *ret_output = output;
    else
        free(output);
    return status;
}

int free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    close(fd);
    return ntohs(address.sin_port);
}
