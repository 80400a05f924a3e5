/**
 * The first link to a repository in an abstract, such as `Code is available at
 * https://github.com/a/b.`, or null. Only known code hosts count. Authors name their own first.
 */
export function findCodeUrl(abstract: string): string | null {
  const [found] = CODE_URL.exec(abstract) ?? [];
  return found === undefined
    ? null
    : found.replace(/^http:/i, 'https:').replace(/(?:\.git)?[.,;:]*$/, '');
}

/** An owner and a repository, with any path after them. */
const CODE_URL =
  /\bhttps?:\/\/(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|gitee\.com|huggingface\.co)\/[\w.-]{1,100}\/[\w.-]{1,100}(?:\/[\w./-]{1,200})?/i;
