#!/usr/bin/env python3
"""Makes the certificates that tests need, with the openssl program.

    certs.py DIRECTORY

ca.pem signs everything but other-ca.pem, self-signed and unknown-ca. Each NAME
below becomes NAME.pem (with the chain a server sends) and NAME.key. certs.h
says where they are. They are valid until 2049, so nothing rots.
"""
import os
import subprocess
import sys
import tempfile

ALWAYS = ("20200101000000Z", "20491231235959Z")
PAST = ("20200101000000Z", "20210101000000Z")
FUTURE = ("20490101000000Z", "20491231235959Z")
GOOD = "DNS:localhost,DNS:mail.example.test,IP:127.0.0.1,IP:::1"

# name: (signed by, CN, subjectAltName, extendedKeyUsage, validity)
SERVERS = {
    "server": ("ca", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "wrong-name": ("ca", "mail.example.test", "DNS:other.example.test,"
                   "IP:192.0.2.1", "serverAuth", ALWAYS),
    "wildcard": ("ca", "wildcard", "DNS:*.example.test,DNS:m*.partial.test",
                 "serverAuth", ALWAYS),
    "name-in-cn": ("ca", "mail.example.test", None, "serverAuth", ALWAYS),
    "expired": ("ca", "mail.example.test", GOOD, "serverAuth", PAST),
    "not-yet": ("ca", "mail.example.test", GOOD, "serverAuth", FUTURE),
    "for-clients": ("ca", "mail.example.test", GOOD, "clientAuth", ALWAYS),
    "unknown-ca": ("other-ca", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "no-chain": ("middle", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "chain": ("middle", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "self-signed": (None, "mail.example.test", GOOD, "serverAuth", ALWAYS),
}

CONFIG = """
[ca]
default_ca = any
[any]
database = {work}/index.txt
new_certs_dir = {work}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = policy
[policy]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = {usage}
subjectKeyIdentifier = hash
{names}
[req]
distinguished_name = nobody
[nobody]
"""


def openssl(*args):
    result = subprocess.run(["openssl", *args], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False)
    if result.returncode:
        sys.exit("openssl " + " ".join(args) + "\n" + result.stdout.decode())


def make(where, work, name, signer, cn, section, usage="serverAuth", names=None,
         validity=ALWAYS):
    """One key and one certificate, signed by `signer` or by itself."""
    config = os.path.join(work, "config")
    with open(config, "w", encoding="ascii") as f:
        f.write(CONFIG.format(work=work, usage=usage, names=(
            "subjectAltName = " + names if names else "")))
    key = os.path.join(where, name + ".key")
    cert = os.path.join(where, name + ".pem")
    request = os.path.join(work, "request")
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    openssl("req", "-new", "-config", config, "-key", key, "-subj", "/CN=" + cn,
            "-out", request)
    who = (["-selfsign", "-keyfile", key] if signer is None else
           ["-cert", os.path.join(where, signer + ".pem"),
            "-keyfile", os.path.join(where, signer + ".key")])
    openssl("ca", "-batch", "-notext", "-config", config, *who, "-extensions",
            section, "-startdate", validity[0], "-enddate", validity[1],
            "-in", request, "-out", cert)


def main(where):
    os.makedirs(where, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        open(os.path.join(work, "index.txt"), "w", encoding="ascii").close()
        make(where, work, "ca", None, "Posthaste Test CA", "authority")
        make(where, work, "other-ca", None, "Some Other CA", "authority")
        make(where, work, "middle", "ca", "Posthaste Middle CA", "authority")
        for name, (signer, cn, names, usage, validity) in SERVERS.items():
            make(where, work, name, signer, cn, "server", usage, names, validity)
        with open(os.path.join(where, "middle.pem"), encoding="ascii") as f:
            middle = f.read()
        with open(os.path.join(where, "chain.pem"), "a", encoding="ascii") as f:
            f.write(middle)
        openssl("ec", "-in", os.path.join(where, "server.key"), "-aes128",
                "-passout", "pass:secret", "-out",
                os.path.join(where, "encrypted.key"))
    with open(os.path.join(where, "certs.h"), "w", encoding="utf-8") as f:
        f.write('#define CERTS "%s/"\n' % os.path.abspath(where))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
