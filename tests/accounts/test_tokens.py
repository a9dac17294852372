"""Secrets that are shown once."""

import base64
import hashlib

from server.accounts.tokens import digest, invitation_link, new_token, sign_in_link


def test_a_secret_is_256_random_bits() -> None:
    made = [new_token() for _ in range(200)]
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in made} == {32}
    assert len(set(made)) == 200
    ones = sum(int.from_bytes(base64.urlsafe_b64decode(token + "=")).bit_count() for token in made)
    # Of 51,200 bits half are one; 7 standard deviations are 800.
    assert abs(ones - 25_600) < 800
    assert digest(made[0]) == hashlib.sha256(made[0].encode()).hexdigest()


def test_a_secret_in_a_link_is_sent_to_nobody() -> None:
    for link in (sign_in_link("https://fair.example/", "secret"), invitation_link("https://fair.example", "secret")):
        address, _, behind = link.partition("#")
        assert ("secret" in address, behind) == (False, "secret")
