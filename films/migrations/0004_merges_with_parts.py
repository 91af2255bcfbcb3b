"""What a merge took along, the merges of a show's seasons with it, and duplicates out of the statistics banner.

The functions of the triggers of 0002 are made anew: a counter of titles counts those that are not merged into another.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

totals = import_module("films.migrations.0002_title_totals")

TITLE_CAME = f"SELECT {totals.KIND}, 1 FROM added WHERE merged_into_id IS NULL"
TITLE_WENT = f"SELECT {totals.KIND}, -1 FROM removed WHERE merged_into_id IS NULL"

BODIES = {
    "insert": totals.ADD_TOTALS + totals.COUNT.format(changes=TITLE_CAME),
    "delete": totals.COUNT.format(changes=TITLE_WENT),
    "update": totals.MOVE_SEASONS + totals.COUNT.format(changes=f"{TITLE_CAME} UNION ALL {TITLE_WENT}"),
}
BODIES_BEFORE = {
    "insert": totals.ADD_TOTALS + totals.COUNT.format(changes=totals.TITLE_CAME),
    "delete": totals.COUNT.format(changes=totals.TITLE_WENT),
    "update": totals.MOVE_SEASONS
    + totals.COUNT.format(changes=f"{totals.TITLE_CAME} UNION ALL {totals.TITLE_WENT}"),
}


def function(event: str, body: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION films_title_{event}_totals() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN {body} RETURN NULL; END $body$;
    """


class Migration(migrations.Migration):
    dependencies = [("films", "0003_facts_and_editing")]

    operations = [
        migrations.AddField(
            model_name="merge",
            name="followed",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="merge",
            name="part_of",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="films.merge",
            ),
        ),
        *(
            migrations.RunSQL(function(event, body), function(event, BODIES_BEFORE[event]))
            for event, body in BODIES.items()
        ),
    ]
