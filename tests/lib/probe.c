// A small program for inside test images: does what its arguments say, one after the other.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
static volatile sig_atomic_t got = 0;
static void on_signal(int number) { got = number; }

static void print_file(const char* path) {
  char buffer[4096];
  FILE* file = fopen(path, "r");
  if (!file) {
    printf("cannot read %s: %s\n", path, strerror(errno));
    return;
  }
  size_t n;
  while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) fwrite(buffer, 1, n, stdout);
  fclose(file);
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const char* what = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (!strcmp(what, "args")) {  // the rest, one a line
      for (int j = i + 1; j < argc; ++j) puts(argv[j]);
      break;
    } else if (!strcmp(what, "env")) {
      for (char** e = environ; *e; ++e) puts(*e);
    } else if (!strcmp(what, "id")) {
      printf("%d:%d\n", (int)getuid(), (int)getgid());
    } else if (!strcmp(what, "pid")) {
      printf("%d\n", (int)getpid());
    } else if (!strcmp(what, "cwd")) {
      char buffer[4096];
      puts(getcwd(buffer, sizeof buffer) ? buffer : "?");
    } else if (!strcmp(what, "tty")) {
      puts(isatty(0) ? "tty" : "no tty");
    } else if (!strcmp(what, "cat")) {
      print_file(value), ++i;
    } else if (!strcmp(what, "stat")) {
      struct stat s;
      if (lstat(value, &s)) printf("%s: %s\n", value, strerror(errno));
      else printf("%s %o %d:%d %lld\n", value, s.st_mode, (int)s.st_uid, (int)s.st_gid, (long long)s.st_size);
      ++i;
    } else if (!strcmp(what, "write")) {
      int fd = open(value, O_WRONLY | O_CREAT, 0644);
      if (fd < 0) printf("cannot write %s: %s\n", value, strerror(errno));
      else puts("written"), close(fd);
      ++i;
    } else if (!strcmp(what, "chdir")) {
      if (chdir(value)) printf("cannot go to %s: %s\n", value, strerror(errno));
      ++i;
    } else if (!strcmp(what, "exec")) {  // in a child, found in PATH
      pid_t child = fork();
      if (child == 0) {
        execlp(value, value, "args", "executed", (char*)NULL);
        printf("cannot execute %s: %s\n", value, strerror(errno)), fflush(stdout);
        _exit(127);
      }
      waitpid(child, NULL, 0);
      ++i;
    } else if (!strcmp(what, "err")) {
      fprintf(stderr, "%s\n", value);
      ++i;
    } else if (!strcmp(what, "wait")) {  // for a signal, and tell which
      struct sigaction action;
      memset(&action, 0, sizeof action);
      action.sa_handler = on_signal;
      int numbers[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};
      for (unsigned j = 0; j < sizeof numbers / sizeof *numbers; ++j) sigaction(numbers[j], &action, NULL);
      puts("waiting"), fflush(stdout);
      while (!got) pause();
      printf("signal %d\n", (int)got);
    } else if (!strcmp(what, "exit")) {
      fflush(stdout);
      return atoi(value);
    } else if (!strcmp(what, "crash")) {  // a fault of its own is the one signal that ends a container's first process
      volatile int* volatile nowhere = 0;
      *nowhere = 1;
    } else {
      fprintf(stderr, "probe: unknown request %s\n", what);
      return 99;
    }
    fflush(stdout);
  }
  return 0;
}
