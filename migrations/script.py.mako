<%!
def tidy(steps):
    return "\n".join(line for line in steps.splitlines() if "# ###" not in line).strip()
%>"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${tidy(upgrades) or "pass"}


def downgrade() -> None:
    ${tidy(downgrades) or "pass"}
