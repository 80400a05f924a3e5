import type { AlarmKind, Incident, News } from '../domain/alarm.ts';
import { describeMoment } from '../domain/describe-moment.ts';
import type { LetterWords } from './letter-words.ts';

/** What a mail to the operator says of an incident. */
export function alarmWords(
  { kind, subject, sentence, raisedAt, endedAt }: Incident,
  news: News,
  siteName: string,
): LetterWords {
  const what = HEADINGS[kind](subject);
  const since = describeMoment(raisedAt);
  if (news === 'began') {
    return {
      subject: `${siteName}: ${what}`,
      heading: `${what}.`,
      before: [sentence, `Since ${since}.`],
      button: 'Status',
      after: ['One more mail comes when it is over, and none in between.'],
    };
  }
  const until = describeMoment(endedAt ?? raisedAt);
  return {
    subject: `${siteName}: over: ${what}`,
    heading: 'It is over.',
    before: [`From ${since} to ${until}: ${what}.`, sentence],
    button: 'Status',
    after: [
      news === 'over'
        ? 'You were told when it began.'
        : 'It could not be told when it began; this mail is the only one.',
    ],
  };
}

/** Without full stop. */
const HEADINGS: Record<AlarmKind, (subject: string) => string> = {
  'source-failed': (source) => `The source ${source} cannot be read`,
  'source-quiet': (source) => `The source ${source} brought nothing on a working day`,
  'source-stale': (source) => `The source ${source} brought an old list again`,
  'papers-late': (digest) => `The papers of the digest ${digest} are late`,
  'relay-down': (relay) => `The relay ${relay} takes no mail`,
  refusals: (digest) => `The digest ${digest} is paused, too many refused it`,
  'queue-behind': (what) => `The ${what} are behind`,
};
