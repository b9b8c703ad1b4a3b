// Linked to glibc alone: what glibc itself looks for in its image, and which libraries can be opened. A line for each.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void* wait_for_ever(void* nothing) {
  pause();
  return nothing;
}

static void print_euro(const char* charset) {
  iconv_t converter = iconv_open(charset, "UTF-8");
  char in[] = "\xe2\x82\xac", out[8] = "";
  char *from = in, *to = out;
  size_t in_left = 3, out_left = sizeof out;
  const int done = converter != (iconv_t)-1 && iconv(converter, &from, &in_left, &to, &out_left) == 0;
  printf("euro in %s: %s", charset, done ? "" : "none");
  for (const char* byte = out; done && byte < to; byte++) printf("%02x", (unsigned char)*byte);
  printf("\n");
}

int main(void) {
  const struct passwd* user = getpwuid(getuid());
  printf("user: %s, %s\n", user ? user->pw_name : "unknown", user ? user->pw_dir : "unknown");
  const struct servent* service = getservbyname("https", "tcp");
  printf("https: %d\n", service ? ntohs(service->s_port) : -1);
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
  char address[INET_ADDRSTRLEN] = "unknown";
  if (getaddrinfo("localhost", NULL, &hints, &found) == 0) {
    inet_ntop(AF_INET, &((struct sockaddr_in*)found->ai_addr)->sin_addr, address, sizeof address);
    freeaddrinfo(found);
  }
  printf("localhost: %s\n", address);
  printf("C.UTF-8: %s\n", setlocale(LC_ALL, "C.UTF-8") ? nl_langinfo(CODESET) : "none");
  print_euro("ISO-8859-15");
  print_euro("GB18030");
  pthread_t thread;  // glibc opens libgcc_s to end a thread
  void* ended = NULL;
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  pthread_cancel(thread);
  pthread_join(thread, &ended);
  printf("thread: %s\n", ended == PTHREAD_CANCELED ? "ended" : "not ended");
  static const char* const libraries[] = {"libssl.so.3", "libcrypto.so.3", "libz.so.1", "libzstd.so.1", "libstdc++.so.6",
                                          "libgomp.so.1"};
  for (unsigned i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    void* library = dlopen(libraries[i], RTLD_NOW);
    printf("%s: %s\n", libraries[i], library ? "yes" : "no");
  }
  return 0;
}
