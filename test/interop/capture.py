"""Writes the frames of a network interface to a file, as pcap: capture.py
INTERFACE FILE

Prints a line once nothing is missed any more; ends when its standard input
does, with all that came until then.
"""

import select
import socket
import struct
import sys
import time

ETH_P_ALL = 3
LONGEST = 1 << 18   # of a frame; large segments are not yet cut up
# pcap: magic, version 2.4, no time zone, no accuracy, LONGEST, Ethernet
HEADER = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, LONGEST, 1)


def record(frame):
    now = time.time_ns() // 1000
    return struct.pack("<IIII", now // 1000000, now % 1000000, len(frame),
                       len(frame)) + frame


def main(interface, path):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                       socket.htons(ETH_P_ALL)) as frames, \
            open(path, "wb") as out:
        frames.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        frames.bind((interface, ETH_P_ALL))
        out.write(HEADER)
        print("listening", flush=True)
        while True:
            ready, _, __ = select.select([frames, sys.stdin], [], [])
            if frames not in ready:   # the end, and nothing is left
                return
            out.write(record(frames.recv(LONGEST)))


if __name__ == "__main__":
    main(*sys.argv[1:])
