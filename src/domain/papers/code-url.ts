/**
 * The address of the code that an abstract names, such as the repository in `Code is available at
 * https://github.com/a/b.`; null when it names none. Only hosts of code count, and the first is taken:
 * authors put their own first.
 */
export function findCodeUrl(abstract: string): string | null {
  const [found] = CODE_URL.exec(abstract) ?? [];
  return found === undefined
    ? null
    : found.replace(/^http:/i, 'https:').replace(/(?:\.git)?[.,;:]*$/, '');
}

/** An owner and a repository; what follows behind a slash is part of it. */
const CODE_URL =
  /\bhttps?:\/\/(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|gitee\.com|huggingface\.co)\/[\w.-]{1,100}\/[\w.-]{1,100}(?:\/[\w./-]{1,200})?/i;
