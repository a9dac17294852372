"""One-time codes from an authenticator (TOTP, RFC 6238): 6 digits, 30 seconds, one step of leeway either way.

Each code is good once. The secret counts only after a first code has confirmed it; until then nobody is asked.
"""

from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import update

from server.accounts.tables import Credential, Login
from server.accounts.vault import Sealed, Vault
from server.errors import CodeNeeded, CodesOff, CodesOn, CodeWrong, NotFound
from server.work import Work

STEP = 30  # seconds
LEEWAY = 1  # steps
NEVER = -1


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226 (section 4, R6) recommends."""
    return str(pyotp.random_base32())


def address_of(secret: str, account: str, issuer: str) -> str:
    """What authenticators read from a QR code: `otpauth://totp/...`."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer))


def step_of(secret: str, code: str, real_now: datetime) -> int | None:
    """The time step whose code this is, if it is one of those that count now. It compares them all: no hint in time."""
    now = int(real_now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    fitting = [
        step
        for step in range(now - LEEWAY, now + LEEWAY + 1)
        if compare_digest(made.generate_otp(step).encode(), code.encode())
    ]
    return fitting[0] if fitting else None


def is_on(work: Work, person_id: UUID) -> bool:
    """Whether the person is asked for codes."""
    credential = work.db.get(Credential, person_id)
    return credential is not None and credential.totp_step is not None


def check(work: Work, vault: Vault, person_id: UUID, code: str | None, real_now: datetime) -> bool:
    """Ask for a code if the person has set them up, and use it up; whether one was given.

    Raises:
        CodeNeeded, CodeWrong.
    """
    credential = work.db.get(Credential, person_id)
    if credential is None or credential.totp_secret is None or credential.totp_step is None:
        return False
    if code is None:
        raise CodeNeeded
    _use_up(work, vault, credential, code, real_now)
    return True


def set_up(work: Work, person_id: UUID, sealed: str) -> None:
    """Keep a secret that is to be confirmed; one that was proposed before is forgotten.

    Raises:
        CodesOn: there is a confirmed one.
    """
    credential = work.db.get(Credential, person_id) or Credential(person_id=person_id)
    if credential.totp_step is not None:
        raise CodesOn
    credential.totp_secret = sealed
    work.db.add(credential)


def confirm(work: Work, vault: Vault, person_id: UUID, login_id: UUID, code: str, real_now: datetime) -> None:
    """The first code: from now on they are asked for. This login has shown one.

    Raises:
        CodesOn, CodesOff, CodeWrong.
    """
    credential = work.db.get(Credential, person_id)
    if credential is None or credential.totp_secret is None:
        raise CodesOff
    if credential.totp_step is not None:
        raise CodesOn
    credential.totp_step = NEVER
    work.db.add(credential)
    work.db.flush()
    _use_up(work, vault, credential, code, real_now)
    work.note("credential.codes_on", "credential", person_id, about=person_id)
    login = work.db.get(Login, login_id)
    if login is None:
        raise NotFound
    login.second_factor = True
    work.db.add(login)


def remove(work: Work, vault: Vault, person_id: UUID, code: str, real_now: datetime) -> None:
    """Ask for no codes any more.

    Raises:
        CodesOff, CodeWrong.
    """
    if not check(work, vault, person_id, code, real_now):
        raise CodesOff
    reset(work, person_id)


def reset(work: Work, person_id: UUID) -> None:
    """Forget the person's secret: for who has lost the authenticator, after the operator has made sure of them.

    Raises:
        CodesOff: there is none.
    """
    credential = work.db.get(Credential, person_id)
    if credential is None or credential.totp_secret is None:
        raise CodesOff
    credential.totp_secret = credential.totp_step = None
    work.db.add(credential)


def _use_up(work: Work, vault: Vault, credential: Credential, code: str, real_now: datetime) -> None:
    """Of all who use one code at the same time one gets through: the step must be later than the last one used."""
    try:
        step = step_of(vault.open(credential.totp_secret or "", credential.person_id), code, real_now)
    except Sealed:
        step = None
    if step is None:
        raise CodeWrong
    table: Any = Credential.__table__  # type: ignore[attr-defined]
    newer = (table.c.person_id == credential.person_id, table.c.totp_step < step)
    if work.db.connection().execute(update(table).where(*newer).values(totp_step=step)).rowcount != 1:
        raise CodeWrong
    work.db.refresh(credential)
