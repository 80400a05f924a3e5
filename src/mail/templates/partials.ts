/** Text of each partial, by name. */
export type Partials = ReadonlyMap<string, string>;

/**
 * `source` with every `{{> name key="value"}}` replaced by the partial of that name, in which the
 * value stands for each `{{key}}`. This looks like a Handlebars partial, but is expanded before
 * MJML runs: MJML writes the styles of a class into its elements, so it must see the class. The
 * lines of a partial are joined, so that they may be short where white space would show.
 * @throws Error for a partial that does not exist.
 */
export function expandPartials(source: string, partials: Partials): string {
  return source.replace(PARTIAL_CALL, (_, name: string, args: string) => {
    const partial = partials.get(name);
    if (partial === undefined) throw new Error(`There is no mail partial named ${name}.`);
    const joined = partial.trim().replace(/\n\s*/g, '');
    return expandPartials(fillArguments(joined, args), partials);
  });
}

function fillArguments(partial: string, args: string): string {
  return [...args.matchAll(ARGUMENT)].reduce(
    (filled, [, key, value = '']) => filled.replaceAll(`{{${key}}}`, value),
    partial,
  );
}

const PARTIAL_CALL = /{{> ([\w-]+)((?: \w+="[^"]*")*)}}/g;
const ARGUMENT = /(\w+)="([^"]*)"/g;
