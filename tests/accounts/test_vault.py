"""Encrypted secrets: under a configured key or one made once, and bound to their person."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.vault import Sealed, Vault
from server.ids import new_id

KEY = "a long and random key for this test"
SOMEBODY = new_id()


@given(st.text(), st.uuids())
def test_what_was_sealed_opens_again(secret: str, person: UUID) -> None:
    vault = Vault(KEY, Path("nowhere"))
    sealed = vault.seal(secret, person)
    assert Vault(KEY, Path("elsewhere")).open(sealed, person) == secret
    assert sealed != vault.seal(secret, person), "the same secret never looks the same"


def test_a_secret_opens_for_nobody_else_and_under_no_other_key() -> None:
    sealed = Vault(KEY, Path("nowhere")).seal("JBSWY3DPEHPK3PXP", SOMEBODY)
    for vault, person in ((Vault(KEY, Path()), new_id()), (Vault(KEY + "!", Path()), SOMEBODY)):
        with pytest.raises(Sealed):
            vault.open(sealed, person)


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "A" * 100, "한글", "=" * 8])
def test_nonsense_does_not_open(sealed: str) -> None:
    with pytest.raises(Sealed):
        Vault(KEY, Path()).open(sealed, SOMEBODY)


def test_a_changed_byte_does_not_open() -> None:
    sealed = Vault(KEY, Path()).seal("secret", SOMEBODY)
    for position in range(0, len(sealed) - 4, 5):
        other = "A" if sealed[position] != "A" else "B"
        with pytest.raises(Sealed):
            Vault(KEY, Path()).open(sealed[:position] + other + sealed[position + 1 :], SOMEBODY)


def test_without_a_configured_key_one_is_made_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    sealed = Vault("", tmp_path / "data").seal("secret", SOMEBODY)
    (file,) = (tmp_path / "data").iterdir()
    assert (file.name, file.stat().st_mode & 0o777, len(file.read_text())) == ("secret.key", 0o600, 43)
    assert Vault("", tmp_path / "data").open(sealed, SOMEBODY) == "secret"


def test_processes_that_begin_at_once_share_one_key(tmp_path: Path) -> None:
    vaults = [Vault("", tmp_path) for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        sealed = list(threads.map(lambda vault: vault.seal("secret", SOMEBODY), vaults))
    assert {Vault("", tmp_path).open(one, SOMEBODY) for one in sealed} == {"secret"}
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_short_key_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="MADANG_SECRET_KEY needs at least 32") as refused:
        Vault("hunter2hunter2", Path())
    assert "hunter2" not in str(refused.value)
