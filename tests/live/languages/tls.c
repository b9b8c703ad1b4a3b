// Linked to libssl: gets a page over TLS from localhost, at the port given, whose certificate must be trusted by what the
// image trusts. Then asks for a digest of OpenSSL's legacy provider.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_default_verify_paths(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  BIO* connection = BIO_new_ssl_connect(context);
  SSL* ssl = NULL;
  BIO_get_ssl(connection, &ssl);
  SSL_set1_host(ssl, "localhost");
  BIO_set_conn_hostname(connection, "localhost");
  BIO_set_conn_port(connection, arguments[1]);
  BIO_puts(connection, "GET /page HTTP/1.0\r\nHost: localhost\r\n\r\n");
  char answer[4096] = "";
  size_t size = 0;
  for (int got; size + 1 < sizeof answer && (got = BIO_read(connection, answer + size, (int)(sizeof answer - 1 - size))) > 0;) {
    size += (size_t)got;
  }
  const char* page = strstr(answer, "\r\n\r\n");
  printf("page: %s\n", page ? page + 4 : "none");
  if (!page) ERR_print_errors_fp(stderr);
  printf("legacy: %s\n", OSSL_PROVIDER_load(NULL, "legacy") && EVP_MD_fetch(NULL, "MD4", NULL) ? "yes" : "no");
  return page ? 0 : 1;
}
