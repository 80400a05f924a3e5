import type { ServedPaper } from './served-paper.ts';

/** An entry of `GET /api/daily_papers`, as Hugging Face writes it. */
export function buildHfEntry(paper: ServedPaper): object {
  const { id, title, abstract: summary, upvotes, comments } = paper;
  const publishedAt = paper.submittedAt.toISOString();
  const organization = paper.organization && {
    _id: `org-${paper.organization}`,
    name: paper.organization.toLowerCase().replace(/\W+/g, '-'),
    fullname: paper.organization,
  };
  return {
    paper: {
      id,
      authors: paper.authors.map((name, n) => ({ _id: `${id}-${n}`, name, hidden: false })),
      publishedAt,
      submittedOnDailyAt: `${paper.hfDay}T00:00:00.000Z`,
      title,
      summary,
      upvotes,
      discussionId: `discussion-${id}`,
      ...(paper.codeUrl !== null && { githubRepo: paper.codeUrl, githubStars: 12 }),
      ...(paper.summary !== null && { ai_summary: paper.summary, ai_keywords: paper.keywords }),
      ...(paper.projectUrl !== null && { projectPage: paper.projectUrl }),
      ...(paper.withdrawnAt !== null && { withdrawnAt: paper.withdrawnAt.toISOString() }),
    },
    publishedAt,
    title,
    summary,
    thumbnail: `https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/${id}.png`,
    numComments: comments,
    submittedBy: { _id: 'user', name: 'ada', fullname: 'Ada', type: 'user', isPro: false },
    ...(organization && { organization }),
    isAuthorParticipating: false,
  };
}
