// In the static program only. The machine's openssl.cnf is for the machine's OpenSSL: where it names providers or
// engines (the legacy provider, PKCS #11, FIPS), the OpenSSL in this program would load the machine's libraries beside
// itself, and then have no digests. So it reads no configuration; this comes first, and OpenSSL asks only once.

#include <openssl/crypto.h>

namespace {

__attribute__((constructor)) void read_no_configuration()
{
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

} // namespace
