import type { Links } from '../../domain/links/links.ts';
import type { Mailbox } from '../encoding/headers.ts';

/** Who the mail comes from, and what its headers and links need to know of this site. */
export interface Sender {
  siteName: string;
  from: Mailbox;
  /** Where answers go; null for the sender's own address. */
  replyTo: string | null;
  /** Dot-atom such as `papers.example.org`, the same for every digest (RFC 2919). */
  listId: string;
  /** Stands at the end of every mail. */
  postalAddress: string | null;
  links: Links;
  messageIdDomain: string;
}
