"""What cases, reports and statements said before, where it stands now.

A paste is a case about copied text, a report that named no rule one about something else. There is no way back that would
not lose reports: the rows stay as they are, and earlier code finds no reports in them.
"""

from django.db import migrations

CARRY_OVER = """
UPDATE reviews_case SET kind = CASE kind WHEN 'paste' THEN 'copied-text' WHEN 'report' THEN 'other' ELSE kind END,
    matter = CASE kind WHEN 'votes' THEN 'votes' ELSE 'review' END;
UPDATE reviews_case SET author_id = review.author_id FROM reviews_review AS review WHERE review.id = review_id;

INSERT INTO reviews_snapshot (text, headline, language, picture, revision_id, digest, taken_at)
SELECT body, headline, language, '', id, source_hash, created_at FROM reviews_revision
WHERE id IN (SELECT revision_id FROM reviews_case);
UPDATE reviews_case SET snapshot_id = snapshot.id
FROM reviews_snapshot AS snapshot WHERE snapshot.revision_id = reviews_case.revision_id;

INSERT INTO reviews_report (case_id, reporter_id, text, source_url, snapshot_id, weight, outcome, made_at)
SELECT DISTINCT ON (evidence.case_id, coalesce(evidence.reporter_id, -evidence.id)) evidence.case_id, evidence.reporter_id,
    coalesce(evidence.detail ->> 'text', ''), '', reviews_case.snapshot_id, 100,
    CASE WHEN EXISTS (
        SELECT FROM reviews_decision WHERE case_id = reviews_case.id AND verdict = 'remove'
    ) THEN 'right' WHEN EXISTS (
        SELECT FROM reviews_decision WHERE case_id = reviews_case.id AND verdict = 'keep'
    ) THEN 'wrong' WHEN reviews_case.state = 'open' THEN 'waiting' ELSE 'moot' END,
    reviews_case.opened_at
FROM reviews_evidence AS evidence JOIN reviews_case ON reviews_case.id = evidence.case_id
WHERE evidence.kind = 'report'
ORDER BY evidence.case_id, coalesce(evidence.reporter_id, -evidence.id), evidence.id;
DELETE FROM reviews_evidence WHERE kind = 'report';

UPDATE reviews_statement SET found_by = CASE found_by WHEN 'report' THEN 'report' ELSE 'machine' END;
UPDATE reviews_appeal SET statement_id = reviews_statement.id
FROM reviews_statement WHERE reviews_statement.decision_id = reviews_appeal.decision_id;
INSERT INTO reviews_statement (decision_id, recipient_id, text, found_by, sent_at, mailed_at)
SELECT appeal.decision_id, appeal.author_id, '', 'machine', appeal.filed_at, appeal.filed_at
FROM reviews_appeal AS appeal WHERE statement_id IS NULL;
UPDATE reviews_appeal SET statement_id = reviews_statement.id
FROM reviews_statement
WHERE statement_id IS NULL AND reviews_statement.decision_id = reviews_appeal.decision_id;
UPDATE reviews_decision SET section = reviews_case.section
FROM reviews_case WHERE reviews_case.id = case_id;

INSERT INTO reviews_measure (member_id, kind, rule, reason, starts_at)
SELECT id, 'suspension', '', '', suspended_at FROM accounts_member WHERE suspended_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0034_cases_of_every_kind"), ("accounts", "0009_suspensions_end")]

    operations = [migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop)]
