"""OpenPGP keys of the test archive, made anew for every tree, and signing with them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile

NAMES = {
    "archive": "plays the key of NVIDIA's network archives",
    "old": "plays the key 7FA2AF80 of local installers until CUDA 11.6",
    "local": "plays the keys of local installers from CUDA 11.7 on",
    "wrong": "signs what should not be trusted",
    "ubuntu": "plays the key of Ubuntu's archive",
    "sha1": "has a SHA-1 self-signature, as NVIDIA's 3BF863CC",
}


class Keys:
    """A private key ring in a folder of its own. A context manager: the agent ends and the folder goes at the end."""

    def __init__(self):
        # The agent's socket lies there: a short path, whatever the tree's is.
        self._home = tempfile.mkdtemp(prefix="csk", dir="/tmp")
        self.fingerprint = {}

    def __enter__(self):
        try:
            for name in NAMES:
                self._make(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._run(["gpgconf", "--homedir", self._home, "--kill", "all"])
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, argv, data=None):
        done = subprocess.run(argv, input=data, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError("%s: %s" % (" ".join(argv[:3]), done.stderr.decode(errors="replace").strip()))
        return done.stdout

    def _gpg(self, *arguments, data=None):
        return self._run(["gpg", "--homedir", self._home, "--batch", "--no-tty", "--quiet", "--yes", *arguments], data)

    def _make(self, name):
        digest = "SHA1" if name == "sha1" else "SHA256"
        mail = name + "@cudasetup.invalid"
        wanted = ("%no-protection\nKey-Type: RSA\nKey-Length: 3072\nKey-Usage: sign\nExpire-Date: 0\n"
                  "Creation-Date: 20240101T000000\n"
                  "Name-Real: cudasetup test archive (" + name + ")\nName-Email: " + mail + "\n%commit\n")
        self._gpg("--cert-digest-algo", digest, "--gen-key", data=wanted.encode())
        listing = self._gpg("--with-colons", "--list-keys", mail).decode()
        self.fingerprint[name] = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:"))

    def id(self, name):
        """The last eight digits of the fingerprint, in upper case."""
        return self.fingerprint[name][-8:]

    def public(self, name):
        """The public key, binary: what signed-by takes everywhere."""
        return self._gpg("--export", self.fingerprint[name])

    def armored(self, name):
        return self._gpg("--armor", "--export", self.fingerprint[name])

    def keep(self, folder):
        """Writes the secret keys, without a password, for tests that sign something else."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for name in NAMES:
            path = os.path.join(folder, name + ".secret.asc")
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(self._gpg("--armor", "--export-secret-keys", self.fingerprint[name]))

    def detached(self, name, data):
        return self._gpg("--local-user", self.fingerprint[name], "--digest-algo", "SHA512", "--armor", "--detach-sign",
                         data=data)

    def clearsigned(self, name, data):
        return self._gpg("--local-user", self.fingerprint[name], "--digest-algo", "SHA256", "--clearsign", data=data)
