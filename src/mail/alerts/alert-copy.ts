import type { AlertKind, AlertNotification, Incident } from '../../domain/alerts/alert.ts';
import { formatMoment } from '../../domain/time/format-moment.ts';
import type { TransactionalCopy } from '../transactional/transactional-copy.ts';

/** What a mail to the operator says of an incident. */
export function createAlertCopy(
  { kind, subject, sentence, raisedAt, endedAt }: Incident,
  notification: AlertNotification,
  siteName: string,
): TransactionalCopy {
  const headline = HEADINGS[kind](subject);
  const since = formatMoment(raisedAt);
  if (notification === 'began') {
    return {
      subject: `${siteName}: ${headline}`,
      heading: `${headline}.`,
      before: [sentence, `Since ${since}.`],
      button: 'Status',
      after: ['One more mail comes when it is over, and none in between.'],
    };
  }
  const until = formatMoment(endedAt ?? raisedAt);
  return {
    subject: `${siteName}: over: ${headline}`,
    heading: 'It is over.',
    before: [`From ${since} to ${until}: ${headline}.`, sentence],
    button: 'Status',
    after: [
      notification === 'over'
        ? 'You were told when it began.'
        : 'It could not be told when it began; this mail is the only one.',
    ],
  };
}

/** Without full stop. */
const HEADINGS: Record<AlertKind, (subject: string) => string> = {
  'source-failed': (source) => `The source ${source} cannot be read`,
  'source-quiet': (source) => `The source ${source} brought nothing on a working day`,
  'source-stale': (source) => `The source ${source} brought an old list again`,
  'papers-late': (digest) => `The papers of the digest ${digest} are late`,
  'relay-down': (relay) => `The relay ${relay} takes no mail`,
  refusals: (digest) => `The digest ${digest} is paused, too many refused it`,
  'queue-behind': (headline) => `The ${headline} are behind`,
};
