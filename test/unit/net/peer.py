"""A TLS server that is not ours: peer.py CERTIFICATES 1.2|1.3

Prints its port, serves one guest: a greeting, a line which it gives back in
capitals, close_notify. Then prints what it saw."""
import socket
import ssl
import sys


def serve(guest, context):
    try:
        tls = context.wrap_socket(guest, server_side=True)
    except ssl.SSLError as error:
        return error.reason
    with tls:
        tls.sendall(b"220 hello\r\n")
        line = tls.recv(1000)
        tls.sendall(line.upper())
        version = tls.version()
        try:
            tls.unwrap()  # says close_notify and waits for ours
        except (ssl.SSLError, OSError) as error:
            return "no close_notify: %s" % error
        return "%s %s" % (version, line.decode().strip())


def main():
    certs, version = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs + "server.pem", certs + "server.key")
    context.minimum_version = context.maximum_version = {
        "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        guest, _ = server.accept()
        print(serve(guest, context), flush=True)


main()
