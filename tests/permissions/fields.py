# ruff: noqa: E501 (a list of fields is a list of fields)
"""What is in every JSON answer, field by field, and who finds a value there. What is not listed here is not shown."""

import re
from collections.abc import Iterator
from typing import Any

# Keys that are data: languages, countries, ids.
_DATA = re.compile(r"en|ko|ja|zh|original|[A-Z]{2}|[0-9a-f]{8}-[0-9a-f-]{27}")
# Objects whose keys are those of rows (the audit trail's values), or of a text.
_WHOLE = ("old", "new", "definitions")
# Where a value stands depends on what watchers have written meanwhile.
_BY_CHANCE = re.compile(
    r"used_at$|^held\.audit\.|^items\[\]\.(actor|address|about|login|request_id|old|new|subject_id)$"
)


def paths(value: Any, at: str = "") -> Iterator[tuple[str, bool]]:
    """Every place in a JSON value, such as `items[].people[].email`, and whether something is there. `$` is the whole."""
    if isinstance(value, dict) and value and at.rpartition(".")[2] not in _WHOLE:
        for key, part in value.items():
            yield from paths(part, f"{at}.*" if _DATA.fullmatch(key) else f"{at}.{key}" if at else key)
    elif isinstance(value, list) and value:
        for part in value:
            yield from paths(part, f"{at}[]")
    else:
        yield at or "$", value not in (None, [], {}) and not _BY_CHANCE.search(at)


def seen_by(who: str, names: str) -> dict[str, str]:
    """These fields hold values for these kinds of visitors: for "all" who are let in, or for "" nobody here."""
    return dict.fromkeys(names.split(), who)


# The live stream: what the records of each collection hold, in snapshots and events, and which a topic has.
RECORDS: dict[str, str] = {
    "directory": "buyers exhibitors id needs_look version",
    "meeting": "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role cancelled_for ends_at id matched_at missing moves no_show outcome outcome_reason outcome_source request starts_at state version",
    "audience": "concurrent countries.* id newcomers peak sampled_at unique",
    "preference": "about by id wish",
    "request": "addressee awaiting closed_at created_at ends_at expires_at id meeting proposals requester slot starts_at state version",
    "session": "ended_at ends_at id kind live_at starts_at state track version",
}

COLLECTIONS: dict[str, str] = {
    "me": "meeting preference request",
    "party:{party_id}": "meeting preference request",
    "organiser": "audience directory meeting preference request session",
    "programme": "session",
    "session:{session_id}": "audience session",
}

