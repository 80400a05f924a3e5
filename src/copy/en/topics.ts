import type { TopicLoadPlan } from '../../domain/topics/topic-load.ts';
import { formatCount, formatQuantity } from './format.ts';

type LeavingTopic = TopicLoadPlan['kept'][number];

/** What `paperboy topics` prints. */
export const TOPIC_COMMAND_COPY = {
  loadHelp:
    '\nTopics that the new set lacks are not offered any more. If subscribers follow or mute one, it is kept for\nthem: nobody loses a preference. Digests that are composed do not change. Papers are sorted in small batches; if\nthe command is interrupted, the scheduler sorts the rest.',
  listed: ({ name, count, unsorted }: { name: string | null; count: number; unsorted: number }) =>
    `${formatQuantity(count, 'topic')}${name === null ? '' : ` in the set ${name}`}. ${describeUnsorted(unsorted)}`,
  /** One line each. */
  plan: ({ name, plan, dryRun }: { name: string; plan: TopicLoadPlan; dryRun: boolean }) => {
    const { added, changed, unchanged, kept, retired } = plan;
    const total = added.length + changed.length + unchanged;
    return [
      `The set ${name} ${dryRun ? 'has' : 'is loaded:'} ${formatQuantity(total, 'topic')}, ${formatCount(added.length)} new, ${formatCount(changed.length)} changed, ${formatCount(unchanged)} as before.`,
      ...(retired.length > 0
        ? [
            `${dryRun ? 'Would no longer be offered' : 'No longer offered'}, as nobody follows or mutes them: ${listNames(retired)}.`,
          ]
        : []),
      ...kept.map(
        (topic) => `${dryRun ? 'Would be kept' : 'Kept'} for its readers: ${describeKept(topic)}.`,
      ),
      ...(dryRun ? ['Nothing was changed: this was a dry run.'] : []),
    ];
  },
  sorted: ({ sorted, unsorted }: { sorted: number; unsorted: number }) =>
    `${formatQuantity(sorted, 'paper')} sorted. ${describeUnsorted(unsorted)}`,
};

function describeUnsorted(unsorted: number): string {
  return unsorted === 0
    ? 'Every paper is sorted into them.'
    : `The scheduler will sort ${formatQuantity(unsorted, 'paper')}.`;
}

function describeKept({ slug, name, followers, muters }: LeavingTopic): string {
  return `${name} (${slug}), followed by ${formatCount(followers)}, muted by ${formatCount(muters)}`;
}

const MAX_NAMES = 30;

function listNames(topics: readonly LeavingTopic[]): string {
  const others = topics.length - MAX_NAMES;
  const names = topics.slice(0, MAX_NAMES).map(({ name }) => name);
  return [...names, ...(others > 0 ? [`${formatCount(others)} others`] : [])].join('; ');
}
