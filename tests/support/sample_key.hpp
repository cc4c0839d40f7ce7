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

} // namespace cudasetup::test
