/* posthaste-sim - the engine against modelled servers on a network that breaks,
 * a seed a world. See test/README.md. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/agenda.h"
#include "sim/figures.h"
#include "sim/world.h"

enum {
    JOBS_MAX = 256,
    AGAIN = 16,          /* one seed in so many is run twice */
    VIOLATIONS_MAX = 20, /* of one process: then it stops */
    EXIT_UNBALANCED = 1,
    EXIT_USAGE = 2
};

struct options {
    uint64_t seeds;
    uint64_t first;
    unsigned jobs;
    bool verbose;
};

/* What a process has to tell, in memory that outlives it. */
struct desk {
    uint64_t seed; /* under way */
    struct sim_figures figures;
};

static const char usage[] =
    "usage: posthaste-sim --seeds N [--first S] [--jobs J]\n"
    "       posthaste-sim --seed S [-v]\n"
    "Runs N worlds, from seed S on (0 if not said), in J processes; -v prints "
    "the run as a dialogue.\n";

static bool run_seed(struct desk *desk, uint64_t seed, bool verbose)
{
    struct sim_figures figures;
    struct sim_figures again;
    uint64_t hash;
    uint64_t hash_again;
    desk->seed = seed;
    bool good = sim_run(&figures, &hash, seed, verbose);
    sim_figures_add(&desk->figures, &figures);
    if (!good || seed % AGAIN || verbose)
        return good;
    (void)sim_run(&again, &hash_again, seed, false);
    if (hash == hash_again && figures.events == again.events)
        return true;
    desk->figures.violations++;
    printf("posthaste-sim --seed %llu: two runs of it differ\n",
           (unsigned long long)seed);
    return false;
}

static void run_share(struct desk *desk, const struct options *o, unsigned job)
{
    for (uint64_t i = job; i < o->seeds; i += o->jobs) {
        (void)run_seed(desk, o->first + i, o->verbose);
        if (desk->figures.violations >= VIOLATIONS_MAX)
            return;
    }
}

/* False if it has died. */
static bool await_job(pid_t pid, const struct desk *desk)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return true;
    printf("posthaste-sim --seed %llu -v: the process died\n",
           (unsigned long long)desk->seed);
    return false;
}

/* Each process takes every so manieth seed. */
static bool run_jobs(struct sim_figures *sum, const struct options *o)
{
    pid_t pids[JOBS_MAX];
    bool good = true;
    struct desk *desks =
        mmap(NULL, o->jobs * sizeof(*desks), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (desks == MAP_FAILED) {
        perror("posthaste-sim: cannot share memory");
        return false;
    }
    fflush(stdout);
    for (unsigned i = 0; i < o->jobs; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            run_share(&desks[i], o, i);
            exit(0);
        }
    }
    for (unsigned i = 0; i < o->jobs; i++) {
        good &= pids[i] > 0 && await_job(pids[i], &desks[i]);
        sim_figures_add(sum, &desks[i].figures);
    }
    munmap(desks, o->jobs * sizeof(*desks));
    return good && !sum->violations;
}

static uint64_t wall_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool read_number(uint64_t *out, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text == '-')
        return false;
    *out = n;
    return true;
}

static bool read_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {{"seeds", 1, NULL, 'n'},
                                          {"first", 1, NULL, 'f'},
                                          {"seed", 1, NULL, 's'},
                                          {"jobs", 1, NULL, 'j'},
                                          {NULL, 0, NULL, 0}};
    int c;
    *o = (struct options){.jobs = 1};
    while ((c = getopt_long(argc, argv, "v", names, NULL)) != -1) {
        uint64_t n = 0;
        if (c == '?' || (c != 'v' && !read_number(&n, optarg)))
            return false;
        if (c == 'v')
            o->verbose = true;
        else if (c == 'n')
            o->seeds = n;
        else if (c == 'f' || c == 's')
            o->first = n;
        else if (c == 'j' && n && n <= JOBS_MAX)
            o->jobs = (unsigned)n;
        else
            return false;
        if (c == 's')
            o->seeds = 1;
    }
    return o->seeds && optind == argc;
}

int main(int argc, char **argv)
{
    struct options o;
    struct sim_figures sum = {0};
    if (!read_options(&o, argc, argv)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    uint64_t begin = wall_clock_ms();
    bool good = run_jobs(&sum, &o);
    if (!o.verbose)
        sim_figures_print(&sum, wall_clock_ms() - begin);
    return good ? EXIT_SUCCESS : EXIT_UNBALANCED;
}
