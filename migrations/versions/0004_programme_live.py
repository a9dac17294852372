"""The programme, live: tracks, rooms, speakers, ways to watch, places, stays, and the floor."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SESSIONS = sa.table(
    "programme_session",
    sa.column("id", sa.Uuid()),
    sa.column("convention_id", sa.Uuid()),
    sa.column("track", sa.String()),
    sa.column("stream_url", sa.String()),
)
TRACKS = sa.table(
    "track",
    sa.column("convention_id", sa.Uuid()),
    sa.column("code", sa.String()),
    sa.column("name", sa.JSON()),
    sa.column("colour", sa.String()),
    sa.column("position", sa.Integer()),
)
CHANNELS = sa.table(
    "stream_channel",
    sa.column("id", sa.Uuid()),
    sa.column("session_id", sa.Uuid()),
    sa.column("convention_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("provider", sa.String()),
    sa.column("url", sa.String()),
    sa.column("language", sa.String()),
    sa.column("unreachable_in", sa.JSON()),
    sa.column("position", sa.Integer()),
)
SIGNS = {"youtube": "youtu", "zoom": "zoom.us/", "jitsi": "meet.jit.si/", "hls": ".m3u8"}


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("track", sa.String(80), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_feed_person_id"), ["person_id"], unique=False)

    op.create_table(
        "listing",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("convention_id", name=op.f("pk_listing")),
    )
    op.create_table(
        "room",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("convention_id", "code", name=op.f("pk_room")),
    )
    op.create_table(
        "speaker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("affiliation", sa.JSON(), nullable=False),
        sa.Column("biography", sa.JSON(), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
    )
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_speaker_person_id"), ["person_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("convention_id", "code", name=op.f("pk_track")),
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_announcement_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcement_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcement_session_id"), ["session_id"], unique=False)

    op.create_table(
        "appearance",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_appearance_session_id_programme_session")
        ),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"], name=op.f("fk_appearance_speaker_id_speaker")),
        sa.PrimaryKeyConstraint("session_id", "speaker_id", "role", name=op.f("pk_appearance")),
    )
    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appearance_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appearance_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "contest",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revealed", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_contest_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_contest")),
    )
    with op.batch_alter_table("contest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contest_convention_id"), ["convention_id"], unique=False)

    op.create_table(
        "contestant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("points", sa.String(24), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_contestant_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contestant")),
    )
    with op.batch_alter_table("contestant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contestant_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contestant_session_id"), ["session_id"], unique=False)

    op.create_table(
        "hand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_hand_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand")),
    )
    with op.batch_alter_table("hand", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_session_id"), ["session_id"], unique=False)

    op.create_table(
        "material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("price", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_material_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_session_id"), ["session_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_message_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_message_session_id_state", ["session_id", "state"], unique=False)

    op.create_table(
        "mute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_mute_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mute_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mute_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mute_session_id"), ["session_id"], unique=False)

    op.create_table(
        "poll",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_poll_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_poll_session_id"), ["session_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.String(8), nullable=False),
        sa.Column("answer", sa.String(2000), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_question_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_answered_by"), ["answered_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_session_id"), ["session_id"], unique=False)

    op.create_table(
        "reaction_count",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("reaction", sa.String(16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_reaction_count_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("session_id", "reaction", name=op.f("pk_reaction_count")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_registration_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_registration_session_id_person_id")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_session_id"), ["session_id"], unique=False)

    op.create_table(
        "reported_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_reported_figure_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_figure")),
    )
    with op.batch_alter_table("reported_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reported_figure_convention_id"), ["convention_id"], unique=False)

    op.create_table(
        "stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(64), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_stay_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stay_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stay_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stay_session_id"), ["session_id"], unique=False)

    op.create_table(
        "stream_channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("unreachable_in", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["programme_session.id"], name=op.f("fk_stream_channel_session_id_programme_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_channel")),
    )
    with op.batch_alter_table("stream_channel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_channel_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stream_channel_session_id"), ["session_id"], unique=False)

    op.create_table(
        "message_report",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_report_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "person_id", name=op.f("pk_message_report")),
    )
    with op.batch_alter_table("message_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_report_person_id"), ["person_id"], unique=False)

    op.create_table(
        "poll_tally",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("choice", sa.String(40), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_tally_poll_id_poll")),
        sa.PrimaryKeyConstraint("poll_id", "choice", name=op.f("pk_poll_tally")),
    )
    op.create_table(
        "poll_vote",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_vote_poll_id_poll")),
        sa.PrimaryKeyConstraint("poll_id", "person_id", name=op.f("pk_poll_vote")),
    )
    with op.batch_alter_table("poll_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_vote_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question_vote",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_vote_question_id_question")),
        sa.PrimaryKeyConstraint("question_id", "person_id", name=op.f("pk_question_vote")),
    )
    with op.batch_alter_table("question_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_vote_person_id"), ["person_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contestant_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contestant_id"], ["contestant.id"], name=op.f("fk_score_contestant_id_contestant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_contestant_id"), ["contestant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_person_id"), ["person_id"], unique=False)

    op.create_table(
        "stream_reading",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("concurrent", sa.Integer(), nullable=True),
        sa.Column("peak", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["stream_channel.id"], name=op.f("fk_stream_reading_channel_id_stream_channel")
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_stream_reading")),
    )
    with op.batch_alter_table("stream_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_reading_convention_id"), ["convention_id"], unique=False)

    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("outside", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("guests", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("new_guests", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("arrived", sa.Integer(), server_default="0", nullable=False))

    take_over_tracks()
    take_over_streams()
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("abstract", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("room", sa.String(80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("languages", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("audience", sa.String(16), server_default="registered", nullable=False))
        batch_op.add_column(sa.Column("registers", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("taken", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("run_by", sa.String(16), server_default="timer", nullable=False))
        batch_op.add_column(sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("notice", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("floor", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("featured", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("external_id", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("soon_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f("uq_programme_session_convention_id_external_id"), ["convention_id", "external_id"]
        )
        batch_op.drop_column("stream_url")

    with op.batch_alter_table("viewer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guest", sa.Boolean(), server_default="0", nullable=False))


def take_over_tracks() -> None:
    """What sessions called their track becomes one of that name."""
    known = op.get_bind().execute(sa.select(SESSIONS.c.convention_id, SESSIONS.c.track).distinct()).all()
    rows = [
        {"convention_id": convention, "code": code, "name": {"en": code, "original": "en"}, "colour": "", "position": 0}
        for convention, code in known
        if code
    ]
    if rows:
        op.bulk_insert(TRACKS, rows)


def take_over_streams() -> None:
    """A session's stream becomes the first of its ways to watch."""
    query = sa.select(SESSIONS.c.id, SESSIONS.c.convention_id, SESSIONS.c.stream_url)
    rows = [
        {
            "id": uuid4(),
            "session_id": session,
            "convention_id": convention,
            "kind": "video",
            "provider": next((name for name, sign in SIGNS.items() if sign in url), "link"),
            "url": url,
            "language": "",
            "unreachable_in": [],
            "position": 0,
        }
        for session, convention, url in op.get_bind().execute(query.where(SESSIONS.c.stream_url.is_not(None)))
    ]
    if rows:
        op.bulk_insert(CHANNELS, rows)


