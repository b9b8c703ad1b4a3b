// Linked statically: what a program without libraries uses of its image. Prints a line for each.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int lines_with(const char* path, const char* text) {
  FILE* file = fopen(path, "r");
  if (!file) return -1;
  char line[4096];
  int count = 0;
  while (fgets(line, sizeof line, file)) count += strstr(line, text) != NULL;
  fclose(file);
  return count;
}

static void print_noon(const char* zone) {
  setenv("TZ", zone, 1);
  tzset();
  const time_t time = 1782907200;  // 12:00 UTC on the first of July 2026
  char text[64];
  strftime(text, sizeof text, "%H:%M %Z", localtime(&time));
  printf("%s: %s\n", zone, text);
}

int main(void) {
  printf("certificates: %d\n", lines_with(getenv("SSL_CERT_FILE"), "BEGIN CERTIFICATE"));
  print_noon("Europe/Berlin");
  print_noon("US/Eastern");
  printf("https: %d\n", lines_with("/etc/services", "443/tcp"));
  printf("svg: %d\n", lines_with("/etc/mime.types", "image/svg+xml"));
  char name[] = "/tmp/fileXXXXXX";
  printf("temporary file: %s\n", mkstemp(name) >= 0 ? "yes" : "no");
  printf("home: %s\n", access("/home/nonroot", W_OK) == 0 ? "writable" : "closed");
  printf("user: %d\n", (int)getuid());
  return 0;
}
