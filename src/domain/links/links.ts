import type { DigestKind } from '../digests/digest.ts';

/** What a link in a mail offers to say of a paper; `options` leads to all of them. */
export type PaperLinkAction = 'more' | 'less' | 'save' | 'options';

/** The addresses of the site that mails and pages point to; every one is absolute. */
export interface Links {
  home: string;
  confirm(token: string): string;
  view(token: string): string;
  preferences(token: string): string;
  unsubscribe(token: string): string;
  /** Saved papers; with a paper, where taking it off is posted to. */
  saved(token: string, paperId?: string): string;
  learned(token: string): string;
  /** The private Atom feed. */
  feed(token: string): string;
  exportData(token: string): string;
  eraseData(token: string): string;
  paper(id: string): string;
  feedback(token: string, action: PaperLinkAction, paperId: string): string;
  muteTopic(token: string, slug: string): string;
  /** To the paper by way of us, for readers who allow that clicks are counted. */
  trackedPaper(token: string, paperId: string): string;
  papersOn(date: string): string;
  digest(kind: DigestKind, date: string): string;
  digests: string;
  /** How the installation is. */
  status: string;
}

/** Links below `publicUrl`; a slash or colon of a paper's id stays one (RFC 3986 §3.3). `publicUrl` may end in a path but not in a slash. */
export function createLinks(publicUrl: string): Links {
  return {
    home: `${publicUrl}/`,
    confirm: (token) => `${publicUrl}/confirm/${token}`,
    view: (token) => `${publicUrl}/view/${token}`,
    preferences: (token) => `${publicUrl}/preferences/${token}`,
    unsubscribe: (token) => `${publicUrl}/unsubscribe/${token}`,
    saved: (token, paperId) =>
      `${publicUrl}/saved/${token}${paperId === undefined ? '' : `/${encodePaperId(paperId)}`}`,
    learned: (token) => `${publicUrl}/learned/${token}`,
    feed: (token) => `${publicUrl}/feeds/${token}.xml`,
    exportData: (token) => `${publicUrl}/export/${token}`,
    eraseData: (token) => `${publicUrl}/erase/${token}`,
    paper: (id) => `${publicUrl}/papers/${encodePaperId(id)}`,
    feedback: (token, action, paperId) =>
      `${publicUrl}/feedback/${token}/${action}/${encodePaperId(paperId)}`,
    muteTopic: (token, slug) => `${publicUrl}/feedback/${token}/mute/${encodeURIComponent(slug)}`,
    trackedPaper: (token, paperId) => `${publicUrl}/read/${token}/${encodePaperId(paperId)}`,
    papersOn: (date) => `${publicUrl}/papers?date=${date}`,
    digest: (kind, date) =>
      `${publicUrl}/digests/${date}${kind === 'weekly' ? '?kind=weekly' : ''}`,
    digests: `${publicUrl}/digests`,
    status: `${publicUrl}/status`,
  };
}

function encodePaperId(paperId: string): string {
  return encodeURIComponent(paperId).replace(/%(2F|3A)/g, decodeURIComponent);
}
