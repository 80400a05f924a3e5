import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { buildAssetPath } from './templates.ts';
import type { SiteInfo } from './views.ts';

/** What the layout says around a page. */
export interface PageLayout {
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
export interface PageLayoutOptions {
  /** Without the site's name; null for the site's own title. */
  title: string | null;
  description?: string;
  /** Path and query below the site, for pages that anyone may find. */
  publicPath?: string;
  isArticle?: boolean;
  /** @defaultValue the site's */
  feed?: { title: string; href: string };
  isFront?: boolean;
  /** @defaultValue the link to the sign-up form */
  action?: NavLink;
}

/** Builds frames, and knows the path below which the site lives. */
export interface PageLayouts {
  base: string;
  create(parts: PageLayoutOptions): PageLayout;
}

/** Frames of one site. Internal links are paths, so they stay on the host that was asked. */
export function createPageLayouts(site: SiteInfo): PageLayouts {
  const base = new URL(site.publicUrl).pathname.replace(/\/+$/, '');
  const common = {
    siteName: site.name,
    base,
    isLongName: site.name.length > MAX_SHORT_NAME_LENGTH,
    footer: site.postalAddress === null ? site.name : `${site.name}, ${site.postalAddress}`,
    css: base + buildAssetPath('site.css'),
    js: base + buildAssetPath('site.js'),
    icon: base + buildAssetPath('icon.svg'),
  };
  const today = { text: LAYOUT_COPY.today, href: `${base}/` };
  const nav = [
    { text: LAYOUT_COPY.archive, href: `${base}/digests` },
    { text: LAYOUT_COPY.topics, href: `${base}/topics` },
    { text: LAYOUT_COPY.search, href: `${base}/papers` },
  ];
  const signUpLink = { text: LAYOUT_COPY.signUp, href: `${base}/#sign-up` };
  return {
    base,
    create: ({
      title,
      description,
      publicPath,
      isArticle = false,
      feed = { title: site.name, href: `${base}/feed.xml` },
      isFront = false,
      action = signUpLink,
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
export function linkToPreferences({ base }: PageLayouts, token: string): NavLink {
  return { text: LAYOUT_COPY.settings, href: `${base}/preferences/${token}` };
}

/** A longer name than this does not fit beside the date in the largest type. */
const MAX_SHORT_NAME_LENGTH = 10;