FIELDS: dict[str, dict[str, str]] = {
    "GET @/host": {
        **seen_by("all", "id name.*"),
    },
    "GET @/host/audit": {
        **seen_by(
            "",
            "items[].about items[].actor items[].address items[].login items[].new items[].old items[].request_id items[].subject_id",
        ),
        **seen_by("all", "items[].action items[].at items[].convention items[].id items[].subject"),
        **seen_by("owner", "next"),
    },
    "GET @/host/conventions": {
        **seen_by("all", "[].first_day [].id [].last_day [].name.* [].retention_days [].series_id [].slug [].zone"),
    },
    "POST @/host/conventions": {
        **seen_by("all", "host id organiser slots"),
    },
    "PUT @/host/conventions/{convention_id}/retention": {
        **seen_by("all", "convention retention_days"),
    },
    "GET @/host/owners": {
        **seen_by("all", "[].email [].id [].name.*"),
    },
    "POST @/host/owners": {
        **seen_by("all", "person"),
    },
    "DELETE @/host/owners/{person_id}": {
        **seen_by("all", "person"),
    },
    "GET @/host/resources": {
        **seen_by("all", "[].id [].kind [].name [].venue_id"),
        **seen_by("", "[].places"),
    },
    "POST @/host/resources": {
        **seen_by("all", "id kind name venue_id"),
        **seen_by("", "places"),
    },
    "PATCH @/host/resources/{resource_id}": {
        **seen_by("all", "id kind name venue_id"),
        **seen_by("", "places"),
    },
    "GET @/host/series": {
        **seen_by("all", "[].id [].name.*"),
    },
    "GET @/host/venues": {
        **seen_by("all", "[].address [].id [].name.* [].zone"),
    },
    "POST @/host/venues": {
        **seen_by("all", "address id name.* zone"),
    },
    "PATCH @/host/venues/{venue_id}": {
        **seen_by("all", "address id name.* zone"),
    },
    "POST @/live/tickets": {
        **seen_by("all", "expires_at secret"),
    },
    "GET @/me": {
        **seen_by("all", "email id name.* zone"),
        **seen_by("", "places places[].parties places[].roles"),
        **seen_by(
            "admin2 buyer buyer2 buyer3 exhibitor exhibitor2 foreigner interpreter organiser organiser3 reader speaker staff token viewer",
            "places[].name.* places[].slug places[].zone",
        ),
        **seen_by(
            "admin2 buyer buyer2 buyer3 exhibitor exhibitor2 foreigner",
            "places[].parties[].id places[].parties[].name.* places[].parties[].offers places[].parties[].seeks",
        ),
        **seen_by("foreigner interpreter organiser organiser3 reader speaker staff token viewer", "places[].roles[]"),
    },
    "GET @/me/export": {
        **seen_by(
            "",
            "held.attendance.rows held.audit.rows[].action held.audit.rows[].address held.audit.rows[].at held.audit.rows[].by_you held.audit.rows[].new held.audit.rows[].old held.audit.what held.consents.rows held.credential.rows held.deeds.rows held.host_roles.rows held.hours.rows held.hours.rows[].maximum held.hours.rows[].place held.identities.rows held.interpreting.rows held.interpreting.rows[].daily_minutes held.invitations.rows held.language_pairs.rows held.logins.rows[].ended_at held.logins.rows[].scopes held.logins.rows[].used_at held.mails.rows held.meetings.rows held.meetings.rows[].cancel_code held.meetings.rows[].outcome held.meetings.rows[].outcome_reason held.notes.rows held.part_in_meetings.rows held.parties.rows held.parties.rows[].category held.parties.rows[].channels held.parties.rows[].city held.parties.rows[].country held.parties.rows[].interests held.parties.rows[].products held.parties.rows[].target_countries held.pictures.rows held.reasons.rows held.requests.rows held.roles.rows held.seats.rows held.seats.rows[].interpreter held.seats.rows[].languages held.sheets.rows held.sign_in_links.rows held.sign_in_links.rows[].used_at held.unclear_cells.rows held.watched.rows held.ways_to_join.rows held.wishes.rows",
        ),
        **seen_by(
            "all",
            "held.attendance.what held.consents.what held.credential.what held.deeds.what held.host_roles.what held.hours.what held.identities.what held.interpreting.what held.invitations.what held.language_pairs.what held.logins.rows[].agent held.logins.rows[].created_at held.logins.rows[].expires_at held.logins.rows[].id held.logins.rows[].kind held.logins.rows[].label held.logins.rows[].second_factor held.logins.what held.mails.what held.meetings.what held.notes.what held.part_in_meetings.what held.parties.what held.person.rows[].country held.person.rows[].created_at held.person.rows[].email held.person.rows[].id held.person.rows[].name.* held.person.rows[].phone held.person.rows[].position held.person.rows[].zone held.person.what held.pictures.what held.reasons.what held.requests.what held.roles.what held.seats.what held.sheets.what held.sign_in_links.what held.unclear_cells.what held.watched.what held.ways_to_join.what held.wishes.what made_at person",
        ),
        **seen_by(
            "buyer exhibitor",
            "held.consents.rows[].at held.consents.rows[].convention_id held.consents.rows[].given held.consents.rows[].purpose held.consents.rows[].source held.consents.rows[].version held.wishes.rows[].about_id held.wishes.rows[].at held.wishes.rows[].convention_id held.wishes.rows[].wish",
        ),
        **seen_by(
            "buyer buyer3 exhibitor foreigner",
            "held.deeds.rows[].at held.deeds.rows[].convention_id held.deeds.rows[].seq held.deeds.rows[].type held.meetings.rows[].convention_id held.meetings.rows[].ends_at held.meetings.rows[].id held.meetings.rows[].starts_at held.meetings.rows[].state held.part_in_meetings.rows[].meeting_id held.part_in_meetings.rows[].participation_id held.part_in_meetings.rows[].required held.part_in_meetings.rows[].role held.requests.rows[].addressee_id held.requests.rows[].convention_id held.requests.rows[].created_at held.requests.rows[].ends_at held.requests.rows[].id held.requests.rows[].requester_id held.requests.rows[].starts_at held.requests.rows[].state",
        ),
        **seen_by("foreigner owner", "held.host_roles.rows[].role"),
        **seen_by(
            "admin2 buyer buyer2 buyer3 exhibitor exhibitor2 foreigner",
            "held.hours.rows[].convention_id held.hours.rows[].hours[][] held.hours.rows[].local_date held.hours.rows[].mode held.hours.rows[].source held.hours.rows[].zone held.parties.rows[].convention_id held.parties.rows[].created_at held.parties.rows[].hosted held.parties.rows[].id held.parties.rows[].name.* held.parties.rows[].zone held.seats.rows[].active held.seats.rows[].admin held.seats.rows[].convention_id held.seats.rows[].participation_id held.seats.rows[].position held.seats.rows[].zone",
        ),
        **seen_by("interpreter", "held.interpreting.rows[].convention_id held.interpreting.rows[].zone"),
        **seen_by("buyer exhibitor organiser", "held.logins.rows[].scopes[]"),
        **seen_by(
            "buyer buyer3",
            "held.notes.rows[].at held.notes.rows[].note held.notes.rows[].number held.notes.rows[].request_id",
        ),
        **seen_by(
            "exhibitor foreigner",
            "held.pictures.rows[].convention_id held.pictures.rows[].height held.pictures.rows[].id held.pictures.rows[].kind held.pictures.rows[].media_type held.pictures.rows[].width",
        ),
        **seen_by(
            "buyer",
            "held.reasons.rows[].at held.reasons.rows[].meeting_id held.reasons.rows[].reason held.reasons.rows[].what held.sign_in_links.rows[].expires_at",
        ),
        **seen_by(
            "foreigner interpreter organiser organiser3 speaker staff viewer",
            "held.roles.rows[].convention_id held.roles.rows[].role",
        ),
        **seen_by(
            "exhibitor",
            "held.ways_to_join.rows[].channel held.ways_to_join.rows[].convention_id held.ways_to_join.rows[].kind held.ways_to_join.rows[].owner_id held.ways_to_join.rows[].value",
        ),
    },
    "GET @/me/logins": {
        **seen_by(
            "all",
            "logins[].agent logins[].created_at logins[].current logins[].expires_at logins[].id logins[].second_factor",
        ),
        **seen_by("", "logins[].used_at"),
    },
    "POST @/me/totp": {
        **seen_by("all", "address qr_svg secret"),
    },
    "GET @/tokens": {
        **seen_by("", "tokens tokens[].scopes tokens[].used_at"),
        **seen_by(
            "buyer exhibitor organiser",
            "tokens[].created_at tokens[].expires_at tokens[].id tokens[].label tokens[].scopes[]",
        ),
    },
    "POST @/tokens": {
        **seen_by("all", "expires_at id secret"),
    },
    "GET ~": {
        **seen_by(
            "all",
            "buffer_minutes first_day id last_day name.* now slot_minutes slots slug windows[].closes_at windows[].open windows[].opens_at windows[].phase zone",
        ),
    },
    "GET ~/consents": {
        **seen_by("buyer exhibitor", "[].given [].said_at [].said_version"),
        **seen_by("all", "[].purpose [].text.* [].title.* [].version"),
    },
    "PUT ~/consents": {
        **seen_by("all", "said[].at said[].given said[].purpose said[].version"),
    },
    "GET ~/consents/counts": {
        **seen_by("all", "[].given [].purpose [].refused"),
    },
    "GET ~/figures": {
        **seen_by(
            "all",
            "at definitions figures.cancelled figures.concurrent figures.held figures.in_progress figures.matched figures.no_show figures.not_held figures.not_joined figures.peak figures.requests_pending figures.scheduled figures.sessions.cancelled figures.sessions.ended figures.sessions.live figures.sessions.scheduled figures.unique figures.views",
        ),
        **seen_by("", "figures.countries figures.live"),
    },
    "GET ~/findings": {
        **seen_by("", "[].choices"),
        **seen_by(
            "all",
            "[].code [].column [].field [].found_at [].party [].proposal.zone [].reason [].row [].severity [].value",
        ),
    },
    "GET ~/history": {
        **seen_by(
            "all",
            "items[].at items[].data.meeting.attendees[].party items[].data.meeting.attendees[].person items[].data.meeting.attendees[].present items[].data.meeting.attendees[].required items[].data.meeting.attendees[].role items[].data.meeting.ends_at items[].data.meeting.id items[].data.meeting.matched_at items[].data.meeting.moves items[].data.meeting.request items[].data.meeting.starts_at items[].data.meeting.state items[].data.meeting.version items[].data.request.addressee items[].data.request.awaiting items[].data.request.closed_at items[].data.request.created_at items[].data.request.ends_at items[].data.request.expires_at items[].data.request.id items[].data.request.meeting items[].data.request.proposals items[].data.request.requester items[].data.request.slot items[].data.request.starts_at items[].data.request.state items[].data.request.version items[].data.session.ends_at items[].data.session.id items[].data.session.kind items[].data.session.starts_at items[].data.session.state items[].data.session.track items[].data.session.version items[].event items[].seq",
        ),
        **seen_by(
            "",
            "items[].data.meeting.cancelled_for items[].data.meeting.missing items[].data.meeting.no_show items[].data.meeting.outcome items[].data.meeting.outcome_reason items[].data.meeting.outcome_source items[].data.session.ended_at items[].data.session.live_at next",
        ),
    },
    "POST ~/imports/{kind}": {
        **seen_by(
            "all",
            "created[].name created[].row dry_run file findings[].code findings[].column findings[].field findings[].reason findings[].row findings[].severity findings[].value gone[].id gone[].name header_row kind rows sheet stopped unchanged",
        ),
        **seen_by("", "findings[].choices findings[].proposal kept needs_look updated"),
    },
    "PUT ~/instructions": {
        **seen_by("", "$"),
    },
    "GET ~/invitations": {
        **seen_by("", "items[].accepted_at items[].opened_at items[].party items[].revoked_at next"),
        **seen_by(
            "all",
            "items[].expires_at items[].id items[].made_at items[].person.email items[].person.id items[].person.name.* items[].sent_at items[].state items[].times_sent",
        ),
    },
    "POST ~/invitations": {
        **seen_by("all", "accepted made mailed waiting without_address"),
    },
    "POST ~/invitations/{invitation_id}/link": {
        **seen_by("all", "expires_at link"),
    },
    "POST ~/invitations/{invitation_id}/revoke": {
        **seen_by("all", "id person state"),
    },
    "GET ~/meetings": {
        **seen_by(
            "",
            "items items[].cancelled_for items[].missing items[].no_show items[].outcome items[].outcome_reason items[].outcome_source next",
        ),
        **seen_by(
            "buyer exhibitor organiser owner staff token",
            "items[].attendees[].party items[].attendees[].person items[].attendees[].present items[].attendees[].required items[].attendees[].role items[].ends_at items[].id items[].matched_at items[].moves items[].request items[].starts_at items[].state items[].version",
        ),
    },
    "POST ~/meetings": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id matched_at moves starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source request"),
    },
    "GET ~/meetings/{meeting_id}": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id matched_at moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source"),
    },
    "POST ~/meetings/{meeting_id}/attendance": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id matched_at moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source"),
    },
    "POST ~/meetings/{meeting_id}/cancel": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role cancelled_for ends_at id matched_at moves request starts_at state version",
        ),
        **seen_by("", "missing no_show outcome outcome_reason outcome_source"),
    },
    "GET ~/meetings/{meeting_id}/changes": {
        **seen_by("all", "[].at [].by [].reason [].version [].what"),
    },
    "GET ~/meetings/{meeting_id}/contacts": {
        **seen_by("all", "[].email [].id [].name.* [].party [].phone [].position [].role [].zone"),
        **seen_by("", "[].languages"),
    },
    "GET ~/meetings/{meeting_id}/how-to-join": {
        **seen_by(
            "all",
            "instructions[].channel instructions[].inherited instructions[].kind instructions[].value known starts_at",
        ),
    },
    "POST ~/meetings/{meeting_id}/move": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id matched_at moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source"),
    },
    "GET ~/parties": {
        **seen_by(
            "",
            "items[].category items[].channels items[].city items[].country items[].interests items[].needs_look items[].people items[].people[].languages items[].products items[].target_countries next",
        ),
        **seen_by("all", "items[].id items[].name.* items[].offers items[].seeks items[].zone"),
        **seen_by("organiser owner staff token", "items[].needs_look[]"),
        **seen_by(
            "admin2 buyer buyer2 exhibitor exhibitor2 organiser owner staff token",
            "items[].people[].email items[].people[].phone",
        ),
        **seen_by(
            "admin2 buyer buyer2 exhibitor exhibitor2 interpreter organiser owner staff token",
            "items[].people[].id items[].people[].name.* items[].people[].position items[].people[].zone",
        ),
    },
    "POST ~/parties": {
        **seen_by("all", "active admin party person"),
        **seen_by("", "kept"),
    },
    "GET ~/parties/{party_id}": {
        **seen_by(
            "",
            "category channels city country interests needs_look people people[].languages products target_countries",
        ),
        **seen_by("all", "id name.* offers seeks zone"),
        **seen_by("buyer exhibitor organiser owner staff token", "people[].email people[].phone"),
        **seen_by(
            "admin2 buyer buyer2 exhibitor exhibitor2 interpreter organiser owner staff token",
            "people[].id people[].name.* people[].position people[].zone",
        ),
    },
    "POST ~/parties/{party_id}/confirm": {
        **seen_by("all", "buyers exhibitors id needs_look version"),
    },
    "DELETE ~/parties/{party_id}/logo": {
        **seen_by("all", "height id kind party width"),
    },
    "PUT ~/parties/{party_id}/logo": {
        **seen_by("all", "height id kind party width"),
    },
    "POST ~/parties/{party_id}/people": {
        **seen_by("all", "active admin party person"),
        **seen_by("", "kept"),
    },
    "DELETE ~/parties/{party_id}/people/{person_id}": {
        **seen_by("all", "active admin party person"),
        **seen_by("", "kept"),
    },
    "PATCH ~/parties/{party_id}/people/{person_id}": {
        **seen_by("all", "active admin party person"),
        **seen_by("", "kept"),
    },
    "GET ~/parties/{party_id}/people/{person_id}/hours": {
        **seen_by("all", "[].hours[][] [].local_date [].mode [].source [].zone"),
    },
    "PUT ~/parties/{party_id}/people/{person_id}/hours": {
        **seen_by("all", "active admin party person"),
        **seen_by("", "kept"),
    },
    "GET ~/parties/{party_id}/pictures": {
        **seen_by("all", "[].height [].id [].kind [].url [].width"),
    },
    "POST ~/parties/{party_id}/pictures": {
        **seen_by("all", "height id kind party width"),
    },
    "DELETE ~/parties/{party_id}/pictures/{picture_id}": {
        **seen_by("all", "height id kind party width"),
    },
    "GET ~/parties/{party_id}/slots": {
        **seen_by(
            "all",
            "assumed convention_zone party slots[].convention.date slots[].convention.offset slots[].convention.time slots[].convention.zone slots[].day_shift slots[].ends_at slots[].reader.date slots[].reader.offset slots[].reader.time slots[].reader.zone slots[].slot slots[].starts_at zone",
        ),
    },
    "PUT ~/parties/{party_id}/wish": {
        **seen_by("all", "about by id wish"),
    },
    "GET ~/people": {
        **seen_by(
            "all", "items[].country items[].email items[].id items[].name.* items[].phone items[].roles[] items[].zone"
        ),
        **seen_by("", "next"),
    },
    "POST ~/people": {
        **seen_by("all", "people[]"),
    },
    "DELETE ~/people/{person_id}/roles/{role}": {
        **seen_by("all", "person"),
        **seen_by("", "roles"),
    },
    "GET ~/policies": {
        **seen_by(
            "all",
            "answer cooldown_hours daily_requests expiry_hours held_minutes join_early_minutes no_show_minutes open_requests pending_occupies rescue_minutes usual_closes usual_opens waking_closes waking_opens who_may_ask[]",
        ),
    },
    "PUT ~/policies": {
        **seen_by(
            "all",
            "answer cooldown_hours daily_requests expiry_hours held_minutes join_early_minutes no_show_minutes open_requests pending_occupies rescue_minutes usual_closes usual_opens waking_closes waking_opens who_may_ask[]",
        ),
    },
    "GET ~/programme": {
        **seen_by("", "[].ended_at [].live_at"),
        **seen_by("all", "[].ends_at [].id [].kind [].starts_at [].state [].stream_url [].title.* [].track [].version"),
    },
    "POST ~/programme": {
        **seen_by("", "ended_at live_at"),
        **seen_by("all", "ends_at id kind starts_at state track version"),
    },
    "GET ~/programme/audience-series": {
        **seen_by("", "$"),
    },
    "GET ~/programme/{session_id}": {
        **seen_by("", "ended_at live_at"),
        **seen_by("all", "ends_at id kind starts_at state stream_url title.* track version"),
    },
    "PATCH ~/programme/{session_id}": {
        **seen_by("", "ended_at live_at"),
        **seen_by("all", "ends_at id kind starts_at state track version"),
    },
    "POST ~/programme/{session_id}/cancel": {
        **seen_by("", "ended_at live_at"),
        **seen_by("all", "ends_at id kind starts_at state track version"),
    },
    "POST ~/programme/{session_id}/go-live": {
        **seen_by("", "ended_at"),
        **seen_by("all", "ends_at id kind live_at starts_at state track version"),
    },
    "GET ~/requests": {
        **seen_by("", "items next"),
        **seen_by(
            "buyer exhibitor organiser owner staff token",
            "items[].addressee items[].awaiting items[].closed_at items[].created_at items[].ends_at items[].expires_at items[].id items[].meeting items[].proposals items[].requester items[].slot items[].starts_at items[].state items[].version",
        ),
    },
    "GET ~/requests/{request_id}": {
        **seen_by(
            "all",
            "addressee awaiting created_at ends_at expires_at id proposals requester slot starts_at state version",
        ),
        **seen_by("", "closed_at meeting"),
    },
    "POST ~/requests/{request_id}/accept": {
        **seen_by(
            "all",
            "addressee closed_at created_at ends_at expires_at id meeting proposals requester slot starts_at state version",
        ),
        **seen_by("", "awaiting"),
    },
    "POST ~/requests/{request_id}/counter": {
        **seen_by(
            "all",
            "addressee awaiting created_at ends_at expires_at id proposals requester slot starts_at state version",
        ),
        **seen_by("", "closed_at meeting"),
    },
    "POST ~/requests/{request_id}/decline": {
        **seen_by(
            "all",
            "addressee closed_at created_at ends_at expires_at id proposals requester slot starts_at state version",
        ),
        **seen_by("", "awaiting meeting"),
    },
    "POST ~/requests/{request_id}/withdraw": {
        **seen_by(
            "all",
            "addressee closed_at created_at ends_at expires_at id proposals requester slot starts_at state version",
        ),
        **seen_by("", "awaiting meeting"),
    },
    "PUT ~/windows": {
        **seen_by("all", "closes_at opens_at phase"),
    },
}
