import { PaperboyError } from '../../src/domain/errors.ts';
import type { TopicPaper } from '../../src/domain/papers/paper.ts';
import { NO_DETAILS } from '../../src/domain/papers/source-details.ts';

/** A paper that nobody has discussed yet; `number` makes it different from others. */
export function buildTopicPaper(number: number, changes: Partial<TopicPaper> = {}): TopicPaper {
  return {
    id: `2605.${10_000 + number}`,
    source: 'seed',
    title: `Paper ${number}`,
    abstract: 'We present a paper.',
    authors: [],
    authorCount: null,
    organization: null,
    publishedOn: '2026-05-07',
    listedOn: '2026-05-08',
    usableOn: '2026-05-08',
    upvotes: 0,
    comments: 0,
    url: null,
    codeUrl: null,
    categories: [],
    details: NO_DETAILS,
    topics: [],
    otherTopics: [],
    countsVotes: true,
    countsComments: true,
    ...changes,
  };
}

/** The code and message with which `act` refuses, or null when it does not. */
export function catchRefusal(act: () => unknown): { code: string; message: string } | null {
  try {
    act();
    return null;
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    return { code: error.code, message: error.message };
  }
}
