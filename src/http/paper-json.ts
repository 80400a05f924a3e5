import type { TopicPaper } from '../domain/paper.ts';
import { writePaper } from '../domain/paper-input.ts';

/** A paper in the shape of an import file, with its topics and, as far as it is known, its sources. */
export function paperJson(
  paper: TopicPaper,
  origin?: { sources: string[]; withdrawnOn: string | null },
) {
  return {
    ...writePaper(paper),
    topics: paper.topics.map(({ slug }) => slug),
    ...(origin && { sources: origin.sources }),
    ...(origin?.withdrawnOn && { withdrawn_on: origin.withdrawnOn }),
  };
}
