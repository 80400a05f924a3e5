import { Type } from 'typebox';
import { ALERT_KINDS } from '../../domain/alerts/alert.ts';
import type { DelaySummary } from '../../domain/deliveries/delay-summary.ts';
import { DELIVERY_STATES } from '../../domain/deliveries/delivery.ts';
import { DIGEST_KINDS } from '../../domain/digests/digest.ts';
import { FETCH_OUTCOMES } from '../../domain/sources/source.ts';

const moment = Type.String({ description: 'ISO 8601, UTC' });
const nullableText = Type.Unsafe<string | null>({ type: 'string', nullable: true });
const outcome = Type.Unsafe<(typeof FETCH_OUTCOMES)[number] | null>({
  type: 'string',
  nullable: true,
  enum: [...FETCH_OUTCOMES, null],
});
const states = Object.fromEntries(
  DELIVERY_STATES.map((state) => [state, Type.Integer()]),
) as Record<(typeof DELIVERY_STATES)[number], ReturnType<typeof Type.Integer>>;

const seconds = Type.Integer();
const delays = Type.Unsafe<DelaySummary | null>({
  type: 'object',
  nullable: true,
  description: 'From the hour that readers chose to the first attempt, in seconds',
  properties: { p50: seconds, p95: seconds, p99: seconds, max: seconds },
});

/** The status of the installation. Optional fields are for operators only. */
export const StatusJson = Type.Object({
  status: Type.Enum(['ok', 'alert']),
  at: moment,
  version: Type.String(),
  sources: Type.Array(
    Type.Object({
      name: Type.String(),
      last_fetch_at: nullableText,
      outcome,
      found: Type.Integer(),
      added: Type.Integer(),
      updated: Type.Integer(),
      refused: Type.Integer(),
      last_success_at: nullableText,
      last_papers_at: nullableText,
      last_papers_day: nullableText,
      next_fetch_at: nullableText,
      failures: Type.Integer({ description: 'In a row' }),
      detail: Type.Optional(nullableText),
    }),
  ),
  next_compose: Type.Object({ daily: moment, weekly: moment }),
  digests: Type.Array(
    Type.Object(
      {
        kind: Type.Enum([...DIGEST_KINDS]),
        date: Type.String(),
        number: Type.Integer(),
        papers: Type.Integer(),
        composed_at: moment,
        is_paused: Type.Boolean(),
        is_cancelled: Type.Boolean(),
        is_all_out: Type.Boolean({ description: 'Nothing is left to send' }),
        audience: Type.Optional(Type.Integer()),
        states: Type.Optional(Type.Object(states)),
        delay_seconds: Type.Optional(delays),
      },
      { description: 'The newest of its kind' },
    ),
  ),
  queue: Type.Object({
    deliveries: Type.Object({
      oldest_seconds: Type.Integer({ description: 'Age of the oldest due item' }),
      waiting_batches: Type.Optional(Type.Integer()),
    }),
    transactional_emails: Type.Object({
      oldest_seconds: Type.Integer(),
      waiting: Type.Optional(Type.Integer()),
    }),
  }),
  alerts: Type.Array(
    Type.Object({
      kind: Type.Enum([...ALERT_KINDS]),
      since: moment,
      subject: Type.Optional(Type.String()),
      sentence: Type.Optional(Type.String()),
      seen_at: Type.Optional(moment),
      times: Type.Optional(Type.Integer()),
    }),
  ),
  workers: Type.Optional(Type.Integer({ description: 'Processes that send mail' })),
});
