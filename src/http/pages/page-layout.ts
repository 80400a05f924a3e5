import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { buildAssetPath } from './templates.ts';
import type { SiteInfo } from './views.ts';

/** The data of the layout around a page. */
interface PageLayout {
  title: string;
  description: string | null;
  /** Absolute URL of a public page; null keeps the page out of search engines. */
  canonical: string | null;
  /** The page shows one paper. */
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

/** A link in the top row. */
export interface NavLink {
  text: string;
  href: string;
}

/** The options of one page. */
interface PageLayoutOptions {
  /** Without the site's name; null when the site's name is the title. */
  title: string | null;
  description?: string;
  /** Path and query of a page that search engines may index. */
  publicPath?: string;
  isArticle?: boolean;
  /** @defaultValue the site's */
  feed?: { title: string; href: string };
  isFront?: boolean;
  /** @defaultValue the link to the sign-up form */
  action?: NavLink;
}

/** Creates the layouts of a site. */
export interface PageLayouts {
  /** The path below which the site is served, without a trailing slash. */
  base: string;
  create(options: PageLayoutOptions): PageLayout;
}

/**
 * Creates the layouts of one site. Internal links are paths, so they stay on the requested host.
 */
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

/** The link to a subscriber's settings, in the top row of their other pages. */
export function linkToPreferences({ base }: PageLayouts, token: string): NavLink {
  return { text: LAYOUT_COPY.settings, href: `${base}/preferences/${token}` };
}

/** In characters. A longer name gets a smaller font beside the date. */
const MAX_SHORT_NAME_LENGTH = 10;
