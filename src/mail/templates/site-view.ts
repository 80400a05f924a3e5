import { toSingleLine, truncateText } from '../encoding/printable.ts';
import { TEXT_WIDTH_COLUMNS } from '../encoding/wrap.ts';
import type { Sender } from './sender.ts';

/** What every mail shows of the site it comes from. */
export interface SiteView {
  siteName: string;
  /** Whether the name needs the smaller nameplate. */
  isLongName: boolean;
  postalAddress: string | null;
  homeUrl: string;
  rule: string;
  doubleRule: string;
}

/** What every mail from `sender` shows of its site. */
export function createSiteView({ siteName, postalAddress, links }: Sender): SiteView {
  const name = truncateText(toSingleLine(siteName), MAX_SITE_NAME);
  return {
    siteName: name,
    isLongName: name.length > LONGEST_LARGE_NAME,
    postalAddress:
      postalAddress === null ? null : truncateText(toSingleLine(postalAddress), MAX_POSTAL_ADDRESS),
    homeUrl: links.home,
    rule: '-'.repeat(TEXT_WIDTH_COLUMNS),
    doubleRule: '='.repeat(TEXT_WIDTH_COLUMNS),
  };
}

/** Invisible, and long enough to keep the start of the mail out of the inbox's preview line. */
export const PREHEADER_PADDING = '&#847;&zwnj;&nbsp;'.repeat(50);

/** In characters: what the large nameplate has room for on a phone. */
const LONGEST_LARGE_NAME = 9;

/** In characters. */
const MAX_SITE_NAME = 60;
const MAX_POSTAL_ADDRESS = 300;