def give_back_streams() -> None:
    """The first way to watch a session is its only one again."""
    query = sa.select(CHANNELS.c.session_id, CHANNELS.c.url).where(CHANNELS.c.position == 0, CHANNELS.c.kind == "video")
    for session, url in op.get_bind().execute(query).all():
        op.execute(sa.update(SESSIONS).where(SESSIONS.c.id == session).values(stream_url=url))


def downgrade() -> None:
    with op.batch_alter_table("viewer", schema=None) as batch_op:
        batch_op.drop_column("guest")

    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stream_url", sa.String(500), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_programme_session_convention_id_external_id"), type_="unique")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("soon_at")
        batch_op.drop_column("external_id")
        batch_op.drop_column("featured")
        batch_op.drop_column("floor")
        batch_op.drop_column("notice")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("moved_from")
        batch_op.drop_column("run_by")
        batch_op.drop_column("taken")
        batch_op.drop_column("capacity")
        batch_op.drop_column("registers")
        batch_op.drop_column("audience")
        batch_op.drop_column("languages")
        batch_op.drop_column("room")
        batch_op.drop_column("abstract")
    give_back_streams()

    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_column("arrived")

    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.drop_column("new_guests")
        batch_op.drop_column("guests")
        batch_op.drop_column("outside")
        batch_op.drop_column("seconds")

    with op.batch_alter_table("stream_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_reading_convention_id"))

    op.drop_table("stream_reading")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_person_id"))
        batch_op.drop_index(batch_op.f("ix_score_convention_id"))
        batch_op.drop_index(batch_op.f("ix_score_contestant_id"))

    op.drop_table("score")
    with op.batch_alter_table("question_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_vote_person_id"))

    op.drop_table("question_vote")
    with op.batch_alter_table("poll_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_vote_person_id"))

    op.drop_table("poll_vote")
    op.drop_table("poll_tally")
    with op.batch_alter_table("message_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_report_person_id"))

    op.drop_table("message_report")
    with op.batch_alter_table("stream_channel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_channel_session_id"))
        batch_op.drop_index(batch_op.f("ix_stream_channel_convention_id"))

    op.drop_table("stream_channel")
    with op.batch_alter_table("stay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stay_session_id"))
        batch_op.drop_index(batch_op.f("ix_stay_person_id"))
        batch_op.drop_index(batch_op.f("ix_stay_convention_id"))

    op.drop_table("stay")
    with op.batch_alter_table("reported_figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reported_figure_convention_id"))

    op.drop_table("reported_figure")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_session_id"))
        batch_op.drop_index(batch_op.f("ix_registration_person_id"))
        batch_op.drop_index(batch_op.f("ix_registration_convention_id"))

    op.drop_table("registration")
    op.drop_table("reaction_count")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_session_id"))
        batch_op.drop_index(batch_op.f("ix_question_person_id"))
        batch_op.drop_index(batch_op.f("ix_question_convention_id"))
        batch_op.drop_index(batch_op.f("ix_question_answered_by"))

    op.drop_table("question")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_session_id"))
        batch_op.drop_index(batch_op.f("ix_poll_convention_id"))

    op.drop_table("poll")
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mute_session_id"))
        batch_op.drop_index(batch_op.f("ix_mute_person_id"))
        batch_op.drop_index(batch_op.f("ix_mute_convention_id"))

    op.drop_table("mute")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_session_id_state")
        batch_op.drop_index(batch_op.f("ix_message_person_id"))
        batch_op.drop_index(batch_op.f("ix_message_convention_id"))

    op.drop_table("message")
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_session_id"))
        batch_op.drop_index(batch_op.f("ix_material_convention_id"))

    op.drop_table("material")
    with op.batch_alter_table("hand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hand_session_id"))
        batch_op.drop_index(batch_op.f("ix_hand_person_id"))
        batch_op.drop_index(batch_op.f("ix_hand_convention_id"))

    op.drop_table("hand")
    with op.batch_alter_table("contestant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contestant_session_id"))
        batch_op.drop_index(batch_op.f("ix_contestant_convention_id"))

    op.drop_table("contestant")
    with op.batch_alter_table("contest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contest_convention_id"))

    op.drop_table("contest")
    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appearance_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_appearance_convention_id"))

    op.drop_table("appearance")
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcement_session_id"))
        batch_op.drop_index(batch_op.f("ix_announcement_convention_id"))

    op.drop_table("announcement")
    op.drop_table("track")
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_person_id"))
        batch_op.drop_index(batch_op.f("ix_speaker_convention_id"))

    op.drop_table("speaker")
    op.drop_table("room")
    op.drop_table("listing")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_person_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_feed_convention_id"))

    op.drop_table("calendar_feed")
