"""Hostile requests and messages, made from the API's description: the same for the same seed, and each to be had alone.

An attack begins as a request that the description allows, for things that exist, and is then spoilt in one way.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from tests.hostile_http import FRAMINGS, HEADERS, MULTIPARTS, PATHS, QUERIES
from tests.hostile_json import BROKEN_BODIES, MESSAGES, TOKENS, TYPES

ASKERS = ("organiser", "buyer", "owner", None)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "QUERY"]
PAGES = [
    *("/", "/sign-in", "/c/{slug}", "/c/{slug}/looks", "/c/{slug}/free-slots", "/c/{slug}/programme", "/p/{slug}"),
    *("/docs", "/openapi.json", "/metrics"),
]
# Texts of the kinds that patterns ask for; whatever fits no pattern is left to chance.
FITTING = ["KR", "KRW", "zoom", "1.00", "en", "a@people.example", "https://zoom.example/j/1", "smc-2020", "2020-11-09"]
FORMATS = {
    "date-time": "2020-11-09T09:00:00Z",
    "date": "2020-11-09",
    "email": "a@people.example",
    "uri": "https://zoom.example/j/1",
}
SPOILT = "spoilt here"
LENGTHS = (b"Content-Length", b"Transfer-Encoding")


@dataclass(frozen=True)
class Attack:
    """Bytes for a server. `whole` is false where they may be no whole request: then the sender says no more."""

    name: str
    who: str | None
    about: str
    path: str
    method: str
    request: bytes = field(repr=False)
    secret: str
    whole: bool


@dataclass
class Draft:
    """A request in the making."""

    method: str
    path: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes | None
    value: Any = None  # what the body is the JSON of
    whole: bool = True

    def set(self, name: bytes, value: bytes | None) -> None:
        """Replace a header; None takes it away."""
        self.headers = [header for header in self.headers if header[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def wire(self) -> bytes:
        """The bytes of the request."""
        headers = list(self.headers)
        if self.body is not None and not any(name in LENGTHS for name, _ in headers):
            headers.append((b"Content-Length", b"%d" % len(self.body)))
        lines = [b"%s %s HTTP/1.1" % (self.method.encode(), self.target), *(b"%s: %s" % header for header in headers)]
        return b"\r\n".join([*lines, b"", self.body or b""])


class Hostility:
    """All attacks of a seed. `known` has ids of what exists by their names in paths, `tokens` and `cookies` the askers'
    logins: they come as programs to a convention, and as browsers everywhere else."""

    def __init__(
        self,
        document: Mapping[str, Any],
        seed: int,
        known: Mapping[str, Sequence[str]],
        tokens: Mapping[str, str],
        cookies: Mapping[str, str],
    ) -> None:
        self._schemas = document["components"]["schemas"]
        self._seed, self._known = seed, known
        self._tokens, self._cookies = tokens, cookies
        operations = [
            (method.upper(), path, operation)
            for path, methods in sorted(document["paths"].items())
            for method, operation in sorted(methods.items())
        ]
        self.operations = [*operations, *(("GET", path, {}) for path in PAGES)]

    def attack(self, index: int) -> Attack:
        """One attack. Every operation is spoilt in every way, one after another."""
        random, secret = Random(f"{self._seed}:{index}"), f"secret{self._seed}x{index}x"
        kinds = list(KINDS)
        kind = kinds[index % len(kinds)]
        method, path, operation = self.operations[index // len(kinds) % len(self.operations)]
        who = random.choice(ASKERS)
        draft = self._draft(random, secret, who, (method, path, operation))
        KINDS[kind](random, secret, draft)
        about = f"{kind}: {method} {path} as {who or 'nobody'}"
        return Attack(f"{self._seed}:{index}", who, about, path, draft.method, draft.wire(), secret, whole=draft.whole)

    def message(self, index: int) -> str | bytes:
        """One message for the live socket."""
        return Random(f"{self._seed}:message:{index}").choice(MESSAGES)

    def _draft(self, random: Random, secret: str, who: str | None, what: tuple[str, str, dict[str, Any]]) -> Draft:
        method, path, operation = what
        names = re.findall(r"\{(\w+)\}", path)
        target = path
        for name in names:
            target = target.replace("{" + name + "}", quote(self._id(random, name), safe=""))
        query = {
            parameter["name"]: self.sample(parameter["schema"], random, secret)
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query" and (parameter.get("required") or random.random() < 0.5)
        }
        if query:
            target += "?" + urlencode({name: value for name, value in query.items() if value is not None})
        page = not path.startswith("/api/")
        draft = Draft(method, path, target.encode(), [(b"Host", b"127.0.0.1")], None)
        draft.set(b"Accept", b"text/html" if page and random.random() < 0.5 else b"*/*")
        if who is not None:
            if path.startswith("/api/v1/conventions/{slug}"):
                draft.set(b"Authorization", b"Bearer " + self._tokens[who].encode())
            else:
                draft.set(b"Cookie", b"madang_login=" + self._cookies[who].encode())
                draft.set(b"Sec-Fetch-Site", b"same-origin")
        if method not in ("GET", "HEAD"):
            draft.set(b"Idempotency-Key", f"{secret}{random.random()}".encode())
            self._fill(random, secret, draft, operation)
        return draft

    def _fill(self, random: Random, secret: str, draft: Draft, operation: dict[str, Any]) -> None:
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            draft.value = self.sample(content["application/json"]["schema"], random, secret)
            draft.body = json.dumps(draft.value).encode()
            draft.set(b"Content-Type", b"application/json")
        elif content:
            spoil_multipart(random, secret, draft)
        else:
            draft.body = b""

    def _id(self, random: Random, name: str) -> str:
        if name == "slug":
            return "smc-2020"
        if name == "kind":
            return random.choice(["buyers", "exhibitors"])
        ids = self._known.get(name) or [str(value) for values in self._known.values() for value in values]
        return random.choice(list(ids))

    def sample(self, schema: Mapping[str, Any], random: Random, secret: str) -> Any:
        """A value that the schema allows, as far as that is simple; the secret where any text will do."""
        if "$ref" in schema:
            return self.sample(self._schemas[schema["$ref"].rpartition("/")[2]], random, secret)
        if "anyOf" in schema or "oneOf" in schema:
            return self.sample(random.choice(schema.get("anyOf") or schema["oneOf"]), random, secret)
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else random.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._sample_object(schema, random, secret)
            case "array":
                items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
                return [self.sample(items, random, secret) for _ in range(max(1, schema.get("minItems", 1)))]
            case "string":
                return self._sample_text(schema, random, secret)
            case "integer" | "number":
                return schema.get("minimum", schema.get("maximum", 1))
            case "boolean":
                return random.random() < 0.5
        return None

    def _sample_object(self, schema: Mapping[str, Any], random: Random, secret: str) -> dict[str, Any]:
        needed = schema.get("required", ())
        made = {
            name: self.sample(inner, random, secret)
            for name, inner in schema.get("properties", {}).items()
            if name in needed or random.random() < 0.7
        }
        others = schema.get("additionalProperties")
        if isinstance(others, dict) and not made:
            made = {"en": self.sample(others, random, secret)}
        return made

    def _sample_text(self, schema: Mapping[str, Any], random: Random, secret: str) -> str:
        if schema.get("format") == "uuid":
            return self._id(random, "any")
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        if "pattern" in schema:
            return next((text for text in FITTING if re.search(schema["pattern"], text)), secret)
        text = secret[: schema.get("maxLength", 100)]
        return text.ljust(schema.get("minLength", 0), "x")


def spoil_value(random: Random, secret: str, draft: Draft) -> None:
    """One value somewhere in the body is something else."""
    places = list(_places(draft.value)) if isinstance(draft.value, dict) else []
    if not places:
        spoil_query(random, secret, draft)
        return
    holder, key = random.choice(places)
    whole, holder[key] = holder[key], SPOILT
    token = random.choice(TOKENS).replace(b"SECRET", secret.encode())
    draft.body = json.dumps(draft.value).encode().replace(json.dumps(SPOILT).encode(), token)
    holder[key] = whole


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(inner)


def spoil_body(random: Random, secret: str, draft: Draft) -> None:
    """The body as a whole is no JSON, or none that was asked for."""
    made = random.choice(BROKEN_BODIES)
    draft.body = made(draft.body or b'{"x": 1}').replace(b"SECRET", secret.encode())
    draft.set(b"Content-Type", b"application/json")


def spoil_type(random: Random, secret: str, draft: Draft) -> None:
    """The body is said to be something else."""
    draft.set(b"Content-Type", random.choice(TYPES))
    if draft.body is None:
        draft.body = b'{"x": "%s"}' % secret.encode()


def spoil_header(random: Random, secret: str, draft: Draft) -> None:
    """A header is missing, twice there, overlong or nonsense."""
    name, value = random.choice(HEADERS)
    if value is not None and random.random() < 0.2:
        draft.headers.append((name, value.replace(b"SECRET", secret.encode())))
    else:
        draft.set(name, value and value.replace(b"SECRET", secret.encode()))
    draft.whole = name not in LENGTHS


def spoil_framing(random: Random, secret: str, draft: Draft) -> None:
    """Where the request ends is not clear, or it is not quite HTTP."""
    draft.whole = False
    wire = random.choice(FRAMINGS)(draft.wire(), secret.encode())
    draft.wire = lambda: wire  # type: ignore[method-assign]


def spoil_path(random: Random, secret: str, draft: Draft) -> None:
    """An id, the convention or all of the address is nonsense."""
    nonsense = random.choice(PATHS).replace(b"SECRET", secret.encode())
    target, _, query = draft.target.partition(b"?")
    parts = target.split(b"/")
    parts[random.randrange(1, len(parts))] = nonsense
    draft.target = b"/".join(parts) + (b"?" + query if query else b"")


def spoil_query(random: Random, secret: str, draft: Draft) -> None:
    """A number, date, id or cursor in the address is nonsense, twice there or overlong."""
    names = re.findall(rb"[?&](\w+)=", draft.target) or [b"limit", b"after", b"before", b"since", b"by", b"lang"]
    nonsense = random.choice(QUERIES).replace(b"SECRET", secret.encode()).replace(b"NAME", random.choice(names))
    draft.target += (b"&" if b"?" in draft.target else b"?") + nonsense


def spoil_method(random: Random, secret: str, draft: Draft) -> None:
    """Another method than the address has."""
    draft.method = random.choice(METHODS)
    if random.random() < 0.2:
        draft.set(b"X-HTTP-Method-Override", random.choice([b"DELETE", b"PUT", b"SECRET"]))


def spoil_multipart(random: Random, secret: str, draft: Draft) -> None:
    """A form with files, and something wrong with it."""
    boundary = b"xXxBOUNDARYxXx"
    draft.body = random.choice(MULTIPARTS).replace(b"SECRET", secret.encode())
    kinds = [b"multipart/form-data; boundary=" + boundary] * 8 + [
        b"multipart/form-data",
        b"multipart/mixed; boundary=x",
    ]
    draft.set(b"Content-Type", random.choice(kinds))


KINDS: dict[str, Callable[[Random, str, Draft], None]] = {
    "value": spoil_value,
    "value again": spoil_value,
    "body": spoil_body,
    "type": spoil_type,
    "header": spoil_header,
    "framing": spoil_framing,
    "path": spoil_path,
    "query": spoil_query,
    "query again": spoil_query,
    "method": spoil_method,
    "form": spoil_multipart,
}
