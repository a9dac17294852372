"""Who may read and do what, on one page. Everything that lets somebody in, or keeps them out, asks here.

Three tables say it all: what a role may do (GRANTS), which rows of a table a reader may have (server/scope.py builds
them into every query), and what a program's token may be used for (SCOPES). Field by field, what is shown of a person
is decided in server/accounts/contacts.py.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class RoleName(StrEnum):
    """What somebody can be. `owner` is to the host, all others to one convention; one person may be several.

    Exhibitor and buyer roles come with a seat at a party that offers or seeks, the others are given.
    """

    OWNER = "owner"
    ORGANISER = "organiser"
    STAFF = "staff"
    EXHIBITOR_ADMIN = "exhibitor_admin"
    EXHIBITOR = "exhibitor"
    BUYER_ADMIN = "buyer_admin"
    BUYER = "buyer"
    INTERPRETER = "interpreter"
    SPEAKER = "speaker"
    VIEWER = "viewer"
    GUEST = "guest"  # nobody we know: without an account


class May(StrEnum):
    """What can be permitted in a convention; each route asks for one of these."""

    WATCH = "watch"  # public sessions, without an account
    SEE = "see"  # the convention, its dates, directory and programme
    MEET = "meet"  # ask, answer, wish, move and call off, for one's own parties
    JOIN = "join"  # one's own meetings: be there, know how to get there
    MANAGE_PARTY = "manage_party"  # one's own party's people, pictures and ways to join
    RUN_MEETINGS = "run_meetings"  # everybody's requests and meetings: see, set, judge
    RUN_PROGRAMME = "run_programme"  # let sessions begin and end
    SEE_FIGURES = "see_figures"  # how many, right now; what happened
    SEE_CONTACTS = "see_contacts"  # everybody's address and phone; each look is recorded
    PLAN_PROGRAMME = "plan_programme"  # put sessions on the programme, change and cancel them
    MANAGE_PARTIES = "manage_parties"  # take sheets, confirm what they say, add parties
    MANAGE_PEOPLE = "manage_people"  # give and take roles, invite
    CHANGE_RULES = "change_rules"  # policies, windows, retention
    OWN = "own"  # the host's audit trail, venues, resources and owners


_EVERYBODY = frozenset({May.WATCH, May.SEE})
_PARTY = _EVERYBODY | {May.MEET, May.JOIN}
_STAFF = _EVERYBODY | {May.MEET, May.JOIN, May.RUN_MEETINGS, May.RUN_PROGRAMME, May.SEE_FIGURES, May.SEE_CONTACTS}
_ORGANISER = _STAFF | {
    May.MANAGE_PARTY,
    May.PLAN_PROGRAMME,
    May.MANAGE_PARTIES,
    May.MANAGE_PEOPLE,
    May.CHANGE_RULES,
}

GRANTS: Mapping[RoleName, frozenset[May]] = {
    RoleName.OWNER: _ORGANISER | {May.OWN},
    RoleName.ORGANISER: _ORGANISER,
    RoleName.STAFF: _STAFF,
    RoleName.EXHIBITOR_ADMIN: _PARTY | {May.MANAGE_PARTY},
    RoleName.EXHIBITOR: _PARTY,
    RoleName.BUYER_ADMIN: _PARTY | {May.MANAGE_PARTY},
    RoleName.BUYER: _PARTY,
    RoleName.INTERPRETER: _EVERYBODY | {May.JOIN},
    RoleName.SPEAKER: _EVERYBODY,
    RoleName.VIEWER: _EVERYBODY,
    RoleName.GUEST: frozenset({May.WATCH}),
}

# Who works for the convention. Of what is done behind the scenes all others are told that it is not there (404);
# these see it, and what is not theirs to do is refused (403).
BACKSTAGE_ROLES = frozenset({RoleName.OWNER, RoleName.ORGANISER, RoleName.STAFF})
BACKSTAGE = frozenset(GRANTS[RoleName.OWNER] - _PARTY - {May.MANAGE_PARTY})

# What a convention's organiser may make somebody.
GIVEN_ROLES = (RoleName.ORGANISER, RoleName.STAFF, RoleName.INTERPRETER, RoleName.SPEAKER, RoleName.VIEWER)


class Scope(StrEnum):
    """What a program's token may be used for. Nothing of these reaches one's own account: that needs a browser."""

    READ = "read"  # what one may see
    WRITE = "write"  # what one may do for oneself and one's parties
    ORGANISE = "organise"  # what one may see and do behind the scenes


ALL_SCOPES = frozenset(Scope)


def granted(roles: Iterable[str]) -> frozenset[May]:
    """Everything that somebody of these roles may."""
    return frozenset().union(*(GRANTS[RoleName(role)] for role in roles))


def scope_for(may: May, *, safe: bool) -> Scope:
    """What a token needs to be used for something: `safe` is a request that changes nothing."""
    if may in BACKSTAGE:
        return Scope.ORGANISE
    return Scope.READ if safe else Scope.WRITE
