import type { Alarm } from '../../domain/alarm.ts';
import { DELIVERY_STATES } from '../../domain/delivery.ts';
import {
  capitalize,
  countOf,
  countWord,
  describeLongDay,
  formatCount,
} from '../../domain/describe.ts';
import { describeMoment, describeMomentNear } from '../../domain/describe-moment.ts';
import { publicSourceName } from '../../domain/source-name.ts';
import type { Status } from '../../services/read-status.ts';
import { PARTS_LOOKED_AT } from '../../services/support/readiness.ts';
import type { Frames } from './frame.ts';
import { digestHref } from './hrefs.ts';
import { sourceSentence } from './source-sentence.ts';
import type { StatusView } from './status-views.ts';

/** How the installation is: a headline, what is wrong, and what was last done. */
export function statusPage(view: StatusView, frames: Frames) {
  const { status, parts, version, isForOperator } = view;
  const { now, sources, nextCompose, workers } = status;
  const broken = PARTS_LOOKED_AT.filter((part) => parts[part].word !== 'ok');
  return {
    frame: frames.of({ title: 'Status' }),
    headline: headlineOf(broken.length + status.alarms.length),
    at: `${describeMoment(now)}. Paperboy ${version}.`,
    alarms: status.alarms.map((alarm) => ({
      sentence: isForOperator ? alarm.sentence : PUBLIC_ALARMS[alarm.kind],
      since: `Since ${describeMomentNear(alarm.raisedAt, now)}.`,
    })),
    hasAlarms: status.alarms.length > 0,
    parts: PARTS_LOOKED_AT.map((part) => ({
      name: capitalize(part),
      word: capitalize(parts[part].word),
      isBroken: parts[part].word !== 'ok',
      sentence: parts[part].sentence,
    })),
    sources: sources.map((source) => ({
      name: isForOperator ? source.name : publicSourceName(source.name),
      sentence: sourceSentence(source, now),
      detail: isForOperator && source.last?.outcome === 'failed' ? (source.last.detail ?? '') : '',
    })),
    hasSources: sources.length > 0,
    nextDaily: describeMomentNear(nextCompose.daily, now),
    nextWeekly: describeMomentNear(nextCompose.weekly, now),
    digests: status.digests.map((each) =>
      digestModel(each, { base: frames.base, now, isForOperator }),
    ),
    queue: describeQueue(status),
    workers: isForOperator ? describeWorkers(workers) : '',
    operatorHref: isForOperator ? '' : `${frames.base}/status?for=operator`,
  };
}

function headlineOf(troubles: number): string {
  if (troubles === 0) return 'All is in order';
  return troubles === 1
    ? 'One thing is not in order'
    : `${capitalize(countWord(troubles))} things are not in order`;
}

/** What is told of an alarm to people who cannot mend it. */
const PUBLIC_ALARMS = {
  'source-failed': 'A source of papers cannot be read at the moment.',
  'source-quiet': 'A source brought no papers on a working day.',
  'source-stale': 'A source brought an old list again.',
  'papers-late': 'The papers of a working day came late.',
  'relay-down': 'Mail goes out more slowly than usual, or waits.',
  refusals: 'A digest is paused.',
  'queue-behind': 'Mail goes out later than usual.',
} satisfies Record<Alarm['kind'], string>;

function digestModel(
  { digest, audience, states, due, inHand, later }: Status['digests'][number],
  { base, now, isForOperator }: { base: string; now: Date; isForOperator: boolean },
) {
  const waiting = due + inHand;
  const progress =
    digest.cancelledAt !== null
      ? 'It was cancelled.'
      : digest.pausedAt !== null
        ? `It is paused. ${isForOperator ? (digest.pauseReason ?? '') : ''}`.trim()
        : waiting > 0
          ? 'It is being sent.'
          : later > 0
            ? 'What is left waits for its readers’ hours.'
            : 'All of it is out.';
  return {
    href: digestHref(base, digest),
    title: `${capitalize(digest.kind)} digest of ${describeLongDay(digest.date)}, No. ${digest.number}`,
    sentence: `${countOf(digest.papers, 'paper')}, composed ${describeMomentNear(digest.composedAt, now)}. ${progress}`,
    hasStates: isForOperator,
    states: DELIVERY_STATES.map((state) => ({ state, count: formatCount(states[state]) })),
    audience: formatCount(audience),
  };
}

function describeQueue({ waiting, now }: Status): string {
  const late = [
    ['Digests', waiting.deliveries.since],
    ['Letters', waiting.letters.since],
  ] as const;
  const sentences = late.flatMap(([what, since]) =>
    since === null ? [] : [`${what} that are due have waited for ${describeAge(since, now)}.`],
  );
  return sentences.length === 0 ? 'Nothing that is due waits.' : sentences.join(' ');
}

function describeAge(since: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000);
  if (minutes < 1) return 'less than a minute';
  return minutes < 120 ? countOf(minutes, 'minute') : countOf(Math.floor(minutes / 60), 'hour');
}

function describeWorkers(workers: number): string {
  return workers === 0
    ? 'No worker lives: no mail goes out.'
    : `${capitalize(countWord(workers))} ${workers === 1 ? 'worker lives' : 'workers live'}.`;
}
