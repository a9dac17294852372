"""The audit trail can only grow: the database itself refuses to delete an entry or to change what it says.

The values before and after, and the network address, may be emptied, for the erasure of a person; nothing else may
change.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

KEPT = (
    "id",
    "host_id",
    "convention_id",
    "at",
    "actor_id",
    "login_id",
    "request_id",
    "action",
    "subject",
    "subject_id",
    "about_id",
)
EMPTIED = ("address", "old", "new")
MESSAGE = "the audit trail can only grow"
SQLITE_CHANGED = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in KEPT)
POSTGRES_CHANGED = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in KEPT)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        filled = " OR ".join(
            f"NEW.{value} IS NOT NULL AND NEW.{value} <> 'null' AND NEW.{value} IS NOT OLD.{value}" for value in EMPTIED
        )
        op.execute(f"CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry {refuse}")
        # REPLACE deletes without asking the trigger of deletions.
        known = "EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)"
        op.execute(f"CREATE TRIGGER audit_entry_is_new BEFORE INSERT ON audit_entry WHEN {known} {refuse}")
        op.execute(
            f"CREATE TRIGGER audit_entry_holds BEFORE UPDATE ON audit_entry WHEN {SQLITE_CHANGED} OR {filled} {refuse}"
        )
        return
    filled = " OR ".join(
        f"NEW.{value}::text <> 'null' AND NEW.{value}::text IS DISTINCT FROM OLD.{value}::text" for value in EMPTIED
    )
    op.execute(
        "CREATE FUNCTION audit_entry_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    for name, change, what in (
        ("stays", "DELETE", "FOR EACH ROW"),
        ("is_whole", "TRUNCATE", "FOR EACH STATEMENT"),
        ("holds", "UPDATE", f"FOR EACH ROW WHEN ({POSTGRES_CHANGED} OR {filled})"),
    ):
        op.execute(
            f"CREATE TRIGGER audit_entry_{name} BEFORE {change} ON audit_entry "
            f"{what} EXECUTE FUNCTION audit_entry_grows()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("stays", "is_new", "holds"):
            op.execute(f"DROP TRIGGER audit_entry_{name}")
        return
    for name in ("stays", "is_whole", "holds"):
        op.execute(f"DROP TRIGGER audit_entry_{name} ON audit_entry")
    op.execute("DROP FUNCTION audit_entry_grows()")
