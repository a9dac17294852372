"""Matching: wishes, interpreters, the taxonomy, drafts of schedules, the rescue desk."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PARTIES = sa.table(
    "participation",
    sa.column("id", sa.Uuid()),
    *(sa.column(name, sa.JSON()) for name in ("name", "products", "interests")),
    *(sa.column(name, sa.String()) for name in ("category", "city", "found_by")),
)


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("parent", sa.String(64), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("convention_id", "code", name=op.f("pk_category")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Uuid(), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=True),
        sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lost", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_convention_id"), ["convention_id"], unique=False)

    op.create_table(
        "draft_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("interpreter_id", sa.Uuid(), nullable=True),
        sa.Column("interpreting", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("lost", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_meeting_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_meeting")),
        sa.UniqueConstraint("draft_id", "one_id", "other_id", name=op.f("uq_draft_meeting_draft_id_one_id_other_id")),
    )
    with op.batch_alter_table("draft_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_meeting_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_meeting_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_meeting_one_id"), ["one_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_meeting_other_id"), ["other_id"], unique=False)

    op.create_table(
        "draft_party",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("wished", sa.Integer(), nullable=False),
        sa.Column("got", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_party_draft_id_draft")),
        sa.PrimaryKeyConstraint("draft_id", "participation_id", name=op.f("pk_draft_party")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("draft_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_party_convention_id"), ["convention_id"], unique=False)

    op.create_table(
        "interpreter_block",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_interpreter_block_participation_id_participation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_block")),
    )
    with op.batch_alter_table("interpreter_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interpreter_block_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interpreter_block_participation_id"), ["participation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interpreter_block_person_id"), ["person_id"], unique=False)

    op.create_table(
        "pair_rule",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(8), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["participation.id"], name=op.f("fk_pair_rule_one_id_participation")),
        sa.ForeignKeyConstraint(["other_id"], ["participation.id"], name=op.f("fk_pair_rule_other_id_participation")),
        sa.PrimaryKeyConstraint("convention_id", "one_id", "other_id", name=op.f("pk_pair_rule")),
    )
    op.create_table(
        "party_limits",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("most_a_day", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_party_limits_participation_id_participation")
        ),
        sa.PrimaryKeyConstraint("convention_id", "participation_id", name=op.f("pk_party_limits")),
    )
    op.create_table(
        "party_view",
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["about_id"], ["participation.id"], name=op.f("fk_party_view_about_id_participation")),
        sa.ForeignKeyConstraint(["by_id"], ["participation.id"], name=op.f("fk_party_view_by_id_participation")),
        sa.PrimaryKeyConstraint("convention_id", "by_id", "about_id", name=op.f("pk_party_view")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standby",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convention_id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("open_key", sa.String(80), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["participation.id"], name=op.f("fk_standby_one_id_participation")),
        sa.ForeignKeyConstraint(["other_id"], ["participation.id"], name=op.f("fk_standby_other_id_participation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standby")),
        sa.UniqueConstraint("convention_id", "open_key", name=op.f("uq_standby_convention_id_open_key")),
    )
    with op.batch_alter_table("standby", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standby_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_standby_one_id"), ["one_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_standby_other_id"), ["other_id"], unique=False)

    with op.batch_alter_table("interpreter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("participation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("listed", sa.JSON(), server_default="{}", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_interpreter_participation_id_participation"), "participation", ["participation_id"], ["id"]
        )

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(16), server_default="online", nullable=False))
        batch_op.add_column(sa.Column("resource_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("interpreting", sa.String(16), server_default="not_needed", nullable=False))

    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matching", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("found_by", sa.String(4000), server_default="", nullable=False))
    _fill_found_by()

    with op.batch_alter_table("preference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.String(300), server_default="", nullable=False))


def _fill_found_by() -> None:
    """What searches look through, for the parties that there are."""
    connection = op.get_bind()
    for party in connection.execute(sa.select(PARTIES)).all():
        names = [text for language, text in party.name.items() if language != "original"]
        said = [*names, party.category or "", *party.products, *party.interests, party.city or ""]
        found_by = _normalised(" ".join(said))[:4000]
        connection.execute(sa.update(PARTIES).where(PARTIES.c.id == party.id).values(found_by=found_by))


def _normalised(text: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", bare).split())


def downgrade() -> None:
    with op.batch_alter_table("preference", schema=None) as batch_op:
        batch_op.drop_column("note")

    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_column("found_by")
        batch_op.drop_column("matching")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_column("interpreting")
        batch_op.drop_column("resource_id")
        batch_op.drop_column("mode")

    with op.batch_alter_table("interpreter", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_interpreter_participation_id_participation"), type_="foreignkey")
        batch_op.drop_column("listed")
        batch_op.drop_column("active")
        batch_op.drop_column("participation_id")

    with op.batch_alter_table("standby", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standby_other_id"))
        batch_op.drop_index(batch_op.f("ix_standby_one_id"))
        batch_op.drop_index(batch_op.f("ix_standby_convention_id"))

    op.drop_table("standby")
    op.drop_table("party_view")
    op.drop_table("party_limits")
    op.drop_table("pair_rule")
    with op.batch_alter_table("interpreter_block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interpreter_block_person_id"))
        batch_op.drop_index(batch_op.f("ix_interpreter_block_participation_id"))
        batch_op.drop_index(batch_op.f("ix_interpreter_block_convention_id"))

    op.drop_table("interpreter_block")
    with op.batch_alter_table("draft_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_party_convention_id"))

    op.drop_table("draft_party")
    with op.batch_alter_table("draft_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_meeting_other_id"))
        batch_op.drop_index(batch_op.f("ix_draft_meeting_one_id"))
        batch_op.drop_index(batch_op.f("ix_draft_meeting_draft_id"))
        batch_op.drop_index(batch_op.f("ix_draft_meeting_convention_id"))

    op.drop_table("draft_meeting")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_convention_id"))

    op.drop_table("draft")
    op.drop_table("category")
