"""Phases: overlapping windows of time, a group of commands each.

| phase | what it allows |
|---|---|
| registration | parties may be imported and confirmed (the organiser may always) |
| preferences | parties say must meet, meet, no thanks |
| requests | parties ask each other for slots |
| answers | requests are accepted, declined, countered, withdrawn; at its end open ones expire |
| scheduling | meetings are moved and cancelled |
| live | meetings are joined and left |
| follow_up | outcomes and amounts are reported and corrected |
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from server.conventions.tables import PhaseWindow

PHASES = ("registration", "preferences", "requests", "answers", "scheduling", "live", "follow_up")


def usual_windows(
    convention_id: UUID, zone: str, first_day: date, last_day: date, created_at: datetime
) -> list[PhaseWindow]:
    """Windows that suit most fairs: everything opens at once; requests end with the last evening, answers an hour
    later, joining a day after (zones west of the convention's are still on the last day), follow-up after 60 days."""

    def end_of(day: date, hours: int = 24) -> datetime:
        return (datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(hours=hours)).astimezone(UTC)

    opens = min(created_at, end_of(first_day, 0) - timedelta(days=60))
    closing = {
        "registration": end_of(last_day),
        "preferences": end_of(first_day, 0),
        "requests": end_of(last_day),
        "answers": end_of(last_day, 25),
        "scheduling": end_of(last_day, 48),
        "live": end_of(last_day, 48),
        "follow_up": end_of(last_day + timedelta(days=60)),
    }
    return [
        PhaseWindow(convention_id=convention_id, phase=phase, opens_at=opens, closes_at=closing[phase])
        for phase in PHASES
    ]
