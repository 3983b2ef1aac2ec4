#!/usr/bin/env python3
"""Makes the certificates that tests need, with the openssl program.

    certs.py DIRECTORY

ca.pem signs what does not say otherwise. Each NAME below becomes NAME.pem (with the chain a server sends) and NAME.key. certs.h
says where they are. They are valid until 2049, so nothing rots.
"""
import os
import ssl
import subprocess
import sys
import tempfile

ALWAYS = ("20200101000000Z", "20491231235959Z")
PAST = ("20200101000000Z", "20210101000000Z")
FUTURE = ("20490101000000Z", "20491231235959Z")
EC_KEY = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
GOOD = "DNS:localhost,DNS:mail.example.test,IP:127.0.0.1,IP:::1"
# One DNS name, "mail.example.test", a zero octet, ".evil.test".
NUL_NAME = "301e821c" + b"mail.example.test\0.evil.test".hex()

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
    "by-server": ("server", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "too-deep": ("lower", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "unknown-root": ("other-ca", "mail.example.test", GOOD, "serverAuth", ALWAYS),
    "nul": ("ca", "mail.example.test", "DER:" + NUL_NAME, "serverAuth", ALWAYS),
    "client": ("ca", "Alice", "email:alice@example.test", "clientAuth", ALWAYS),
}
# What a server sends behind its own certificate.
CHAINS = {
    "chain": ["middle"],
    "by-server": ["server"],
    "too-deep": ["lower", "middle"],
    "unknown-root": ["other-ca"],
}

# name: (key, digest of the signature); all signed by the CA, for GOOD.
KINDS = {
    "rsa": (["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"], "sha256"),
    "rsa-1024": (["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"],
                 "sha256"),
    "sha1": (EC_KEY, "sha1"),
    "sha384": (EC_KEY, "sha384"),
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
[last authority]
basicConstraints = critical,CA:TRUE,pathlen:0
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
         validity=ALWAYS, key_kind=EC_KEY, digest="sha256"):
    """One key and one certificate, signed by `signer` or by itself."""
    config = os.path.join(work, "config")
    with open(config, "w", encoding="ascii") as f:
        f.write(CONFIG.format(work=work, usage=usage, names=(
            "subjectAltName = " + names if names else "")))
    key = os.path.join(where, name + ".key")
    cert = os.path.join(where, name + ".pem")
    request = os.path.join(work, "request")
    openssl("genpkey", *key_kind, "-out", key)
    openssl("req", "-new", "-config", config, "-key", key, "-subj", "/CN=" + cn,
            "-out", request)
    who = (["-selfsign", "-keyfile", key] if signer is None else
           ["-cert", os.path.join(where, signer + ".pem"),
            "-keyfile", os.path.join(where, signer + ".key")])
    # An Ed25519 issuer brings a digest of its own.
    md = ["-md", digest] if digest else []
    openssl("ca", "-batch", "-notext", *md, "-config", config, *who, "-extensions",
            section, "-startdate", validity[0], "-enddate", validity[1],
            "-in", request, "-out", cert)


def read(where, name):
    with open(os.path.join(where, name), encoding="ascii") as f:
        return f.read()


def append(where, name, others):
    with open(os.path.join(where, name + ".pem"), "a", encoding="ascii") as f:
        f.write("".join(read(where, other + ".pem") for other in others))


def forge(where, name, of):
    """A copy whose signature is wrong in its last octet."""
    der = bytearray(ssl.PEM_cert_to_DER_cert(read(where, of + ".pem")))
    der[-1] ^= 1
    with open(os.path.join(where, name + ".pem"), "w", encoding="ascii") as f:
        f.write(ssl.DER_cert_to_PEM_cert(bytes(der)))
    with open(os.path.join(where, name + ".key"), "w", encoding="ascii") as f:
        f.write(read(where, of + ".key"))


def main(where):
    os.makedirs(where, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        open(os.path.join(work, "index.txt"), "w", encoding="ascii").close()
        make(where, work, "ca", None, "Posthaste Test CA", "authority")
        make(where, work, "other-ca", None, "Some Other CA", "authority")
        make(where, work, "middle", "ca", "Posthaste Middle CA", "last authority")
        make(where, work, "lower", "middle", "Posthaste Lower CA", "authority")
        for name, (signer, cn, names, usage, validity) in SERVERS.items():
            make(where, work, name, signer, cn, "server", usage, names, validity)
        for name, (kind, digest) in KINDS.items():
            make(where, work, name, "ca", "mail.example.test", "server", names=GOOD,
                 key_kind=kind, digest=digest)
        make(where, work, "ed25519-ca", None, "Posthaste Ed25519 CA", "authority",
             key_kind=["-algorithm", "ed25519"], digest=None)
        make(where, work, "ed25519", "ed25519-ca", "mail.example.test", "server",
             names=GOOD, digest=None)
        for name, others in CHAINS.items():
            append(where, name, others)
        forge(where, "forged", "server")
        openssl("pkey", "-in", os.path.join(where, "server.key"), "-aes128",
                "-passout", "pass:secret", "-out",
                os.path.join(where, "encrypted.key"))
    with open(os.path.join(where, "certs.h"), "w", encoding="utf-8") as f:
        f.write('#define CERTS "%s/"\n' % os.path.abspath(where))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
