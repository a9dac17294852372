# ruff: noqa: E501 (a list of fields is a list of fields)
"""What is in every JSON answer, field by field, and who finds a value there. What is not listed here is not shown."""

import re
from collections.abc import Iterator
from typing import Any

# Keys that are data: languages, countries, ids.
_DATA = re.compile(r"en|ko|ja|zh|original|[A-Z]{2}|[0-9a-f]{8}-[0-9a-f-]{27}")
# Objects whose keys are those of rows (the audit trail's values), of a text, or a poll's choices.
_WHOLE = ("old", "new", "definitions", "results")
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


# A draft as those who run the meetings see it.
DRAFT = {
    **seen_by(
        "all",
        "created_at edited ended_at id judged lost progress.done progress.meetings progress.of progress.stage progress.weight quality.bound quality.discomfort quality.discomfort_bound quality.gap_percent quality.idle_gaps quality.interpreter_minutes quality.left_out quality.meetings quality.pending quality.share_of_worst quality.unserved quality.weight quality.worst_discomfort seed state version",
    ),
    **seen_by("", "based_on progress.bound progress.failure progress.reasons"),
}

# The live stream: what the records of each collection hold, in snapshots and events, and which a topic has.
RECORDS: dict[str, str] = {
    "directory": "buyers exhibitors id needs_look version",
    "meeting": "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role cancelled_for ends_at id interpreting matched_at missing mode moves no_show outcome outcome_reason outcome_source place request starts_at state version",
    "audience": "concurrent countries.* guests id new_guests newcomers outside peak sampled_at seconds unique",
    "reported": "as_of entered_at entered_by id name session value version",
    "contest": "criteria[].most criteria[].weight id ranking revealed state version",
    "contestant": "id party position session version",
    "hand": "at id person session state version",
    "poll": "at id kind most options results session shown state version voters",
    "preference": "about by id wish",
    "interpreter": "active daily_minutes id pairs pairs[][] party zone",
    "block": "ends_at id party person starts_at",
    "draft": "based_on created_at edited ended_at id judged lost progress.bound progress.done progress.failure progress.meetings progress.of progress.reasons progress.stage progress.weight quality.bound quality.discomfort quality.discomfort_bound quality.gap_percent quality.idle_gaps quality.interpreter_minutes quality.left_out quality.meetings quality.pending quality.share_of_worst quality.unserved quality.weight quality.worst_discomfort seed state version",
    "limits": "id least most most_a_day version",
    "pair_rule": "id one other rule",
    "question": "anonymous answered at id person pinned session state version",
    "message": "at id person session state version",
    "mute": "cause id session until version",
    "announcement": "at id session until version",
    "request": "addressee awaiting closed_at created_at ends_at expires_at id meeting proposals requester slot starts_at state version",
    "standby": "closed_at created_at ends_at expires_at held_by id meeting one other slot starts_at state version",
    "score": "contestant id person points[] session version",
    "registration": "at id person seat session state version",
    "listing": "id version",
    "session": "audience capacity ended_at ends_at featured id kind live_at moved_from paused_at registers room soon_at starts_at state track version",
}

COLLECTIONS: dict[str, str] = {
    "me": "block limits meeting preference request standby",
    "party:{party_id}": "block limits meeting preference request standby",
    "organiser": "announcement audience block directory draft interpreter limits listing meeting pair_rule preference reported request session standby",
    "programme": "announcement listing session",
    "public": "announcement listing session",
    "session:{session_id}": "audience contest contestant message poll question session",
    "session:{lecture_id}": "session",
    "session:{workshop_id}": "session",
    "backstage:{session_id}": "audience contest contestant hand message mute poll question session",
    "backstage:{workshop_id}": "registration session",
}

