import type { Static } from 'typebox';
import { publicSourceName } from '../domain/source-name.ts';
import type { Status } from '../services/read-status.ts';
import type { StatusJson } from './status-schemas.ts';

/** How an installation is, for programs. What tells of readers or of the inside is for operators alone. */
export function statusJson(
  { now, sources, nextCompose, digests, waiting, workers, alarms }: Status,
  { version, isForOperator }: { version: string; isForOperator: boolean },
): Static<typeof StatusJson> {
  const ageOf = (since: Date | null) =>
    since === null ? 0 : Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
  return {
    status: alarms.length === 0 ? 'ok' : 'alarm',
    at: now.toISOString(),
    version,
    sources: sources.map((source) => ({
      name: isForOperator ? source.name : publicSourceName(source.name),
      last_fetch_at: textOf(source.last?.endedAt),
      outcome: source.last?.outcome ?? null,
      found: source.last?.found ?? 0,
      added: source.last?.added ?? 0,
      updated: source.last?.updated ?? 0,
      refused: source.last?.refused ?? 0,
      last_success_at: textOf(source.succeededAt),
      last_papers_at: textOf(source.broughtAt),
      last_papers_day: source.broughtDay,
      next_fetch_at: textOf(source.nextAt),
      failures: source.failures,
      ...(isForOperator && { detail: source.last?.detail ?? null }),
    })),
    next_compose: {
      daily: nextCompose.daily.toISOString(),
      weekly: nextCompose.weekly.toISOString(),
    },
    digests: digests.map(({ digest, audience, states, due, inHand, later }) => ({
      kind: digest.kind,
      date: digest.date,
      number: digest.number,
      papers: digest.papers,
      composed_at: digest.composedAt.toISOString(),
      is_paused: digest.pausedAt !== null,
      is_cancelled: digest.cancelledAt !== null,
      is_all_out: due + inHand + later === 0,
      ...(isForOperator && { audience, states }),
    })),
    queue: {
      deliveries: {
        oldest_seconds: ageOf(waiting.deliveries.since),
        ...(isForOperator && { waiting_batches: waiting.deliveries.count }),
      },
      letters: {
        oldest_seconds: ageOf(waiting.letters.since),
        ...(isForOperator && { waiting: waiting.letters.count }),
      },
    },
    alarms: alarms.map(({ kind, subject, sentence, raisedAt, seenAt, times }) => ({
      kind,
      since: raisedAt.toISOString(),
      ...(isForOperator && { subject, sentence, seen_at: seenAt.toISOString(), times }),
    })),
    ...(isForOperator && { workers }),
  };
}

function textOf(moment: Date | null | undefined): string | null {
  return moment?.toISOString() ?? null;
}
