import { toSingleLine, truncateText } from '../encoding/printable.ts';
import { TEXT_WIDTH_COLUMNS } from '../encoding/wrap.ts';
import type { Sender } from './sender.ts';

/** The part of a view that every email has. */
interface SiteView {
  siteName: string;
  /** Whether the name needs the smaller type size. */
  isLongName: boolean;
  postalAddress: string | null;
  /** Null without a site. */
  homeUrl: string | null;
  rule: string;
  doubleRule: string;
}

/** The view of the site of `sender`. */
export function createSiteView({ siteName, postalAddress, links }: Sender): SiteView {
  const name = truncateText(toSingleLine(siteName), MAX_SITE_NAME);
  return {
    siteName: name,
    isLongName: name.length > LONGEST_LARGE_NAME,
    postalAddress:
      postalAddress === null ? null : truncateText(toSingleLine(postalAddress), MAX_POSTAL_ADDRESS),
    homeUrl: links?.home ?? null,
    rule: '-'.repeat(TEXT_WIDTH_COLUMNS),
    doubleRule: '='.repeat(TEXT_WIDTH_COLUMNS),
  };
}

/** In characters: the longest name that fits in large type on a phone. */
const LONGEST_LARGE_NAME = 9;

/** In characters. */
const MAX_SITE_NAME = 60;
const MAX_POSTAL_ADDRESS = 300;
