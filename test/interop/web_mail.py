"""Messages that are worth a look: well made, ill made, and hostile."""

import email.message
import email.policy
import struct
import zlib


def png(width=8, height=8, colour=(200, 30, 30)):
    """A picture of one colour."""
    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data +
                struct.pack(">I", zlib.crc32(name + data)))

    rows = (b"\0" + bytes(colour) * width) * height
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def octets(message):
    return message.as_bytes(policy=email.policy.SMTP)


def whole():
    """Text, HTML with a picture in it, and two files. Not all of it ASCII."""
    m = email.message.EmailMessage()
    m["From"] = "Zoë Müller <zoe@example.org>"
    m["To"] = "Bob <bob@example.org>, Ann <ann@example.org>"
    m["Subject"] = "Die Übersicht für März: 数字と 📈"
    m["Date"] = "Tue, 03 Mar 2026 09:30:00 +0100"
    m["Message-ID"] = "<whole@example.org>"
    m.set_content("Grüße aus Köln.\n\nDie Zahlen liegen bei.\n")
    m.add_alternative(
        '<!doctype html><meta charset="us-ascii"><style>h1{color:#8a1c1c}</style>'
        "<body style='font:16px sans-serif;margin:2em'><h1>Grüße aus Köln</h1>"
        '<p>Die <b>Zahlen</b> liegen bei.</p><img id="logo" alt="Logo" width="160" '
        'height="60" src="cid:logo%40example.org"></body>', subtype="html")
    m.get_payload()[1].add_related(png(16, 6), "image", "png", cid="<logo@example.org>")
    m.add_attachment(bytes(range(256)) * 8, maintype="application",
                     subtype="octet-stream", filename="Zahlen für März.bin")
    m.add_attachment("a,b\r\n1,2\r\n", subtype="csv", filename="t.csv")
    return octets(m)


def plain(subject="hello", text="hello\r\n", sender="ann@example.org"):
    return (f"From: {sender}\r\nTo: bob@example.org\r\nSubject: {subject}\r\n"
            f"\r\n{text}").encode()


NO_END = (b"From: a@example.org\r\nSubject: no end\r\nMIME-Version: 1.0\r\n"
          b"Content-Type: multipart/mixed; boundary=x\r\n\r\npreamble\r\n"
          b"--x\r\nContent-Type: text/plain\r\n\r\nstill to be read\r\n"
          b"--x\r\nContent-Type: application/pdf; name=\"half.pdf\"\r\n"
          b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8")
WRONG_CHARSET = (b"From: a@example.org\r\nSubject: =?utf-8?q?caf=E9?=\r\n"
                 b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9 \x80 5\r\n")
UNKNOWN_CHARSET = (b"Subject: x\r\nContent-Type: text/plain; "
                   b"charset=\"../../no\xff such\"\r\n\r\nna\xefve\r\n")
GARBAGE = (b"Subject: \xff\xfe\x01raw \x80\xbf\r\nFrom: \xe9\xe8 <\xff>\r\n"
           b"no field at all\r\nX: " + bytes(range(128, 256)) +
           b"\r\n\r\n" + bytes(b for b in range(256) if b not in b"\r\n") + b"\r\n")
DEEP = (b"Subject: deep\r\n" + b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
    for i in range(2000)) + b"\r\nbottom\r\n")
MANY = (b"Subject: many\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
        b"--b\r\n\r\nx\r\n" * 1000 + b"--b--\r\n")
FIELDS = b"".join(b"X-%d: y\r\n" % i for i in range(20000)) + b"\r\nx\r\n"
EMPTY = b""
ODD = {"no end": NO_END, "wrong charset": WRONG_CHARSET, "garbage": GARBAGE,
       "unknown charset": UNKNOWN_CHARSET, "deep": DEEP, "many": MANY,
       "fields": FIELDS, "empty": EMPTY, "one octet": b"x", "NUL": b"\0\0\r\n",
       "header only": b"Subject: x\r\n", "folds": b"Subject: a" + b"\r\n b" * 5000}

EVIL_NAME = '"><script>document.title=1</script>../../\r\n.html'
EVIL = "<img src=x onerror=document.title=1><script>document.title=1</script>"


def hostile(beacon, page):
    """HTML that tries to run, to fetch from `beacon`, and to leave `page`."""
    html = f"""<!doctype html><html><head>
<meta http-equiv="refresh" content="0;url={beacon}/refresh">
<meta http-equiv="Content-Security-Policy" content="default-src *">
<base href="{beacon}/base/">
<link rel="stylesheet" href="{beacon}/style.css">
<link rel="preload" as="image" href="{beacon}/preload.png">
<link rel="prefetch" href="{beacon}/prefetch">
<link rel="preconnect" href="{beacon}">
<link rel="icon" href="{beacon}/icon">
<style>@import url({beacon}/import.css); body {{ background: url({beacon}/background.png) }}
@font-face {{ font-family: f; src: url({beacon}/font) }} p {{ font-family: f }}</style>
<script>document.title = "owned"; top.document.title = "owned";
fetch("{beacon}/fetch"); new Image().src = "{beacon}/image";
fetch("{page}/api/messages", {{method: "DELETE", headers: {{"X-Posthaste": "1"}}}});</script>
<script src="{beacon}/script.js"></script></head>
<body onload="document.title='owned'; location='{beacon}/onload'">
<p id="seen">hostile</p>
<img src="x" onerror="document.title='owned'; location='{beacon}/onerror'">
<img src="{beacon}/pixel.png" srcset="{beacon}/set.png 2x">
<picture><source srcset="{beacon}/source.png"><img src="{beacon}/picture.png"></picture>
<svg onload="document.title='owned'"><image href="{beacon}/svg.png"/><script>document.title='owned'</script></svg>
<iframe src="{beacon}/frame"></iframe><iframe srcdoc="<script>parent.document.title='owned'</script>"></iframe>
<object data="{beacon}/object"></object><embed src="{beacon}/embed">
<video src="{beacon}/video" poster="{beacon}/poster" autoplay></video><audio src="{beacon}/audio" autoplay></audio>
<form id="f" action="{beacon}/form" method="post"><input name="a" autofocus onfocus="f.submit()"><button id="submit">go</button></form>
<a id="top" target="_top" href="{beacon}/top">top</a>
<a id="blank" target="_blank" href="{beacon}/blank">blank</a>
<a id="self" href="{beacon}/self">self</a>
<a id="run" href="javascript:document.title='owned'">run</a>
</body></html>"""
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["From"] = f'"{EVIL}" <evil@example.org>'
    m["To"] = "bob@example.org"
    m["Subject"] = EVIL
    m.set_content(EVIL + "\n")
    m.add_alternative(html, subtype="html")
    m.add_attachment(b"<script>document.title=1</script>", maintype="text",
                     subtype="html", filename="evil.html")
    m.add_attachment(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
                     maintype="image", subtype="svg+xml", filename="evil.svg")
    data = octets(m)
    return data.replace(b'filename="evil.html"',
                        b"filename*=utf-8''%22%3E%3Cscript%3E%3C%2Fscript%3E..%2F%0D%0AX-Evil: 1.html")
