"""Messages of several parts, as Python's email reads them; images to put in."""

import email
import email.policy
import struct
import zlib


def png(width, height, colour):
    """The octets of an image of one colour, (red, green, blue)."""
    def chunk(kind, octets):
        return (struct.pack(">I", len(octets)) + kind + octets
                + struct.pack(">I", zlib.crc32(kind + octets)))
    rows = (b"\0" + bytes(colour) * width) * height
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0,
                                         0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def parse(test, octets):
    """The message; the test fails if there is a defect in any part."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    for part in message.walk():
        test.assertEqual([], part.defects)
        for name, value in part.items():
            test.assertEqual((), value.defects, name)
    return message


def tree(part):
    """related(text/html image/png)"""
    if not part.is_multipart():
        return part.get_content_type()
    kind = part.get_content_subtype()
    return f"{kind}({' '.join(tree(child) for child in part.iter_parts())})"


def ids(message):
    """The octets of each part that has a Content-ID."""
    return {str(part["Content-ID"])[1:-1]: part.get_payload(decode=True)
            for part in message.walk() if part["Content-ID"]}
