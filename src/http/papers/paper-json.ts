import type { TopicPaper } from '../../domain/papers/paper.ts';
import { toPaperInput } from '../../domain/papers/paper-input.ts';

/** A paper as in an import file, with its topics and, where known, its sources. */
export function toPaperJson(
  paper: TopicPaper,
  origin?: { sources: string[]; withdrawnOn: string | null },
) {
  return {
    ...toPaperInput(paper),
    topics: paper.topics.map(({ slug }) => slug),
    ...(origin && { sources: origin.sources }),
    ...(origin?.withdrawnOn && { withdrawn_on: origin.withdrawnOn }),
  };
}
