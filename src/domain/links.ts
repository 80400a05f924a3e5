import type { DigestKind } from './digest.ts';

/** The addresses of the site that mails and pages point to; every one is absolute. */
export interface Links {
  home: string;
  confirm(token: string): string;
  view(token: string): string;
  preferences(token: string): string;
  unsubscribe(token: string): string;
  /** The private Atom feed. */
  feedOf(token: string): string;
  exportData(token: string): string;
  eraseData(token: string): string;
  paper(id: string): string;
  papersOf(date: string): string;
  digest(kind: DigestKind, date: string): string;
  digests: string;
}

/** Links below `publicUrl`; a slash or colon of a paper's id stays one (RFC 3986 §3.3). `publicUrl` may end in a path but not in a slash. */
export function linksBelow(publicUrl: string): Links {
  return {
    home: `${publicUrl}/`,
    confirm: (token) => `${publicUrl}/confirm/${token}`,
    view: (token) => `${publicUrl}/view/${token}`,
    preferences: (token) => `${publicUrl}/preferences/${token}`,
    unsubscribe: (token) => `${publicUrl}/unsubscribe/${token}`,
    feedOf: (token) => `${publicUrl}/feeds/${token}.xml`,
    exportData: (token) => `${publicUrl}/export/${token}`,
    eraseData: (token) => `${publicUrl}/erase/${token}`,
    paper: (id) =>
      `${publicUrl}/papers/${encodeURIComponent(id).replace(/%(2F|3A)/g, decodeURIComponent)}`,
    papersOf: (date) => `${publicUrl}/papers?date=${date}`,
    digest: (kind, date) =>
      `${publicUrl}/digests/${date}${kind === 'weekly' ? '?kind=weekly' : ''}`,
    digests: `${publicUrl}/digests`,
  };
}
