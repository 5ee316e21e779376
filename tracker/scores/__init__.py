"""How well lists, groups, identity and findings recover a known truth."""

from tracker.scores.churns import Churn, measure_churn
from tracker.scores.findings import FindingScores, score_findings
from tracker.scores.groups import GroupScores, score_groups
from tracker.scores.lists import ListScores, score_lists

__all__ = [
    "Churn", "FindingScores", "GroupScores", "ListScores", "measure_churn", "score_findings",
    "score_groups", "score_lists",
]  # fmt: skip
