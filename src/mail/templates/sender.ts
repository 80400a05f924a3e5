import type { Links } from '../../domain/links/links.ts';
import type { Mailbox } from '../encoding/headers.ts';

/** Who sends the mail, and what its headers and links need. */
export interface Sender {
  siteName: string;
  from: Mailbox;
  /** Where replies go; null for the address of `from`. */
  replyTo: string | null;
  /** Dot-atom such as `papers.example.org`, the same for every digest (RFC 2919). */
  listId: string;
  /** At the end of every email (CAN-SPAM). */
  postalAddress: string | null;
  /** Null when there is no site: emails then have no link to it. */
  links: Links | null;
  messageIdDomain: string;
}

/** The sender of an email that is about a page of the site. */
export interface SiteSender extends Sender {
  links: Links;
}
