import type { DigestKind } from '../digests/digest.ts';

/** The feedback that a link in a mail gives on a paper; `options` leads to all kinds of it. */
type PaperLinkAction = 'more' | 'less' | 'save' | 'options';

/** What a short link does; `mute` leads to the page of the paper's first topic. */
export type ShortLinkAction = PaperLinkAction | 'mute';

/** Links make up a fifth of an email, so they name the action by one letter. */
export const ACTION_LETTERS = {
  more: 'm',
  less: 'l',
  mute: 't',
  save: 's',
  options: 'o',
} as const satisfies Record<ShortLinkAction, string>;

/** The absolute addresses of the site that mails and pages link to. */
export interface Links {
  home: string;
  confirm(token: string): string;
  view(token: string): string;
  preferences(token: string): string;
  unsubscribe(token: string): string;
  /** Saved papers; with a paper, the address that a form posts to in order to remove it. */
  saved(token: string, paperId?: string): string;
  learned(token: string): string;
  library(token: string): string;
  examples(token: string): string;
  /** The private Atom feed. */
  feed(token: string): string;
  exportData(token: string): string;
  eraseData(token: string): string;
  paper(id: string): string;
  feedback(token: string, action: PaperLinkAction, paperId: string): string;
  /** Leads to the page of `feedback` or `muteTopic` for the paper of a rank in the digest that a
   *  token is for. */
  shortFeedback(token: string, action: ShortLinkAction, rank: number): string;
  muteTopic(token: string, slug: string): string;
  /** Redirects to the paper and records the click, for subscribers who allow that. */
  trackedPaper(token: string, paperId: string): string;
  papersOn(date: string): string;
  digest(kind: DigestKind, date: string): string;
  digests: string;
  /** The status page of the installation. */
  status: string;
}

/** Whether mail programs may unsubscribe by a POST to `url`: RFC 8058 §3.1 requires https. */
export function allowsOneClick(url: string): boolean {
  return url.startsWith('https:');
}

/** Links below `publicUrl`, which may end in a path but not in a slash. A slash or colon in a
 *  paper's id is not encoded (RFC 3986 §3.3). */
export function createLinks(publicUrl: string): Links {
  return {
    home: `${publicUrl}/`,
    confirm: (token) => `${publicUrl}/confirm/${token}`,
    view: (token) => `${publicUrl}/view/${token}`,
    preferences: (token) => `${publicUrl}/preferences/${token}`,
    unsubscribe: (token) => `${publicUrl}/unsubscribe/${token}`,
    saved: (token, paperId) =>
      `${publicUrl}/saved/${token}${paperId === undefined ? '' : `/${encodePaperId(paperId)}`}`,
    library: (token) => `${publicUrl}/library/${token}`,
    examples: (token) => `${publicUrl}/examples/${token}`,
    learned: (token) => `${publicUrl}/learned/${token}`,
    feed: (token) => `${publicUrl}/feeds/${token}.xml`,
    exportData: (token) => `${publicUrl}/export/${token}`,
    eraseData: (token) => `${publicUrl}/erase/${token}`,
    paper: (id) => `${publicUrl}/papers/${encodePaperId(id)}`,
    feedback: (token, action, paperId) =>
      `${publicUrl}/feedback/${token}/${action}/${encodePaperId(paperId)}`,
    shortFeedback: (token, action, rank) =>
      `${publicUrl}/f/${token}/${ACTION_LETTERS[action]}${rank}`,
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
