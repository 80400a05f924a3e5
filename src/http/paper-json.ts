import type { TopicPaper } from '../domain/paper.ts';
import { writePaper } from '../domain/paper-input.ts';

/** A paper in the shape of an import file, with its topics. */
export function paperJson(paper: TopicPaper) {
  return { ...writePaper(paper), topics: paper.topics.map(({ slug }) => slug) };
}
