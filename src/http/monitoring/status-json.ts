import type { Static } from 'typebox';
import { toPublicSourceName } from '../../domain/sources/source-name.ts';
import type { InstallationStatus } from '../../services/monitoring/read-status.ts';
import type { StatusJson } from './status-schemas.ts';

/** The status as JSON. Details about subscribers and internals are for operators only. */
export function toStatusJson(
  { now, sources, nextCompose, digests, waiting, workers, alerts }: InstallationStatus,
  { version, isForOperator }: { version: string; isForOperator: boolean },
): Static<typeof StatusJson> {
  const ageSeconds = (since: Date | null) =>
    since === null ? 0 : Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
  return {
    status: alerts.length === 0 ? 'ok' : 'alert',
    at: now.toISOString(),
    version,
    sources: sources.map((source) => ({
      name: isForOperator ? source.name : toPublicSourceName(source.name),
      last_fetch_at: toIsoText(source.lastFetch?.endedAt),
      outcome: source.lastFetch?.outcome ?? null,
      found: source.lastFetch?.found ?? 0,
      added: source.lastFetch?.added ?? 0,
      updated: source.lastFetch?.updated ?? 0,
      refused: source.lastFetch?.refused ?? 0,
      last_success_at: toIsoText(source.succeededAt),
      last_papers_at: toIsoText(source.lastNewPaperAt),
      last_papers_day: source.newestListDay,
      next_fetch_at: toIsoText(source.nextAt),
      failures: source.consecutiveFailures,
      ...(isForOperator && { detail: source.lastFetch?.detail ?? null }),
    })),
    next_compose: {
      daily: nextCompose.daily.toISOString(),
      weekly: nextCompose.weekly.toISOString(),
    },
    digests: digests.map(({ digest, audience, states, due, inProgress, scheduled, delays }) => ({
      kind: digest.kind,
      date: digest.date,
      number: digest.number,
      papers: digest.papers,
      composed_at: digest.composedAt.toISOString(),
      is_paused: digest.pausedAt !== null,
      is_cancelled: digest.cancelledAt !== null,
      is_all_out: due + inProgress + scheduled === 0,
      ...(isForOperator && { audience, states, delay_seconds: delays }),
    })),
    queue: {
      deliveries: {
        oldest_seconds: ageSeconds(waiting.deliveries.since),
        ...(isForOperator && { waiting_batches: waiting.deliveries.count }),
      },
      transactional_emails: {
        oldest_seconds: ageSeconds(waiting.transactional.since),
        ...(isForOperator && { waiting: waiting.transactional.count }),
      },
    },
    alerts: alerts.map(({ kind, subject, sentence, raisedAt, seenAt, times }) => ({
      kind,
      since: raisedAt.toISOString(),
      ...(isForOperator && { subject, sentence, seen_at: seenAt.toISOString(), times }),
    })),
    ...(isForOperator && { workers }),
  };
}

function toIsoText(moment: Date | null | undefined): string | null {
  return moment?.toISOString() ?? null;
}
