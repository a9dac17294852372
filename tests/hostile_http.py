"""The HTTP that hostile requests are spoilt with. SECRET is what no refusal may repeat, NAME a parameter's name."""

import zipfile
from collections.abc import Callable
from io import BytesIO

from tests.hostile_json import DATES

UUID = b"00000000-0000-7000-8000-000000000001"
HEADERS: list[tuple[bytes, bytes | None]] = [
    *(
        (b"Idempotency-Key", value)
        for value in (None, b"", b" ", b"k" * 128, b"k" * 129, b"k" * 30_000, b"\xff\xfe", b"'--", b"SECRET")
    ),
    *(
        (b"Authorization", value)
        for value in (b"", b"Bearer", b"Bearer ", b"Bearer SECRET", b"bearer \xff\xfe", b"Bearer " + b"t" * 30_000)
    ),
    *(
        (b"Authorization", value)
        for value in (b"Basic SECRET", b"Bearer a b", b"Bearer,", b"Digest x=1", b"Bearer \xed\xa0\x80", b"\xff")
    ),
    *(
        (b"Cookie", value)
        for value in (
            b"madang_login",
            b"madang_login=",
            b"madang_login=SECRET",
            b"madang_login=" + b"c" * 30_000,
            b";;;=;",
        )
    ),
    *(
        (b"Cookie", value)
        for value in (
            b"madang_login=\xff",
            b'madang_login="SECRET',
            b"a=b; " * 3_000,
            b"madang_lang=../../x; lang=SECRET",
        )
    ),
    *(
        (b"Host", value)
        for value in (
            None,
            b"",
            b"SECRET.evil.example",
            b"a" * 5_000,
            b"127.0.0.1:99999999",
            b"[::1",
            b"u:p@h",
            b"\xff",
            b"a b",
            b"h/../x",
        )
    ),
    *((b"Origin", value) for value in (b"", b"null", b"https://SECRET.example", b"\xff", b"http://[", b"a" * 10_000)),
    *(
        (b"Accept", value)
        for value in (
            b"",
            b"text/html",
            b"text/html;q=SECRET",
            b"*/*;q=9e999",
            b"a" * 10_000,
            b"\xff",
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    ),
    *(
        (b"Accept-Language", value)
        for value in (
            b"",
            b"ko;q=x",
            b"../../etc",
            b"SECRET",
            b"a-" * 5_000,
            b"*;q=1e999",
            b"\xff",
            b"ko,en;q=" + b"9" * 5_000,
        )
    ),
    *((b"Last-Event-ID", value) for value in (b"", b"-1", b"9" * 400, b"NaN", b"SECRET", b"\xc2\xb2", b"1.5")),
    *((b"X-Forwarded-For", value) for value in (b"SECRET", b"127.0.0.1, " * 1_000, b"::1%eth0", b"\xff")),
    *((b"X-Forwarded-Proto", value) for value in (b"https", b"javascript", b"SECRET", b"\xff")),
    *((b"X-Forwarded-Host", value) for value in (b"evil.example", b"SECRET")),
    *((b"Forwarded", value) for value in (b"for=SECRET;proto=https", b'for="[', b";;;")),
    *(
        (b"X-Request-Id", value)
        for value in (b"SECRET" + b"r" * 10_000, b"\xff\xfe", b"'; DROP TABLE event; --", b"\x7f")
    ),
    *((b"Sec-Fetch-Site", value) for value in (b"cross-site", b"SECRET", b"\xff")),
    *((b"Content-Encoding", value) for value in (b"gzip", b"SECRET", b"br, gzip")),
    *(
        (b"Range", value)
        for value in (b"bytes=0-0", b"bytes=-9999999999999999999", b"bytes=SECRET", b"bytes=" + b"0-1," * 2_000)
    ),
    *((b"If-None-Match", value) for value in (b"*", b'"SECRET"', b'W/"' + b"e" * 10_000 + b'"')),
    *((b"If-Modified-Since", value) for value in (b"SECRET", b"Mon, 99 Foo 99999 99:99:99 GMT")),
    *((b"Expect", value) for value in (b"100-continue", b"SECRET")),
    *((b"Upgrade", value) for value in (b"websocket", b"h2c", b"SECRET")),
    *((b"Connection", value) for value in (b"upgrade", b"close, keep-alive", b"SECRET")),
    *(
        (b"Content-Length", value)
        for value in (b"-1", b"abc", b"1e3", b"+5", b"5, 6", b"0x10", b" ", b"9" * 40, b"\xb2", b"1000000", b"1_0")
    ),
    *(
        (b"Transfer-Encoding", value)
        for value in (b"gzip", b"chunked, chunked", b"identity", b"SECRET", b"\x0bchunked")
    ),
    *((b"X-HTTP-Method-Override", value) for value in (b"DELETE", b"SECRET")),
    *(
        (b"X-" + b"n" * 20_000, b"v"),
        (b"X-Many", b"v" * 60_000),
        (b"X-Nul", b"a\x01b"),
        (b"Te", b"trailers"),
        (b"", b"v"),
    ),
]
# The same ids, dates, numbers and texts, as they stand in an address.
PATHS: list[bytes] = [
    *(
        b"..",
        b".",
        b"%2e%2e",
        b"%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        b"..%5c..%5c",
        b"....//",
        b"%252e%252e",
        b"",
        b"%2f",
        b"%5c",
    ),
    *(
        b"%00",
        b"a%00SECRET",
        b"%0d%0aX-Injected:%20yes",
        b"%0a",
        b"%ff",
        b"%c0%af",
        b"%ed%a0%80",
        b"%",
        b"%zz",
        b"%u0041",
        b"\xff\xfe",
    ),
    *(
        b"not-an-id",
        UUID,
        UUID.upper(),
        UUID[:-1],
        UUID + b"0",
        b"{" + UUID + b"}",
        b"urn:uuid:" + UUID,
        UUID.replace(b"-", b""),
        b"0",
        b"-1",
    ),
    *(
        b"SECRET",
        b"'%20OR%201=1--",
        b"%3Cscript%3ESECRET",
        b"%7B%7B7*7%7D%7D",
        b"*",
        b"~root",
        b";a=b",
        b"a;b",
        b"@",
        b":",
        b"a#b",
        b"a" * 8_000,
    ),
    *(
        b"smc-2020%00",
        b"SMC-2020",
        b"smc-2020 ",
        b"smc-2020%20",
        b"smc-2021",
        b"%EA%B0%80" * 500,
        b"%E2%80%AE",
        b"%F3%A0%80%81",
        b"constructor",
        b"__proto__",
    ),
]
QUERIES: list[bytes] = [
    *(b"NAME=" + value for value in PATHS),
    *(b"NAME=" + date.encode().replace(b"+", b"%2B") for date in DATES if date.isascii()),
    *(b"NAME=%d" % number for number in (2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40, -(2**63) - 1)),
    *(
        b"NAME=1&NAME=2",
        b"NAME",
        b"NAME=",
        b"NAME[]=1",
        b"NAME[a][b]=1",
        b"=1",
        b"&&&&",
        b"?NAME=1",
        b"NAME=" + b"9" * 5_000,
        b"NAME=1e400",
        b"NAME=NaN",
    ),
    *(
        b"NAME=true",
        b"NAME=null",
        b"NAME=" + b"a," * 5_000,
        b"NAME=SECRET%0d%0aX-Injected:%20yes",
        b"a=1&" * 3_000,
        b"NAME=%EF%BC%91",
        b"NAME=1.0",
        b"NAME=+1",
    ),
    *(
        b"limit=0",
        b"limit=-1",
        b"limit=201",
        b"limit=1e2",
        b"limit=0x10",
        b"limit=%D9%A1",
        b"before=-9223372036854775809",
        b"before=9223372036854775808",
    ),
    *(
        b"since=0001-01-01T00:00:00%2B23:59",
        b"since=9999-12-31T23:59:59-23:59",
        b"after=" + UUID,
        b"after=%00",
        b"by=SECRET",
        b"kind=SECRET",
        b"topics=%00",
    ),
    *(
        b"topics=party:SECRET,session:x,organiser,me",
        b"topics=" + b"me," * 900,
        b"topics=party:%00",
        b"topics=" + b"t," * 150,
        b"lang=../../x",
        b"lang=SECRET",
    ),
    *(
        b"dry_run=SECRET",
        b"dry_run=2",
        b"format=SECRET",
        b"ticket=SECRET",
        b"ticket=%00",
        b"next=//evil.example",
        b"next=https://evil.example/SECRET",
    ),
]

CRLF = b"\r\n"
FRAMINGS: list[Callable[[bytes, bytes], bytes]] = [
    lambda wire, secret: _with_header(wire, b"Content-Length: 10\r\nContent-Length: 11"),
    lambda wire, secret: _with_header(wire, b"Content-Length: 5\r\nTransfer-Encoding: chunked"),
    lambda wire, secret: _with_header(wire, b"Transfer-Encoding: chunked") + b"5\r\nab",
    lambda wire, secret: _chunked(wire, b"zz\r\n" + secret),
    lambda wire, secret: _chunked(wire, b"-5\r\nabcde\r\n0\r\n\r\n"),
    lambda wire, secret: _chunked(wire, b"ffffffffffffffffffff\r\n" + secret),
    lambda wire, secret: _chunked(wire, b"3;" + b"e" * 30_000 + b"\r\nabc\r\n0\r\n\r\n"),
    lambda wire, secret: _chunked(wire, b"2\r\n{}\r\n0\r\nX-Trailer: " + secret + b"\r\n\r\n"),
    lambda wire, secret: _chunked(wire, b"1\r\n{\r\n" * 2_000 + b"0\r\n\r\n"),
    lambda wire, secret: _chunked(wire, b"2\n{}\n0\n\n"),
    lambda wire, secret: wire[: len(wire) // 2],
    lambda wire, secret: wire[:-1],
    lambda wire, secret: wire.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    lambda wire, secret: wire.replace(b"HTTP/1.1", b"HTTP/3.0", 1),
    lambda wire, secret: wire.replace(b"HTTP/1.1", b"HTTP/" + secret, 1),
    lambda wire, secret: wire.replace(b" HTTP/1.1", b"", 1),
    lambda wire, secret: wire.replace(b" /", b" http://evil.example/", 1),
    lambda wire, secret: wire.replace(b" /", b" ", 1),
    lambda wire, secret: wire.replace(b" /", b"  /", 1),
    lambda wire, secret: wire.replace(CRLF, b"\n"),
    lambda wire, secret: wire.replace(CRLF, b"\r", 1),
    lambda wire, secret: CRLF * 3 + wire,
    lambda wire, secret: wire.replace(CRLF, CRLF + b" folded: " + secret + CRLF, 1),
    lambda wire, secret: _with_header(wire, b"no colon at all"),
    lambda wire, secret: _with_header(wire, b"X-Space : " + secret),
    lambda wire, secret: _with_header(wire, b"X-Nul: a\0b"),
    lambda wire, secret: _with_header(wire, b"X\xff: " + secret),
    lambda wire, secret: _with_header(wire, CRLF.join(b"X-%d: v" % number for number in range(3_000))),
    lambda wire, secret: _with_header(wire, b"X-Large: " + b"v" * 100_000),
    lambda wire, secret: b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    lambda wire, secret: b"GET * HTTP/1.1\r\nHost: h\r\n\r\n",
    lambda wire, secret: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + secret,
    lambda wire, secret: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + secret,
    lambda wire, secret: b"\0" * 1_000,
    lambda wire, secret: secret * 5_000,
    lambda wire, secret: wire + b"GET /" + secret + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    lambda wire, secret: wire * 5,
]


def _with_header(wire: bytes, lines: bytes) -> bytes:
    return wire.replace(CRLF, CRLF + lines + CRLF, 1)


def _chunked(wire: bytes, body: bytes) -> bytes:
    head = wire.partition(CRLF * 2)[0].split(CRLF)
    kept = [line for line in head if not line.lower().startswith(b"content-length")]
    return CRLF.join([*kept, b"Transfer-Encoding: chunked", b"", body])


def _zipped(**entries: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def _part(disposition: bytes, content: bytes, more: bytes = b"") -> bytes:
    return b"--xXxBOUNDARYxXx\r\nContent-Disposition: form-data; " + disposition + CRLF + more + CRLF + content + CRLF


END = b"--xXxBOUNDARYxXx--\r\n"
FILE = b'name="file"; filename="a.csv"'
SHEET = "기업명,이메일\n성남병원,a@people.example\n".encode()
MULTIPARTS: list[bytes] = [
    *(
        _part(FILE, content) + END
        for content in (SHEET, b"", b"\0" * 1000, b"SECRET", SHEET * 500, b'a,b\n"SECRET', b"," * 20_000)
    ),
    *(
        _part(FILE, content) + END
        for content in (
            b"\xff\xfe" + "가,나\n".encode("utf-16-le"),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1SECRET",
            b"PK\x03\x04SECRET",
        )
    ),
    *(
        _part(FILE, content) + END
        for content in (_zipped(a=b"x"), _zipped(xl__workbook_dot_xml=b"<a>&x;</a>"), _zipped(mimetype=b"SECRET"))
    ),
    *(_part(FILE, b"\n".join([b'"SECRET"'] * lines)) + END for lines in (1, 2, 3_000)),
    _part(FILE, "회사명,담당자,=1+1\n가,나,@x\n".encode("cp949")) + END,
    _part(b'name="file"; filename="../../etc/passwd\\0SECRET"', SHEET) + END,
    _part(b'name="file"; filename="' + b"n" * 20_000 + b'"', SHEET) + END,
    _part(b"name=\"file\"; filename*=utf-8''%ff%00SECRET", SHEET) + END,
    _part(b'name="file"', SHEET) + END,
    _part(b"", SHEET) + END,
    _part(b'name="SECRET"', b"x") + END,
    _part(FILE, SHEET) * 5 + END,
    _part(b'name="mapping"', b"x") * 12 + END,
    _part(FILE, SHEET) + _part(b'name="mapping"', b'{"a": ["SECRET"]}') + END,
    _part(FILE, SHEET) + _part(b'name="mapping"', b"SECRET") + END,
    _part(FILE, SHEET) + _part(b'name="mapping"', b'{"' + b"a" * 20_000 + b'": "email"}') + END,
    _part(FILE, SHEET) + _part(b'name="mapping"', b'{"x": "\\ud800"}') + END,
    _part(FILE, SHEET) + _part(b'name="mapping"', b"[" * 50_000) + END,
    _part(FILE, SHEET) + _part(b'name="mapping"', b"9" * 5_000) + END,
    _part(FILE, SHEET) + _part(b'name="mapping"; filename="m"', b"{}") + END,
    _part(FILE, SHEET) + _part(b'name="sheet"', b"\xff\0SECRET") + END,
    _part(FILE, SHEET, b"Content-Type: " + b"t" * 10_000 + CRLF) + END,
    _part(FILE, SHEET, b"Content-Transfer-Encoding: base64\r\n") + END,
    _part(FILE, SHEET, b"X-Header: v\r\n" * 3_000) + END,
    _part(FILE, SHEET, b"\xff\xfe: \0\r\n") + END,
    _part(FILE, SHEET),
    _part(FILE, SHEET)[:-10],
    b"--xXxBOUNDARYxXx\r\n" * 1_000,
    END,
    b"",
    b"SECRET",
    b"--wrong\r\n\r\nSECRET\r\n--wrong--\r\n",
    b"\r\n" * 1_000 + END,
    b"a=1&b=SECRET",
]
