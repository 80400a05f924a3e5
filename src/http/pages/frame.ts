import { assetPath } from './templates.ts';
import type { Site } from './views.ts';

/** What the layout says around a page. */
export interface Frame {
  title: string;
  description: string | null;
  /** Absolute address of a public page; null keeps it out of search and sharing. */
  canonical: string | null;
  /** One paper, rather than a list or a page of the site. */
  isArticle: boolean;
  /** The page's own feed, or the site's. */
  feed: { title: string; href: string };
  siteName: string;
  base: string;
  isFront: boolean;
  isLongName: boolean;
  nav: readonly NavLink[];
  action: NavLink;
  footer: string;
  css: string;
  js: string;
  icon: string;
}

/** A link of the top row. */
export interface NavLink {
  text: string;
  href: string;
}

/** What differs from page to page. */
export interface FrameParts {
  /** Without the site's name; null for the site's own title. */
  title: string | null;
  description?: string;
  /** Path and query below the site, for pages that anyone may find. */
  publicPath?: string;
  isArticle?: boolean;
  /** @defaultValue the site's */
  feed?: { title: string; href: string };
  isFront?: boolean;
  /** @defaultValue the way to the coupon */
  action?: NavLink;
}

/** Builds frames, and knows the path below which the site lives. */
export interface Frames {
  base: string;
  of(parts: FrameParts): Frame;
}

/** Frames of one site. Internal links are paths, so they stay on the host that was asked. */
export function framesFor(site: Site): Frames {
  const base = new URL(site.publicUrl).pathname.replace(/\/+$/, '');
  const common = {
    siteName: site.name,
    base,
    isLongName: site.name.length > LONGEST_SHORT_NAME,
    footer: site.postalAddress === null ? site.name : `${site.name}, ${site.postalAddress}`,
    css: base + assetPath('site.css'),
    js: base + assetPath('site.js'),
    icon: base + assetPath('icon.svg'),
  };
  const today = { text: 'Today', href: `${base}/` };
  const nav = [
    { text: 'Archive', href: `${base}/digests` },
    { text: 'Topics', href: `${base}/topics` },
    { text: 'Search', href: `${base}/papers` },
  ];
  const coupon = { text: 'Get it by e-mail', href: `${base}/#coupon` };
  return {
    base,
    of: ({
      title,
      description,
      publicPath,
      isArticle = false,
      feed = { title: site.name, href: `${base}/feed.xml` },
      isFront = false,
      action = coupon,
    }) => ({
      ...common,
      isArticle,
      feed,
      title: title === null ? site.name : `${title} – ${site.name}`,
      description: description ?? null,
      canonical: publicPath === undefined ? null : site.publicUrl + publicPath,
      isFront,
      nav: isFront ? nav : [today, ...nav],
      action,
    }),
  };
}

/** The way back to a reader's own page, for the top row of the others of that reader. */
export function deliveryAction({ base }: Frames, token: string): NavLink {
  return { text: 'Your delivery', href: `${base}/preferences/${token}` };
}

/** A longer name than this does not fit beside the date in the largest type. */
const LONGEST_SHORT_NAME = 10;
