"""What happens after the commit, and what happens by itself: the periodic jobs of the hub."""

from __future__ import annotations

from app.workers import housekeeping, idf, vacancies
from app.workers.runner import Job, Runner

JOBS = (
    Job("events", 2, housekeeping.deliver_events),
    Job("vacancies-to-publish", 5, vacancies.publish_due),
    Job("vacancies-to-expire", 60, vacancies.expire_due),
    Job("idf", 600, idf.refresh_idf),
    Job("idempotency-records", 600, housekeeping.delete_idempotency_records),
    Job("rate-limit-buckets", 600, housekeeping.delete_rate_limit_buckets),
    Job("expired-sessions", 3600, housekeeping.delete_expired_sessions),
)

__all__ = ["JOBS", "Job", "Runner"]