FIELDS: dict[str, dict[str, str]] = {
    "POST ~/drafts": {
        **seen_by(
            "all",
            "based_on created_at edited id judged lost progress.done progress.meetings progress.of progress.stage progress.weight seed state version",
        ),
        **seen_by("", "ended_at progress.bound progress.failure progress.reasons quality"),
    },
    "GET ~/drafts": {
        **seen_by(
            "all",
            "[].draft.created_at [].draft.edited [].draft.ended_at [].draft.id [].draft.judged [].draft.lost [].draft.progress.done [].draft.progress.meetings [].draft.progress.of [].draft.progress.stage [].draft.progress.weight [].draft.quality.bound [].draft.quality.discomfort [].draft.quality.discomfort_bound [].draft.quality.gap_percent [].draft.quality.idle_gaps [].draft.quality.interpreter_minutes [].draft.quality.left_out [].draft.quality.meetings [].draft.quality.pending [].draft.quality.share_of_worst [].draft.quality.unserved [].draft.quality.weight [].draft.quality.worst_discomfort [].draft.seed [].draft.state [].draft.version [].meetings [].pinned [].policy.change_minutes [].policy.easy_closes [].policy.easy_opens [].policy.effort [].policy.judged [].policy.least [].policy.price_of_discomfort [].policy.price_of_gap [].policy.turn_requests [].policy.weights.meet [].policy.weights.must_meet [].policy.weights.mutual [].policy.without_interpreter [].title",
        ),
        **seen_by(
            "",
            "[].draft.based_on [].draft.progress.bound [].draft.progress.failure [].draft.progress.reasons [].place [].policy.lines [].policy.most [].policy.most_a_day",
        ),
    },
    "GET ~/drafts/compare": {
        **seen_by(
            "all",
            "moved_count only_first_count only_second_count quality[].bound quality[].discomfort quality[].discomfort_bound quality[].gap_percent quality[].idle_gaps quality[].interpreter_minutes quality[].left_out quality[].meetings quality[].pending quality[].share_of_worst quality[].unserved quality[].weight quality[].worst_discomfort same_count",
        ),
        **seen_by("", "moved only_first only_second"),
    },
    "GET ~/drafts/{draft_id}": {
        **seen_by(
            "all",
            "draft.created_at draft.edited draft.ended_at draft.id draft.judged draft.lost draft.progress.done draft.progress.meetings draft.progress.of draft.progress.stage draft.progress.weight draft.quality.bound draft.quality.discomfort draft.quality.discomfort_bound draft.quality.gap_percent draft.quality.idle_gaps draft.quality.interpreter_minutes draft.quality.left_out draft.quality.meetings draft.quality.pending draft.quality.share_of_worst draft.quality.unserved draft.quality.weight draft.quality.worst_discomfort draft.seed draft.state draft.version meetings pinned policy.change_minutes policy.easy_closes policy.easy_opens policy.effort policy.judged policy.least policy.price_of_discomfort policy.price_of_gap policy.turn_requests policy.weights.meet policy.weights.must_meet policy.weights.mutual policy.without_interpreter title",
        ),
        **seen_by(
            "",
            "draft.based_on draft.progress.bound draft.progress.failure draft.progress.reasons place policy.lines policy.most policy.most_a_day",
        ),
    },
    "PATCH ~/drafts/{draft_id}": DRAFT,
    "DELETE ~/drafts/{draft_id}": {
        **seen_by(
            "all",
            "gone id",
        ),
    },
    "POST ~/drafts/{draft_id}/publish": DRAFT,
    "GET ~/drafts/{draft_id}/meetings": {
        **seen_by(
            "all",
            "items[].id items[].interpreting items[].mode items[].parties[] items[].people.* items[].pinned items[].slot items[].weight",
        ),
        **seen_by("", "items[].interpreter items[].lost items[].meeting items[].place next"),
    },
    "GET ~/drafts/{draft_id}/unserved": {
        **seen_by(
            "all",
            "items[].got items[].party items[].reason items[].wished",
        ),
        **seen_by("", "next"),
    },
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/move": DRAFT,
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/pin": DRAFT,
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/unpin": DRAFT,
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/take-out": DRAFT,
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/ban": DRAFT,
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
        **seen_by("", "held.parties.rows[].matching"),
        **seen_by(
            "",
            "held.answers.rows held.attendance.rows held.audit.rows[].action held.audit.rows[].address held.audit.rows[].at held.audit.rows[].by_you held.audit.rows[].new held.audit.rows[].old held.audit.what held.calendar_feeds.rows held.calendar_feeds.rows[].track held.chat.rows held.consents.rows held.credential.rows held.deeds.rows held.hands.rows held.host_roles.rows held.hours.rows held.hours.rows[].maximum held.hours.rows[].place held.identities.rows held.interpreting.rows held.interpreting.rows[].daily_minutes held.invitations.rows held.language_pairs.rows held.logins.rows[].ended_at held.logins.rows[].scopes held.logins.rows[].used_at held.mails.rows held.meetings.rows held.meetings.rows[].cancel_code held.meetings.rows[].outcome held.meetings.rows[].outcome_reason held.mutes.rows held.notes.rows held.part_in_meetings.rows held.parties.rows held.parties.rows[].category held.parties.rows[].channels held.parties.rows[].city held.parties.rows[].country held.parties.rows[].interests held.parties.rows[].products held.parties.rows[].target_countries held.parts.rows held.pictures.rows held.places.rows held.poll_votes.rows held.questions.rows held.reasons.rows held.reported_figures.rows held.reports.rows held.requests.rows held.roles.rows held.scores.rows held.seats.rows held.seats.rows[].interpreter held.seats.rows[].languages held.sheets.rows held.sign_in_links.rows held.sign_in_links.rows[].used_at held.speaker.rows held.speaker.rows[].affiliation held.speaker.rows[].biography held.stays.rows held.unclear_cells.rows held.wanted_answers.rows held.watched.rows held.ways_to_join.rows held.wishes.rows",
        ),
        **seen_by(
            "admin2 buyer buyer2 buyer3 exhibitor exhibitor2 foreigner",
            "held.hours.rows[].convention_id held.hours.rows[].hours[][] held.hours.rows[].local_date held.hours.rows[].mode held.hours.rows[].source held.hours.rows[].zone held.parties.rows[].convention_id held.parties.rows[].created_at held.parties.rows[].hosted held.parties.rows[].id held.parties.rows[].name.* held.parties.rows[].zone held.seats.rows[].active held.seats.rows[].admin held.seats.rows[].convention_id held.seats.rows[].participation_id held.seats.rows[].position held.seats.rows[].zone",
        ),
        **seen_by(
            "all",
            "held.answers.what held.attendance.what held.calendar_feeds.what held.chat.what held.consents.what held.credential.what held.deeds.what held.hands.what held.host_roles.what held.hours.what held.identities.what held.interpreting.what held.invitations.what held.language_pairs.what held.logins.rows[].agent held.logins.rows[].created_at held.logins.rows[].expires_at held.logins.rows[].id held.logins.rows[].kind held.logins.rows[].label held.logins.rows[].second_factor held.logins.what held.mails.what held.meetings.what held.mutes.what held.notes.what held.part_in_meetings.what held.parties.what held.parts.what held.person.rows[].country held.person.rows[].created_at held.person.rows[].email held.person.rows[].id held.person.rows[].name.* held.person.rows[].phone held.person.rows[].position held.person.rows[].zone held.person.what held.pictures.what held.places.what held.poll_votes.what held.questions.what held.reasons.what held.reported_figures.what held.reports.what held.requests.what held.roles.what held.scores.what held.seats.what held.sheets.what held.sign_in_links.what held.speaker.what held.stays.what held.unclear_cells.what held.wanted_answers.what held.watched.what held.ways_to_join.what held.wishes.what made_at person",
        ),
        **seen_by(
            "buyer",
            "held.reasons.rows[].at held.reasons.rows[].meeting_id held.reasons.rows[].reason held.reasons.rows[].what held.sign_in_links.rows[].expires_at",
        ),
        **seen_by(
            "buyer buyer3",
            "held.calendar_feeds.rows[].convention_id held.calendar_feeds.rows[].created_at held.hands.rows[].at held.hands.rows[].session_id held.hands.rows[].state held.notes.rows[].at held.notes.rows[].note held.notes.rows[].number held.notes.rows[].request_id held.questions.rows[].anonymous held.questions.rows[].answer held.questions.rows[].at held.questions.rows[].session_id held.questions.rows[].state held.questions.rows[].text",
        ),
        **seen_by(
            "buyer buyer3 exhibitor foreigner",
            "held.deeds.rows[].at held.deeds.rows[].convention_id held.deeds.rows[].seq held.deeds.rows[].type held.meetings.rows[].convention_id held.meetings.rows[].ends_at held.meetings.rows[].id held.meetings.rows[].starts_at held.meetings.rows[].state held.part_in_meetings.rows[].meeting_id held.part_in_meetings.rows[].participation_id held.part_in_meetings.rows[].required held.part_in_meetings.rows[].role held.requests.rows[].addressee_id held.requests.rows[].convention_id held.requests.rows[].created_at held.requests.rows[].ends_at held.requests.rows[].id held.requests.rows[].requester_id held.requests.rows[].starts_at held.requests.rows[].state",
        ),
        **seen_by(
            "buyer exhibitor",
            "held.consents.rows[].at held.consents.rows[].convention_id held.consents.rows[].given held.consents.rows[].purpose held.consents.rows[].source held.consents.rows[].version held.wishes.rows[].about_id held.wishes.rows[].at held.wishes.rows[].convention_id held.wishes.rows[].wish",
        ),
        **seen_by("buyer exhibitor organiser", "held.logins.rows[].scopes[]"),
        **seen_by(
            "exhibitor",
            "held.ways_to_join.rows[].channel held.ways_to_join.rows[].convention_id held.ways_to_join.rows[].kind held.ways_to_join.rows[].owner_id held.ways_to_join.rows[].value",
        ),
        **seen_by(
            "exhibitor foreigner",
            "held.parts.rows[].role held.parts.rows[].session.* held.parts.rows[].starts_at held.pictures.rows[].convention_id held.pictures.rows[].height held.pictures.rows[].id held.pictures.rows[].kind held.pictures.rows[].media_type held.pictures.rows[].width held.speaker.rows[].convention_id held.speaker.rows[].name.*",
        ),
        **seen_by(
            "foreigner interpreter organiser organiser3 speaker staff viewer",
            "held.roles.rows[].convention_id held.roles.rows[].role",
        ),
        **seen_by("foreigner owner", "held.host_roles.rows[].role"),
        **seen_by("interpreter", "held.interpreting.rows[].convention_id held.interpreting.rows[].zone"),
        **seen_by(
            "",
            "held.interpreting_hours.rows held.limits.rows held.limits.rows[].most_a_day held.looks.rows held.standby.rows",
        ),
        **seen_by("all", "held.interpreting_hours.what held.limits.what held.looks.what held.standby.what"),
        **seen_by(
            "buyer buyer3 exhibitor foreigner",
            "held.standby.rows[].convention_id held.standby.rows[].ends_at held.standby.rows[].id held.standby.rows[].one_id held.standby.rows[].other_id held.standby.rows[].starts_at held.standby.rows[].state",
        ),
        **seen_by("buyer exhibitor", "held.wishes.rows[].note"),
        **seen_by("exhibitor", "held.limits.rows[].convention_id held.limits.rows[].least held.limits.rows[].most"),
        **seen_by("interpreter", "held.interpreting.rows[].active"),
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
            "at definitions figures.cancelled figures.concurrent figures.guests figures.held figures.in_progress figures.matched figures.no_show figures.not_held figures.not_joined figures.peak figures.requests_pending figures.scheduled figures.sessions.cancelled figures.sessions.draft figures.sessions.ended figures.sessions.live figures.sessions.paused figures.sessions.published figures.sessions.replay figures.sessions.scheduled figures.unique figures.views figures.watch_minutes",
        ),
        **seen_by("", "figures.countries figures.live figures.outside"),
    },
    "GET ~/figures/reported": {
        **seen_by("all", "[].as_of [].entered_at [].id [].name [].source [].value [].version"),
        **seen_by("", "[].entered_by [].session"),
    },
    "POST ~/figures/reported": {
        **seen_by("all", "as_of entered_at entered_by id name session value version"),
    },
    "DELETE ~/figures/reported/{figure_id}": {
        **seen_by("all", "gone id"),
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
            "items[].at items[].data.announcement.at items[].data.announcement.id items[].data.announcement.version items[].data.contest.criteria[].most items[].data.contest.criteria[].weight items[].data.contest.id items[].data.contest.revealed items[].data.contest.state items[].data.contest.version items[].data.contestant.id items[].data.contestant.party items[].data.contestant.position items[].data.contestant.session items[].data.contestant.version items[].data.listing.id items[].data.listing.version items[].data.meeting.attendees[].party items[].data.meeting.attendees[].person items[].data.meeting.attendees[].present items[].data.meeting.attendees[].required items[].data.meeting.attendees[].role items[].data.meeting.ends_at items[].data.meeting.id items[].data.meeting.interpreting items[].data.meeting.matched_at items[].data.meeting.mode items[].data.meeting.moves items[].data.meeting.request items[].data.meeting.starts_at items[].data.meeting.state items[].data.meeting.version items[].data.message.at items[].data.message.id items[].data.message.person items[].data.message.session items[].data.message.state items[].data.message.version items[].data.mute.cause items[].data.mute.id items[].data.mute.session items[].data.mute.version items[].data.poll.at items[].data.poll.id items[].data.poll.kind items[].data.poll.most items[].data.poll.options items[].data.poll.session items[].data.poll.shown items[].data.poll.state items[].data.poll.version items[].data.poll.voters items[].data.question.anonymous items[].data.question.answered items[].data.question.at items[].data.question.id items[].data.question.person items[].data.question.pinned items[].data.question.session items[].data.question.state items[].data.question.version items[].data.registration.at items[].data.registration.id items[].data.registration.person items[].data.registration.seat items[].data.registration.session items[].data.registration.state items[].data.registration.version items[].data.reported.as_of items[].data.reported.entered_at items[].data.reported.id items[].data.reported.name items[].data.reported.value items[].data.reported.version items[].data.request.addressee items[].data.request.awaiting items[].data.request.closed_at items[].data.request.created_at items[].data.request.ends_at items[].data.request.expires_at items[].data.request.id items[].data.request.meeting items[].data.request.proposals items[].data.request.requester items[].data.request.slot items[].data.request.starts_at items[].data.request.state items[].data.request.version items[].data.session.audience items[].data.session.capacity items[].data.session.ends_at items[].data.session.id items[].data.session.kind items[].data.session.registers items[].data.session.room items[].data.session.starts_at items[].data.session.state items[].data.session.track items[].data.session.version items[].event items[].seq",
        ),
        **seen_by(
            "",
            "items[].data.announcement.session items[].data.announcement.until items[].data.contest.ranking items[].data.meeting.cancelled_for items[].data.meeting.missing items[].data.meeting.no_show items[].data.meeting.outcome items[].data.meeting.outcome_reason items[].data.meeting.outcome_source items[].data.meeting.place items[].data.mute.until items[].data.poll.results items[].data.reported.entered_by items[].data.reported.session items[].data.session.ended_at items[].data.session.featured items[].data.session.live_at items[].data.session.moved_from items[].data.session.paused_at items[].data.session.soon_at next",
        ),
        **seen_by("", "items[].data.interpreter.daily_minutes items[].data.interpreter.party"),
        **seen_by(
            "all",
            "items[].data.block.ends_at items[].data.block.id items[].data.block.party items[].data.block.person items[].data.block.starts_at items[].data.interpreter.active items[].data.interpreter.id items[].data.interpreter.pairs[][] items[].data.interpreter.zone",
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
    "GET ~/programme/{session_id}/attendance": {
        **seen_by("all", "guests.minutes guests.people minutes session share"),
        **seen_by("", "items next"),
    },
    "GET ~/interpreters": {
        **seen_by(
            "all", "[].interpreter.active [].interpreter.id [].interpreter.pairs[][] [].interpreter.zone [].name.*"
        ),
        **seen_by("", "[].interpreter.daily_minutes [].interpreter.pairs [].interpreter.party"),
    },
    "POST ~/interpreters": {
        **seen_by("all", "active id pairs[][] zone"),
        **seen_by("", "daily_minutes party"),
    },
    "PATCH ~/interpreters/{person_id}": {
        **seen_by("all", "active daily_minutes id pairs[][] zone"),
        **seen_by("", "party"),
    },
    "GET ~/interpreters/{person_id}/hours": {
        **seen_by("all", "[].hours[][] [].local_date [].mode [].source [].zone"),
    },
    "PUT ~/interpreters/{person_id}/hours": {
        **seen_by("all", "active id pairs[][] zone"),
        **seen_by("", "daily_minutes party"),
    },
    "GET ~/interpreting/agenda": {
        **seen_by("", "$"),
    },
    "GET ~/interpreting/blocks": {
        **seen_by("", "$"),
        **seen_by("exhibitor organiser owner staff token", "[].ends_at [].id [].party [].person [].starts_at"),
    },
    "POST ~/interpreting/blocks": {
        **seen_by("all", "ends_at id party person starts_at"),
    },
    "DELETE ~/interpreting/blocks/{block_id}": {
        **seen_by("all", "ends_at id party person starts_at"),
    },
    "GET ~/interpreting/cover": {
        **seen_by("", "$"),
    },
    "POST ~/interpreting/fill": {
        **seen_by("", "meetings"),
    },
    "PUT ~/interpreting/meetings/{meeting_id}": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id interpreting matched_at mode moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source place"),
    },
    "POST ~/interpreting/meetings/{meeting_id}/waive": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id interpreting matched_at mode moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source place"),
    },
    "GET ~/interpreting/pending": {
        **seen_by("", "items next"),
    },
    "GET ~/me/attendance": {
        **seen_by("", "$"),
    },
    "GET ~/meetings": {
        **seen_by(
            "",
            "items items[].cancelled_for items[].missing items[].no_show items[].outcome items[].outcome_reason items[].outcome_source items[].place next",
        ),
        **seen_by(
            "buyer exhibitor organiser owner staff token",
            "items[].attendees[].party items[].attendees[].person items[].attendees[].present items[].attendees[].required items[].attendees[].role items[].ends_at items[].id items[].interpreting items[].matched_at items[].mode items[].moves items[].request items[].starts_at items[].state items[].version",
        ),
    },
    "POST ~/meetings": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id interpreting matched_at mode moves starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source place request"),
    },
    "GET ~/meetings/{meeting_id}": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id interpreting matched_at mode moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source place"),
    },
    "POST ~/meetings/{meeting_id}/attendance": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id interpreting matched_at mode moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source place"),
    },
    "POST ~/meetings/{meeting_id}/cancel": {
        **seen_by(
            "all",
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role cancelled_for ends_at id interpreting matched_at mode moves request starts_at state version",
        ),
        **seen_by("", "missing no_show outcome outcome_reason outcome_source place"),
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
            "attendees[].party attendees[].person attendees[].present attendees[].required attendees[].role ends_at id interpreting matched_at mode moves request starts_at state version",
        ),
        **seen_by("", "cancelled_for missing no_show outcome outcome_reason outcome_source place"),
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
    "GET ~/limits": {
        **seen_by("exhibitor organiser owner staff token", "items[].id items[].least items[].most items[].version"),
        **seen_by("", "items items[].most_a_day next"),
    },
    "PUT ~/parties/{party_id}/limits": {
        **seen_by("all", "id least most version"),
        **seen_by("", "most_a_day"),
    },
    "GET ~/pairs": {
        **seen_by("all", "items[].id items[].one items[].other items[].rule"),
        **seen_by("", "next"),
    },
    "PUT ~/pairs": {
        **seen_by("all", "id one other rule"),
    },
    "DELETE ~/pairs/{one_id}/{other_id}": {
        **seen_by("all", "gone id"),
    },
    "DELETE ~/wishes/{by_id}/{about_id}": {
        **seen_by("all", "gone id"),
    },
    "GET ~/parties/{party_id}/profile": {
        **seen_by("", "about certifications certifications_wanted looking_for needs offers size sizes_wanted volumes"),
        **seen_by("all", "party"),
    },
    "PUT ~/parties/{party_id}/profile": {
        **seen_by("all", "id version"),
    },
    "GET ~/suggestions": {
        **seen_by("all", "party items[].name.* items[].party items[].points items[].standing items[].wish"),
        **seen_by("all", "items[].reasons[].code items[].reasons[].minutes items[].reasons[].points"),
        **seen_by("", "items[].category items[].city items[].country items[].reasons items[].reasons[].country"),
        **seen_by("", "items[].reasons[].need items[].reasons[].offer items[].reasons[].shared"),
    },
    "GET ~/taxonomy": {
        **seen_by("", "$"),
    },
    "GET ~/search": {
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
    "GET ~/wishes": {
        **seen_by("buyer exhibitor organiser owner staff token", "items[].by items[].note items[].wish"),
        **seen_by("", "items items[].about next"),
    },
    "PUT ~/wishes": {
        **seen_by("all", "by changed unchanged"),
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
            "answer break_minutes cooldown_hours daily_requests expiry_hours handover_minutes held_minutes join_early_minutes match_weights.certifications match_weights.channels match_weights.declined match_weights.earlier match_weights.hours match_weights.languages match_weights.markets match_weights.sessions match_weights.size match_weights.supply match_weights.texts match_weights.views match_weights.volumes no_show_minutes open_requests pending_occupies rescue_minutes standby_least_minutes standby_minutes stretch_minutes usual_closes usual_opens waking_closes waking_opens who_may_ask[] wishes_per_party without_interpreter",
        ),
    },
    "PUT ~/policies": {
        **seen_by(
            "all",
            "answer break_minutes cooldown_hours daily_requests expiry_hours handover_minutes held_minutes join_early_minutes match_weights.certifications match_weights.channels match_weights.declined match_weights.earlier match_weights.hours match_weights.languages match_weights.markets match_weights.sessions match_weights.size match_weights.supply match_weights.texts match_weights.views match_weights.volumes no_show_minutes open_requests pending_occupies rescue_minutes standby_least_minutes standby_minutes stretch_minutes usual_closes usual_opens waking_closes waking_opens who_may_ask[] wishes_per_party without_interpreter",
        ),
    },
    "GET ~/programme": {
        **seen_by(
            "",
            "rooms[].capacity sessions[].abstract sessions[].channels sessions[].channels[].embed sessions[].channels[].reading sessions[].channels[].unreachable_in sessions[].ended_at sessions[].featured sessions[].languages sessions[].live_at sessions[].materials sessions[].materials[].currency sessions[].materials[].price sessions[].moved_from sessions[].notice sessions[].parts sessions[].paused_at sessions[].soon_at speakers[].affiliation speakers[].biography",
        ),
        **seen_by(
            "all",
            "rooms[].code rooms[].name.* rooms[].place sessions[].audience sessions[].capacity sessions[].channels[].id sessions[].channels[].kind sessions[].channels[].language sessions[].channels[].provider sessions[].channels[].url sessions[].ends_at sessions[].floor.chat sessions[].floor.hands sessions[].floor.moderated sessions[].floor.questions sessions[].floor.reactions sessions[].floor.slow_seconds sessions[].id sessions[].kind sessions[].materials[].id sessions[].materials[].kind sessions[].materials[].language sessions[].materials[].title.* sessions[].materials[].url sessions[].parts[].role sessions[].parts[].speaker sessions[].places sessions[].registers sessions[].room sessions[].run_by sessions[].starts_at sessions[].state sessions[].title.* sessions[].track sessions[].version speakers[].biography.* speakers[].id speakers[].name.* tracks[].code tracks[].colour tracks[].name.*",
        ),
    },
    "POST ~/programme": {
        **seen_by("all", "audience ends_at id kind registers room starts_at state track version"),
        **seen_by("", "capacity ended_at featured live_at moved_from paused_at soon_at"),
    },
    "GET ~/programme/audience-series": {
        **seen_by("", "$"),
    },
    "GET ~/programme/feeds": {
        **seen_by("", "$ [].track"),
        **seen_by("buyer", "[].created_at [].id"),
    },
    "POST ~/programme/feeds": {
        **seen_by("all", "created_at id secret"),
        **seen_by("", "track"),
    },
    "DELETE ~/programme/feeds/{feed_id}": {
        **seen_by("all", "created_at id"),
        **seen_by("", "track"),
    },
    "POST ~/programme/imports": {
        **seen_by(
            "all",
            "created[].ends_at created[].row created[].starts_at created[].title dry_run file format missing[].session missing[].title sessions stopped unchanged",
        ),
        **seen_by("", "changed created[].session findings rooms_added speakers_added speakers_changed tracks_added"),
    },
    "GET ~/programme/{session_id}": {
        **seen_by(
            "",
            "abstract capacity channels[].embed channels[].reading channels[].unreachable_in ended_at featured languages live_at materials[].currency materials[].price moved_from notice paused_at places soon_at",
        ),
        **seen_by(
            "all",
            "audience channels[].id channels[].kind channels[].language channels[].provider channels[].url ends_at floor.chat floor.hands floor.moderated floor.questions floor.reactions floor.slow_seconds id kind materials[].id materials[].kind materials[].language materials[].title.* materials[].url parts[].role parts[].speaker registers room run_by starts_at state title.* track version",
        ),
    },
    "PATCH ~/programme/{session_id}": {
        **seen_by("all", "audience ends_at id kind registers room starts_at state track version"),
        **seen_by("", "capacity ended_at featured live_at moved_from paused_at soon_at"),
    },
    "POST ~/programme/{session_id}/cancel": {
        **seen_by("all", "audience ends_at id kind registers room starts_at state track version"),
        **seen_by("", "capacity ended_at featured live_at moved_from paused_at soon_at"),
    },
    "PUT ~/programme/{session_id}/channels": {
        **seen_by("", "channels[].reading"),
        **seen_by(
            "all",
            "channels[].embed channels[].id channels[].kind channels[].language channels[].provider channels[].unreachable_in[] channels[].url session version",
        ),
    },
    "GET ~/programme/{session_id}/chat": {
        **seen_by("", "before"),
        **seen_by("organiser owner staff token", "items[].reports"),
        **seen_by(
            "all",
            "items[].at items[].id items[].mine items[].name.* items[].person items[].session items[].state items[].text items[].version",
        ),
    },
    "POST ~/programme/{session_id}/chat": {
        **seen_by("all", "at id person session state version"),
    },
    "POST ~/programme/{session_id}/chat/{message_id}/report": {
        **seen_by("all", "at id person session state version"),
    },
    "POST ~/programme/{session_id}/chat/{message_id}/hide": {
        **seen_by("all", "at id person session state version"),
    },
    "GET ~/programme/{session_id}/questions": {
        **seen_by("", "[].name"),
        **seen_by(
            "all",
            "[].anonymous [].answer [].answered [].at [].id [].mine [].name.* [].person [].pinned [].session [].state [].text [].version [].voted [].votes",
        ),
    },
    "POST ~/programme/{session_id}/questions": {
        **seen_by("all", "anonymous answered at id person pinned session state version"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/vote": {
        **seen_by("all", "question voted votes"),
    },
    "DELETE ~/programme/{session_id}/questions/{question_id}/vote": {
        **seen_by("all", "question voted votes"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/approve": {
        **seen_by("", "person"),
        **seen_by("all", "anonymous answered at id pinned session state version"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/hide": {
        **seen_by("all", "anonymous answered at id person pinned session state version"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/answer": {
        **seen_by("all", "anonymous answered at id person pinned session state version"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/pin": {
        **seen_by("all", "anonymous answered at id person pinned session state version"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/unpin": {
        **seen_by("all", "anonymous answered at id person pinned session state version"),
    },
    "POST ~/programme/{session_id}/mutes": {
        **seen_by("all", "cause id session until version"),
    },
    "DELETE ~/programme/{session_id}/mutes/{mute_id}": {
        **seen_by("", "until"),
        **seen_by("all", "cause id session version"),
    },
    "GET ~/announcements": {
        **seen_by("", "[].session [].until"),
        **seen_by("all", "[].at [].id [].text.* [].version"),
    },
    "POST ~/announcements": {
        **seen_by("", "session until"),
        **seen_by("all", "at id version"),
    },
    "DELETE ~/announcements/{announcement_id}": {
        **seen_by("", "session until"),
        **seen_by("all", "at id version"),
    },
    "GET ~/programme/{session_id}/floor": {
        **seen_by(
            "",
            "announcements[].session announcements[].until contest.contestants[].points contest.contestants[].rank contest.missing contest.scores hands mutes mutes[].until polls[].chosen polls[].wording questions[].name reactions",
        ),
        **seen_by(
            "buyer organiser owner staff token",
            "hands[].at hands[].id hands[].person hands[].session hands[].state hands[].version",
        ),
        **seen_by("exhibitor organiser owner staff token", "contest.missing[].contestant contest.missing[].juror"),
        **seen_by(
            "organiser owner staff token", "messages[].reports mutes[].cause mutes[].id mutes[].session mutes[].version"
        ),
        **seen_by(
            "all",
            "announcements[].at announcements[].id announcements[].text.* announcements[].version contest.contestants[].id contest.contestants[].name.* contest.contestants[].party contest.contestants[].position contest.criteria[].most contest.criteria[].name.* contest.criteria[].weight contest.revealed contest.state contest.version messages[].at messages[].id messages[].mine messages[].name.* messages[].person messages[].session messages[].state messages[].text messages[].version moderates offer.chat offer.hands offer.moderated offer.questions offer.reactions offer.slow_seconds polls[].at polls[].id polls[].kind polls[].most polls[].options polls[].question.* polls[].results polls[].session polls[].shown polls[].state polls[].version polls[].voters polls[].wording[].* questions[].anonymous questions[].answer questions[].answered questions[].at questions[].id questions[].mine questions[].name.* questions[].person questions[].pinned questions[].session questions[].state questions[].text questions[].version questions[].voted questions[].votes",
        ),
    },
    "GET ~/programme/{session_id}/contest": {
        **seen_by("", "contestants[].points contestants[].rank missing scores"),
        **seen_by(
            "all",
            "contestants[].id contestants[].name.* contestants[].party contestants[].position criteria[].most criteria[].name.* criteria[].weight revealed state version",
        ),
        **seen_by("exhibitor organiser owner staff token", "missing[].contestant missing[].juror"),
    },
    "PUT ~/programme/{session_id}/contest": {
        **seen_by("", "ranking"),
        **seen_by("all", "criteria[].most criteria[].weight id revealed state version"),
    },
    "POST ~/programme/{session_id}/contest/close": {
        **seen_by("", "ranking"),
        **seen_by("all", "criteria[].most criteria[].weight id revealed state version"),
    },
    "POST ~/programme/{session_id}/contest/contestants": {
        **seen_by("all", "id party position session version"),
    },
    "DELETE ~/programme/{session_id}/contest/contestants/{contestant_id}": {
        **seen_by("all", "id party position session version"),
    },
    "PATCH ~/programme/{session_id}/contest/contestants/{contestant_id}": {
        **seen_by("all", "id party position session version"),
    },
    "PUT ~/programme/{session_id}/contest/contestants/{contestant_id}/score": {
        **seen_by("all", "contestant id person points[] session version"),
    },
    "DELETE ~/programme/{session_id}/hands": {
        **seen_by("all", "at id person session state version"),
    },
    "GET ~/programme/{session_id}/hands": {
        **seen_by("", "$"),
        **seen_by("buyer organiser owner staff token", "[].at [].id [].name.* [].person [].state [].version"),
    },
    "POST ~/programme/{session_id}/hands/{hand_id}/decline": {
        **seen_by("all", "at id person session state version"),
    },
    "POST ~/programme/{session_id}/hands/{hand_id}/invite": {
        **seen_by("all", "at id person session state version"),
    },
    "GET ~/programme/{session_id}/polls": {
        **seen_by("", "[].chosen [].wording"),
        **seen_by(
            "all",
            "[].at [].id [].kind [].most [].options [].question.* [].results [].session [].shown [].state [].version [].voters [].wording[].*",
        ),
    },
    "POST ~/programme/{session_id}/polls": {
        **seen_by("", "results voters"),
        **seen_by("all", "at id kind most options session shown state version"),
    },
    "DELETE ~/programme/{session_id}/polls/{poll_id}": {
        **seen_by("", "results voters"),
        **seen_by("all", "at id kind most options session shown state version"),
    },
    "PATCH ~/programme/{session_id}/polls/{poll_id}": {
        **seen_by("", "results voters"),
        **seen_by("all", "at id kind most options session shown state version"),
    },
    "POST ~/programme/{session_id}/polls/{poll_id}/close": {
        **seen_by("all", "at id kind most options results session shown state version voters"),
    },
    "POST ~/programme/{session_id}/polls/{poll_id}/copy": {
        **seen_by("", "results voters"),
        **seen_by("all", "at id kind most options session shown state version"),
    },
    "POST ~/programme/{session_id}/polls/{poll_id}/hide": {
        **seen_by("", "results voters"),
        **seen_by("all", "at id kind most options session shown state version"),
    },
    "POST ~/programme/{session_id}/polls/{poll_id}/open": {
        **seen_by("", "results voters"),
        **seen_by("all", "at id kind most options session shown state version"),
    },
    "POST ~/programme/{session_id}/polls/{poll_id}/show": {
        **seen_by("", "results"),
        **seen_by("all", "at id kind most options session shown state version voters"),
    },
    "POST ~/programme/{session_id}/polls/{poll_id}/vote": {
        **seen_by("all", "poll"),
    },
    "PATCH ~/programme/{session_id}/questions/{question_id}": {
        **seen_by("", "person"),
        **seen_by("all", "anonymous answered at id pinned session state version"),
    },
    "POST ~/programme/{session_id}/questions/{question_id}/withdraw": {
        **seen_by("", "person"),
        **seen_by("all", "anonymous answered at id pinned session state version"),
    },
    "POST ~/programme/{session_id}/go-live": {
        **seen_by("all", "audience ends_at id kind live_at registers room starts_at state track version"),
        **seen_by("", "capacity ended_at featured moved_from paused_at soon_at"),
    },
    "GET ~/programme/clashes": {
        **seen_by("", "$"),
    },
    "GET ~/programme/clashes/mine": {
        **seen_by("", "$"),
    },
    "POST ~/programme/{session_id}/take-back": {
        **seen_by("all", "audience ends_at id kind registers room starts_at state track version"),
        **seen_by("", "capacity ended_at featured live_at moved_from paused_at soon_at"),
    },
    "POST ~/programme/{session_id}/registration": {
        **seen_by("all", "at id person seat session state version"),
    },
    "GET ~/programme/{session_id}/places": {
        **seen_by(
            "all",
            "[].name.* [].place.at [].place.id [].place.person [].place.seat [].place.session [].place.state [].place.version",
        ),
    },
    "POST ~/programme/{session_id}/places": {
        **seen_by(
            "all",
            "places[].at places[].id places[].person places[].seat places[].session places[].state places[].version session taken",
        ),
    },
    "DELETE ~/programme/{session_id}/places/{place_id}": {
        **seen_by("all", "gone id"),
    },
    "POST ~/programme/{session_id}/materials": {
        **seen_by("all", "currency id kind language price session version"),
    },
    "PUT ~/programme/{session_id}/materials": {
        **seen_by("all", "materials[] session version"),
    },
    "PATCH ~/programme/{session_id}/materials/{material_id}": {
        **seen_by("", "currency price"),
        **seen_by("all", "id kind language session version"),
    },
    "DELETE ~/programme/{session_id}/materials/{material_id}": {
        **seen_by("all", "gone id"),
    },
    "PUT ~/programme/{session_id}/featured": {
        **seen_by("all", "audience ends_at featured id kind registers room starts_at state track version"),
        **seen_by("", "capacity ended_at live_at moved_from paused_at soon_at"),
    },
    "DELETE ~/programme/{session_id}/featured": {
        **seen_by("all", "audience ends_at id kind registers room starts_at state track version"),
        **seen_by("", "capacity ended_at featured live_at moved_from paused_at soon_at"),
    },
    "POST ~/programme/speakers": {
        **seen_by("all", "id person"),
    },
    "PATCH ~/programme/speakers/{speaker_id}": {
        **seen_by("all", "id person"),
    },
    "DELETE ~/programme/speakers/{speaker_id}": {
        **seen_by("all", "id"),
        **seen_by("", "person"),
    },
    "PUT ~/programme/{session_id}/line-up": {
        **seen_by("all", "parts[][] session version"),
    },
    "POST ~/programme/tracks": {
        **seen_by("all", "code colour name.*"),
    },
    "PUT ~/programme/tracks": {
        **seen_by("all", "codes[]"),
    },
    "PATCH ~/programme/tracks/{code}": {
        **seen_by("all", "code colour name.*"),
    },
    "DELETE ~/programme/tracks/{code}": {
        **seen_by("all", "code colour name.*"),
    },
    "POST ~/programme/rooms": {
        **seen_by("all", "capacity code name.* place"),
    },
    "PUT ~/programme/rooms": {
        **seen_by("all", "codes[]"),
    },
    "PATCH ~/programme/rooms/{code}": {
        **seen_by("", "capacity"),
        **seen_by("all", "code name.* place"),
    },
    "DELETE ~/programme/rooms/{code}": {
        **seen_by("", "capacity"),
        **seen_by("all", "code name.* place"),
    },
    "GET ~/public": {
        **seen_by(
            "all",
            "first_day last_day name.* programme.rooms[].code programme.rooms[].name.* programme.rooms[].place programme.sessions[].audience programme.sessions[].ends_at programme.sessions[].floor.chat programme.sessions[].floor.hands programme.sessions[].floor.moderated programme.sessions[].floor.questions programme.sessions[].floor.reactions programme.sessions[].floor.slow_seconds programme.sessions[].id programme.sessions[].kind programme.sessions[].registers programme.sessions[].room programme.sessions[].run_by programme.sessions[].starts_at programme.sessions[].state programme.sessions[].title.* programme.sessions[].track programme.sessions[].version programme.tracks[].code programme.tracks[].colour programme.tracks[].name.* slug zone",
        ),
        **seen_by(
            "",
            "programme.rooms[].capacity programme.sessions[].abstract programme.sessions[].capacity programme.sessions[].channels programme.sessions[].ended_at programme.sessions[].featured programme.sessions[].languages programme.sessions[].live_at programme.sessions[].materials programme.sessions[].moved_from programme.sessions[].notice programme.sessions[].parts programme.sessions[].paused_at programme.sessions[].places programme.sessions[].soon_at programme.speakers",
        ),
    },
    "GET ~/public/now": {
        **seen_by("all", "now"),
    },
    "GET ~/public/sessions/{session_id}": {
        **seen_by(
            "",
            "session.abstract session.capacity session.channels session.ended_at session.featured session.languages session.live_at session.materials session.moved_from session.notice session.parts session.paused_at session.places session.soon_at speakers",
        ),
        **seen_by(
            "all",
            "session.audience session.ends_at session.floor.chat session.floor.hands session.floor.moderated session.floor.questions session.floor.reactions session.floor.slow_seconds session.id session.kind session.registers session.room session.run_by session.starts_at session.state session.title.* session.track session.version",
        ),
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
    "GET ~/rescue/proposals": {
        **seen_by("", "$ [].closed_at [].held_by [].meeting"),
        **seen_by(
            "buyer exhibitor organiser owner staff token",
            "[].created_at [].ends_at [].expires_at [].id [].one [].other [].slot [].starts_at [].state [].version",
        ),
    },
    "GET ~/rescue/proposals/{standby_id}": {
        **seen_by("", "closed_at held_by meeting"),
        **seen_by("all", "created_at ends_at expires_at id one other slot starts_at state version"),
    },
    "POST ~/rescue/proposals/{standby_id}/decline": {
        **seen_by("", "held_by meeting"),
        **seen_by("all", "closed_at created_at ends_at expires_at id one other slot starts_at state version"),
    },
    "POST ~/rescue/proposals/{standby_id}/withdraw": {
        **seen_by("", "held_by meeting"),
        **seen_by("all", "closed_at created_at ends_at expires_at id one other slot starts_at state version"),
    },
    "GET ~/rescue/repair": {
        **seen_by("", "steps"),
        **seen_by("all", "moved"),
    },
    "POST ~/rescue/repair": {
        **seen_by(
            "",
            "meetings[].cancelled_for meetings[].missing meetings[].no_show meetings[].outcome meetings[].outcome_reason meetings[].outcome_source meetings[].place",
        ),
        **seen_by(
            "all",
            "meetings[].attendees[].party meetings[].attendees[].person meetings[].attendees[].present meetings[].attendees[].required meetings[].attendees[].role meetings[].ends_at meetings[].id meetings[].interpreting meetings[].matched_at meetings[].mode meetings[].moves meetings[].request meetings[].starts_at meetings[].state meetings[].version",
        ),
    },
    "GET ~/rescue/standby": {
        **seen_by("", "$"),
    },
    "PUT ~/windows": {
        **seen_by("all", "closes_at opens_at phase"),
    },
}
