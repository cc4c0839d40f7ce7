#pragma once

#include <string>

namespace cudasetup::test {

/// A key that was made for this test (ed25519, version 4, gpg 2.2), armored; its secret half is kept by nobody.
inline const std::string k_armored_key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
                                         "\n"
                                         "mDMEawQPSxYJKwYBBAHaRw8BAQdAqw8rdL4q30cpjfk0PEtviNHPT0ywAW/LpjMC\n"
                                         "Hv8+/bK0G05vYm9keSA8bm9ib2R5QGV4YW1wbGUub3JnPoiQBBMWCAA4FiEEx+6o\n"
                                         "zaJhYSqyxYaWbEdByuyhbDsFAmsED0sCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgEC\n"
                                         "F4AACgkQbEdByuyhbDsIbgD+I6Hye4uO8saNJHUQ6gxhL8ATIgC7DwNiPSahC19d\n"
                                         "qJ0BAPGKKyXCcUvSJxe9DsTb70LpHB7CWgvvAEnaFYCjM6AL\n"
                                         "=qtsN\n"
                                         "-----END PGP PUBLIC KEY BLOCK-----\n";

/// As gpg --show-keys tells it.
inline const std::string k_fingerprint = "C7EEA8CDA261612AB2C586966C4741CAECA16C3B";

/// The same kind of key, whose own signature uses SHA-1.
inline const std::string k_sha1_key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
                                      "\n"
                                      "mDMEZZIAgBYJKwYBBAHaRw8BAQdAydpjOM6xAUjySTrSBj2UyR5xGm5b0sr9lCis\n"
                                      "TBD33V60G25vYm9keSA8bm9ib2R5QGV4YW1wbGUub3JnPoiQBBMWAgA4FiEE9k7s\n"
                                      "LSNFhh9EquS59I6gxKlRwZsFAmWSAIACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgEC\n"
                                      "F4AACgkQ9I6gxKlRwZtsrQD9EKiBbfX2nzVt2U5ASiXGdVdcC3uZzl7vxb/47fSH\n"
                                      "9vwA/jwVLoJkpwa48eJLHwdtYnLnPkhvVf8vG0jV2K28bQsA\n"
                                      "=WKV2\n"
                                      "-----END PGP PUBLIC KEY BLOCK-----\n";
inline const std::string k_sha1_fingerprint = "F64EEC2D2345861F44AAE4B9F48EA0C4A951C19B";

} // namespace cudasetup::test
