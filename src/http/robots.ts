/** What robots keep out of: what a token opens, forms, the inbox, and searches, which never end. */
const CLOSED = [
  '/confirm/',
  '/preferences/',
  '/unsubscribe',
  '/view/',
  '/export/',
  '/erase/',
  '/feedback/',
  '/read/',
  '/feeds/',
  '/learned/',
  '/subscribe',
  '/inbox',
  '/admin',
  '/status',
  '/metrics',
  '/api/',
  '/papers?*q=',
];

/** `robots.txt` (RFC 9309) of a site below `publicUrl`. */
export function robotsText(publicUrl: string): string {
  const base = new URL(publicUrl).pathname.replace(/\/+$/, '');
  return [
    'User-agent: *',
    ...CLOSED.map((path) => `Disallow: ${base}${path}`),
    '',
    `Sitemap: ${publicUrl}/sitemap.xml`,
    '',
  ].join('\n');
}
